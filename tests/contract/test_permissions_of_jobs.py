"""The function of jobs uses what it is granted and no more, with either service, and only where its role reaches."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from dayshift import bootstrap
from dayshift.domain.job_names import files_prefix, results_key
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.plain_image import plain_png
from local.outside import KEY, USER
from tests.contract.job_models import job_model
from tests.contract.recorded import CONTRACT, Recorder, granted
from tests.fakes import IMAGES, RESULTS
from tests.functions import Context, World
from tests.proximl_service import ProximlService, proximl_service
from tests.zip_writer import Part, picture, zipped

TIME = Context(remaining_ms=300_000)
GATE = "/acme/test/models/pictures/gate"
MODEL = "pictures"
# Where terraform/modules/model/jobs.tf lets it read and write: bucket and root.
READ = {
    (IMAGES, "incoming"),
    (IMAGES, "expanded"),
    *((RESULTS, root) for root in ("results", "archives", "jobs", "job-files")),
}
WRITTEN = {(RESULTS, root) for root in ("results", "csv", "jobs", "job-files")}
NOT_THERE = {"Error": {"Code": "ValidationException", "Message": "Could not find requested job"}}


@dataclass(frozen=True)
class Answered:
    """An HTTP response of which nothing but its status is read."""

    status_code: int


@dataclass
class Transforms:
    """A SageMaker whose jobs work until they are told to stop, which moto's do not."""

    words: dict[str, str] = field(default_factory=dict)

    def answer(self, model: Any, params: Any, **_: object) -> tuple[Answered, dict[str, Any]]:
        asked = json.loads(params["body"])
        name = asked["TransformJobName"]
        if model.name == "CreateTransformJob":
            self.words[name] = "InProgress"
        if name not in self.words:
            return Answered(400), {**NOT_THERE, "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}}}
        if model.name == "StopTransformJob":
            self.words[name] = "Stopped"
        told = {"TransformJobName": name, "TransformJobStatus": self.words[name]}
        return Answered(200), {**told, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}


@pytest.fixture(scope="module")
def outside() -> Iterator[ProximlService]:
    with proximl_service() as service:
        yield service


class Jobs:
    """A model that is read in jobs, with an image, an archive of one, and a message that no expander is done with."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, provider: str, url: str) -> None:
        self.world, self.provider = world, provider
        ssm = boto3.client("ssm")
        for name, value in {"/acme/proximl/user": USER, "/acme/proximl/key": KEY}.items():
            ssm.put_parameter(Name=name, Value=value, Type="SecureString")
        ssm.put_parameter(Name=GATE, Value='{"open": true}', Type="String")
        route = {"model": MODEL, "family": "gpu_job", "prefix": f"incoming/{MODEL}/", "queue_url": world.queue_url}
        for name, text in {
            "MODEL": json.dumps(job_model(provider)), "ROUTES": json.dumps([route]), "DEPLOYMENT": "acme-test",
            "GATE_PARAMETER": GATE, "DAYSHIFT_PROXIML_URL": url,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, text)
        produce = world.handler("producer")
        for key, content in {"one.png": plain_png(100), "many.zip": zipped([Part(b"a.png", picture())])}.items():
            produce(world.upload(f"incoming/{MODEL}/{key}", content=content)[1], Context())
        world.handler("expander")(world.batch(world.archives_url), Context(remaining_ms=900_000))
        self._not_expanded()

    def _not_expanded(self) -> None:
        waiting = self.world.sqs.receive_message(QueueUrl=self.world.queue_url, MaxNumberOfMessages=10)["Messages"]
        request = InferenceRequest.from_json(json.loads(waiting[0]["Body"])).to_json()
        later = request.replace("one.png", "later.zip").replace("many.zip", "later.zip")
        self.world.sqs.send_message(QueueUrl=self.world.queue_url, MessageBody=later)

    def begin(self) -> Callable[[dict[str, Any], Any], Any]:
        """A cold start."""
        return self.world.handler("jobs")

    def brings(self, job_id: str) -> None:
        """What the service would write of each image of the first attempt, whatever it is called."""
        if self.provider == "proximl":
            lines = [{"image": "0000.png", "classes": [{"name": "cat", "confidence_percent": 90}]}]
            key, body = results_key(MODEL, job_id, 1), "".join(json.dumps(line) + "\n" for line in lines)
        else:
            key, body = f"{files_prefix(MODEL, job_id, 1)}output/0000.png.out", '[{"n": "cat", "s": 90}]'
        self.world.s3.put_object(Bucket=RESULTS, Key=key, Body=body.encode())


def whole_way(jobs: Jobs, tick: Callable[[dict[str, Any], Any], Any]) -> list[dict[str, Any]]:
    """Two jobs, one after the other: gathered, begun, cancelled by a person, collected, closed."""
    closed = list[dict[str, Any]]()
    for _ in range(8):
        told = tick({}, TIME)["models"][MODEL]["jobs"]
        closed += [job for job in told if job["state"] == "closed"]
        for job in told:
            if job["state"] == "running":
                jobs.brings(job["id"])
                tick({"cancel": job["id"], "by": "ana"}, TIME)
    return closed


@pytest.fixture(params=["proximl", "batch_transform"])
def jobs(
    request: pytest.FixtureRequest, world: World, monkeypatch: pytest.MonkeyPatch, outside: ProximlService
) -> Jobs:
    outside.tell(next=2, do="never_start")
    return Jobs(world, monkeypatch, request.param, outside.url)


def watched(jobs: Jobs) -> tuple[Recorder, Callable[[dict[str, Any], Any], Any]]:
    tick, recorder = jobs.begin(), Recorder()
    recorder.watch()
    bootstrap.client("sagemaker").meta.events.register("before-call", Transforms().answer)
    return recorder, tick


def test_the_function_of_jobs_uses_exactly_what_it_is_granted(jobs: Jobs) -> None:
    recorder, tick = watched(jobs)
    closed = whole_way(jobs, tick)
    assert [job["endings"] for job in closed] == [{"ok": 1}, {"ok": 1}], closed
    assert recorder.used == granted("jobs", *CONTRACT["jobs"][jobs.provider], *CONTRACT["jobs"]["gated"])


def test_it_reads_and_writes_where_its_role_reaches(jobs: Jobs) -> None:
    _, tick = watched(jobs)
    read, written = set[tuple[str, str]](), set[tuple[str, str]]()
    foreign = set[str]()

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        root, _, rest = params["Key"].partition("/")
        (written if model.name == "PutObject" else read).add((params["Bucket"], root))
        if not rest.startswith(f"{MODEL}/"):
            foreign.add(params["Key"])

    for operation in ("GetObject", "HeadObject", "PutObject", "CreateMultipartUpload"):
        bootstrap.client("s3").meta.events.register(f"provide-client-params.s3.{operation}", note)
    whole_way(jobs, tick)
    assert (read, written) == (READ, WRITTEN)
    assert not foreign, f"wanted nothing of another model's, got {foreign}"


def test_it_may_neither_feed_its_queue_nor_delete_nor_pass_a_role() -> None:
    function = CONTRACT["functions"]["jobs"]
    everything = {
        *function["called"],
        *function["implied"],
        *(one for more in CONTRACT["jobs"].values() for one in more),
    }
    assert not everything & {
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "iam:PassRole",
        "ssm:PutParameter",
        "lambda:InvokeFunction",
    }


def test_the_secrets_are_in_nothing_that_it_writes(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    _, tick = watched(jobs)
    answers = whole_way(jobs, tick)
    kept = [
        jobs.world.s3.get_object(Bucket=RESULTS, Key=one["Key"])["Body"].read().decode(errors="replace")
        for one in jobs.world.s3.list_objects_v2(Bucket=RESULTS)["Contents"]
    ]
    said = capsys.readouterr()
    assert len(kept) > 6
    assert not [
        text for text in (*kept, json.dumps(answers), said.out, said.err) if KEY in text or "X-Amz-Signature" in text
    ]
