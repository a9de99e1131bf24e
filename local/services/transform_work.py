"""What the instances of a transform job do: each object of the manifest is read, asked about, and its answer written.

As on AWS an object that the container refuses has no answer, the others have theirs, and the job has failed; one that
was stopped has written nothing.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.services.container import Container, ContainerError
from local.services.sagemaker_store import SageMakerStore
from local.services.transform_job import IN_PROGRESS, TransformJob, Trouble

log = logging.getLogger("local.sagemaker")
PLACE = re.compile(r"s3://([^/]+)/(.+)")
MEGABYTE, USUAL_PAYLOAD_MB = 10**6, 6
UNLOADED = "AlgorithmError: the container did not answer its ping: it was asked to at /_local/models"
SEE_LOGS = "ClientError: See job logs for more information"
FORGERIES = (b"<html>rose</html>", b'{"rose": NaN}', b'[{"label": "rose", "score": 7}]')


class TransformWork:
    """All jobs that are due, one after the other."""

    def __init__(self, store: SageMakerStore, container: Container, s3: Any) -> None:
        self._store, self._container, self._s3 = store, container, s3

    def tick(self) -> None:
        """Does what is due; called again and again."""
        with self._store.open() as book:
            due = [job for job in book.transform_jobs.values() if job.is_due(book.now)]
        for job in due:
            try:
                self._work(job)
            except (ClientError, BotoCoreError) as error:
                log.warning("%s: its answers cannot be written: %s", job.name, error)  # the next tick does all of it

    def _work(self, job: TransformJob) -> None:
        answers, failure = self._outcome(job)
        with self._store.open():
            if job.status != IN_PROGRESS:  # stopped meanwhile
                return
        for place, answer in answers.items():
            bucket, key = _split(place)
            self._s3.put_object(Bucket=bucket, Key=key, Body=answer)
        with self._store.open() as book:
            if job.status == IN_PROGRESS:
                job.end(failure, book.now)

    def _outcome(self, job: TransformJob) -> tuple[dict[str, bytes], str]:
        """The answers by their places, and why the job failed."""
        if job.trouble is Trouble.FAILS:
            return {}, UNLOADED
        folder = job.request["TransformOutput"]["S3OutputPath"].rstrip("/")
        try:
            found = {f"{folder}/{_file(url)}.out": self._answer(job, url) for url in self._inputs(job)}
        except (ClientError, BotoCoreError, ValueError) as error:
            return {}, f"ClientError: the input cannot be read: {error}"
        answers = {place: answer for place, answer in found.items() if answer is not None}
        if job.trouble is Trouble.LOSES:
            return {}, ""
        if job.trouble is Trouble.FORGES:
            forged = {place: FORGERIES[at % len(FORGERIES)] for at, place in enumerate(answers)}
            return {**forged, f"{folder}/9999.jpg.out": b'{"rose": 1.0}'}, ""
        return answers, SEE_LOGS if len(answers) < len(found) else ""

    def _inputs(self, job: TransformJob) -> Iterator[str]:
        manifest = object_at(self._s3, job.request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
        first, *names = json.loads(manifest)
        return (f"{first['prefix']}{name}" for name in names)

    def _answer(self, job: TransformJob, url: str) -> bytes | None:
        """What the container says; None where it refuses."""
        most = job.request.get("MaxPayloadInMB", USUAL_PAYLOAD_MB)
        environment: Mapping[str, str] = {
            **(job.container.get("Environment") or {}),
            **(job.request.get("Environment") or {}),
            "SAGEMAKER_BATCH": "true",
            "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(most),
        }
        body = object_at(self._s3, url)
        kinds = job.request["TransformInput"].get("ContentType", ""), job.request["TransformOutput"].get("Accept", "")
        if len(body) > most * MEGABYTE:
            log.warning("%s: %s has %d bytes, which MaxPayloadInMB = %d forbids", job.name, url, len(body), most)
            return None
        try:
            return self._container.answer(environment, body, *kinds)
        except ContainerError as error:
            log.warning("%s: %s: %d %s", job.name, url, error.status, error.message)
            return None


def object_at(s3: Any, url: str) -> bytes:
    """The object's bytes. Raises ClientError, and ValueError for what is no place in S3."""
    bucket, key = _split(url)
    return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def _split(url: str) -> tuple[str, str]:
    found = PLACE.fullmatch(url)
    if found is None:
        raise ValueError(f"{url!r} does not look like s3://bucket/key")
    return found[1], found[2]


def _file(url: str) -> str:
    """Its answer is named by the file's name alone: two of one name in two folders are one answer."""
    return url.rpartition("/")[2]
