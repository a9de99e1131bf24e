"""The jobs of the local proxiML: begun, listed, stopped. They are forgotten when the local services end."""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from local.services.proximl_job import ENDED, Misdeed, ProximlJob
from local.services.proximl_worker import Worker, source_of

log = logging.getLogger("local.proximl")
LATE_SECONDS = 2.0
DEAF_TIMES = 3
FORGED = (
    {"image": "9999.jpg", "classes": [{"name": "forged", "confidence_percent": 99.0}]},
    {"image": "../../etc/passwd", "classes": []},
    {"image": "0000.jpg", "classes": [{"name": "forged", "confidence_percent": 1e9}]},
    {"image": "0000.png", "classes": "forged"},
)


class ProximlJobs:
    """All jobs, in the order in which they were asked for."""

    def __init__(self, now: Callable[[], datetime], ca_bundle: str | None = None) -> None:
        self._now, self._lock = now, threading.RLock()
        self._jobs: dict[str, ProximlJob] = {}
        self._workers: dict[str, Worker] = {}
        self._wishes: list[Misdeed] = []
        self._http = urllib3.PoolManager(retries=False, timeout=20, ca_certs=ca_bundle)

    def create(self, asked: dict[str, Any], project: str) -> dict[str, Any]:
        """Takes the order, and begins at once. Raises ValueError with what the service would say."""
        price = _price(asked)
        with self._lock:
            does = self._wishes.pop(0) if self._wishes else Misdeed.SELF
            job = ProximlJob(str(uuid.uuid4()), project, asked, self._at(), price, does)
            job.enter("waiting for resources", self._at())
            self._jobs[job.id] = job
            told = job.told(self._at())
        threading.Thread(target=self._begin, args=(job,), name="begin", daemon=True).start()
        return {**told, "status": "new"}

    def listed(self, project: str) -> list[dict[str, Any]]:
        """What a list of the project has."""
        with self._lock:
            return [
                job.told(self._at())
                for job in self._jobs.values()
                if job.project == project
                and not job.removed
                and (job.does is not Misdeed.UNLISTED or job.status in ENDED)
            ]

    def told(self, job_id: str) -> dict[str, Any] | None:
        """One job; None for one that nobody knows, or that was removed."""
        with self._lock:
            job = self._jobs.get(job_id)
            return None if job is None or job.removed else job.told(self._at())

    def stop(self, job_id: str) -> dict[str, Any]:
        """Ends its work. Raises ValueError for one that has ended."""
        with self._lock:
            job = self._jobs[job_id]
            if job.status in ENDED:
                raise ValueError(f"Invalid Request - Cannot stop a job that is {job.status}")
            job.unheard += 1
            if job.does is not Misdeed.DEAF or job.unheard > DEAF_TIMES:
                self._end(job, "stopped")
            return job.told(self._at())

    def remove(self, job_id: str) -> None:
        """Ends it if need be, and forgets it."""
        with self._lock:
            job = self._jobs[job_id]
            self._end(job, "removed")
            job.removed = True

    def shown(self) -> dict[str, Any]:
        """All that ever were, for the controls."""
        with self._lock:
            for job_id, worker in self._workers.items():
                self._jobs[job_id].printed = worker.log()
            return {"jobs": [job.shown(self._at()) for job in self._jobs.values()], "next": [*map(str, self._wishes)]}

    def change(self, wish: Mapping[str, Any]) -> None:
        """What the controls ask for: {"next": 2, "do": "never_end"}, or {"clear": true}. Raises ValueError."""
        with self._lock:
            if wish.get("clear"):
                self._wishes.clear()
                return
            count = wish.get("next", 1)
            if not isinstance(count, int) or count < 1 or wish.get("do") not in list(Misdeed):
                raise ValueError(f'want {{"next": 2, "do": one of {", ".join(Misdeed)}}}; got {json.dumps(wish)}')
            self._wishes += [Misdeed(wish["do"])] * count

    def end(self) -> None:
        """No process of any job outlives the local services."""
        with self._lock:
            for job in self._jobs.values():
                self._end(job, "removed")

    def _begin(self, job: ProximlJob) -> None:
        with self._lock:
            if job.does is Misdeed.NEVER_START or job.status in ENDED:
                return
            job.enter("running", self._at())
            if job.does is Misdeed.NEVER_END:
                return
            if job.does in (Misdeed.LOSE, Misdeed.FORGE, Misdeed.FAIL):
                if job.does is Misdeed.FORGE:
                    self._forge(job)
                self._end(job, "failed" if job.does is Misdeed.FAIL else "finished")
                return
            self._work(job)

    def _work(self, job: ProximlJob) -> None:
        source = source_of(str(job.asked.get("model", {}).get("source_uri", "")))
        if source is None:
            job.printed = f"the repository {job.asked.get('model')} cannot be cloned"
            self._end(job, "failed")
            return
        command = job.asked["workers"][0]
        if job.does is Misdeed.LATE:
            self._end(job, "finished")
            command = f"sleep {LATE_SECONDS}; {command}"
        given = {each["key"]: each["value"] for each in job.asked.get("environment", {}).get("env", ())}
        self._workers[job.id] = Worker(source, command, given, lambda code: self._ended(job, code))

    def _ended(self, job: ProximlJob, code: int) -> None:
        with self._lock:
            worker = self._workers.pop(job.id, None)
            if worker is not None:
                job.printed = worker.log()
                worker.clear()
            log.info("job %s ended with %d: %s", job.asked["name"], code, job.printed[-500:])
            self._end(job, "finished" if code == 0 else "failed")

    def _end(self, job: ProximlJob, status: str) -> None:
        job.enter(status, self._at())
        worker = self._workers.pop(job.id, None)
        if worker is not None:
            job.printed = worker.log()
            worker.kill()

    def _forge(self, job: ProximlJob) -> None:
        given = {each["key"]: each["value"] for each in job.asked["environment"]["env"]}
        body = "".join(f"{json.dumps(line)}\n" for line in FORGED) + '{"image": \n'
        try:
            self._http.request("PUT", given["DAYSHIFT_OUTPUT_URL"], body=body.encode())
        except (HTTPError, KeyError) as error:
            log.warning("nothing could be forged: %s", type(error).__name__)

    def _at(self) -> float:
        return self._now().timestamp()


def _price(asked: Mapping[str, Any]) -> float:
    """What an hour costs: all that was allowed. Raises ValueError, in the service's words as far as they are known."""
    resources, workers = asked.get("resources") or {}, asked.get("workers") or asked.get("worker_commands") or []
    if not isinstance(asked.get("name"), str) or not asked["name"]:
        raise ValueError("Invalid Request - a name is wanted")
    if asked.get("type") != "inference":
        raise ValueError("Invalid Request - only inference jobs are offered here")
    if len(workers) != 1:
        raise ValueError("Invalid Request - Inference jobs must have exactly one worker")
    if (asked.get("data") or {}).get("datasets"):
        raise ValueError("Invalid Request - Inference jobs cannot use datasets")
    if not resources.get("gpu_types") and not resources.get("gpu_type_id"):
        raise ValueError("Invalid Request - gpu_types or gpu_type_id is wanted")
    return float(resources.get("max_price", 10)) * int(resources.get("gpu_count") or 1)
