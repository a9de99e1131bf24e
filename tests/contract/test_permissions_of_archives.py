"""The expander uses exactly what it is granted, and nothing lies where its role does not reach."""

import json
from typing import Any

from dayshift import bootstrap
from dayshift.adapters.s3 import S3Records
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.results import Status, TerminalRecord
from tests.contract.recorded import CONTRACT, Recorder, granted
from tests.fakes import IMAGES, NOON, RESULTS, SIGNS
from tests.functions import Context, World
from tests.zip_writer import Part, zipped

KEY = "incoming/signs/a.zip"
TIME = Context(remaining_ms=900_000)
# Where terraform/archives.tf lets it read and write: bucket and root.
READ = {(IMAGES, "incoming"), (IMAGES, "expanded"), (RESULTS, "results"), (RESULTS, "archives")}
WRITTEN = {(IMAGES, "expanded"), (RESULTS, "results"), (RESULTS, "csv"), (RESULTS, "archives")}


def whole_way(world: World, watch: Any) -> None:
    """Expanded twice, since the first manifest is lost; ended with its image; and what is not ours, given back."""
    _, event = world.upload(KEY, content=zipped([Part()]))
    world.handler("producer")(event, Context())
    batch, expand = world.batch(world.archives_url), world.handler("expander")
    watch()
    assert expand(batch, TIME) == {"batchItemFailures": []}
    (manifest,) = world.s3.list_objects_v2(Bucket=RESULTS, Prefix="archives/")["Contents"]
    world.s3.delete_object(Bucket=RESULTS, Key=manifest["Key"])
    assert expand(batch, TIME) == {"batchItemFailures": []}
    image, *_ = world.batch()["Records"]  # and once more, of the second time
    request = InferenceRequest.from_json(json.loads(image["body"]))
    record = TerminalRecord(request.image, SIGNS, Status.OK, None, (), None, NOON, NOON, 1, 0.0)
    S3Records(world.s3, RESULTS, "signs").write(record)  # by a client of the test's own
    assert expand(batch, TIME) == {"batchItemFailures": []}
    assert len(expand(batch | {"Records": [{**batch["Records"][0], "body": "?"}]}, TIME)["batchItemFailures"]) == 1


def test_the_expander_uses_exactly_what_it_is_granted(world: World) -> None:
    recorder = Recorder()
    whole_way(world, recorder.watch)
    assert recorder.used == granted("expander")


def test_it_reads_and_writes_where_its_role_reaches(world: World) -> None:
    read, written = set[tuple[str, str]](), set[tuple[str, str]]()

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        place = (params["Bucket"], params["Key"].partition("/")[0])
        (written if model.name == "PutObject" else read).add(place)

    def watch() -> None:
        for operation in ("GetObject", "HeadObject", "PutObject"):
            bootstrap.client("s3").meta.events.register(f"provide-client-params.s3.{operation}", note)

    whole_way(world, watch)
    assert (read, written) == (READ, WRITTEN)


def test_the_expander_may_delete_nothing_but_its_messages() -> None:
    expander = CONTRACT["functions"]["expander"]
    everything = {*expander["called"], *expander["implied"]}
    assert not {action for action in everything if "Delete" in action and action != "sqs:DeleteMessage"}
