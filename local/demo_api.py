"""What the demo asks the HTTP API: one picture while the model sleeps, the same one again while it is awake."""

import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

from local.places import SAMPLES
from local.stack import LocalAws

LONGEST_ANSWER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the API: its status, what of its headers counts, its body, and how long it took."""

    status: int
    retry_after_seconds: int | None
    body: dict[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """POST /recognize asleep and awake, and what GET says of the first picture afterwards."""

    picture: str
    asleep: Answer
    awake: Answer
    later: Answer

    def faults(self) -> tuple[str, ...]:
        """What went otherwise than it should, each a sentence."""
        name, seen = self.picture.split()[0], self.awake.body.get("predictions") or [{}]
        found = [each["name"] for each in (self.later.body.get("result") or {}).get("detections", ())]
        promised = self.asleep.status == 202 and self.asleep.retry_after_seconds and "read_by" in self.asleep.body
        return (
            *([] if promised else [f"asleep, the API answered {self.asleep.status}: {self.asleep.body}"]),
            *([] if (self.awake.status, seen[0].get("name")) == (200, name) else [f"awake, it answered {self.awake}"]),
            *([] if found == [name] else [f"of the picture sent asleep it says {self.later.body}"]),
        )

    def to_json(self) -> dict[str, Any]:
        """The figures."""
        return {
            "asleep": {"status": self.asleep.status, "read_by": self.asleep.body.get("read_by")},
            "awake": {
                "status": self.awake.status,
                "predictions": self.awake.body.get("predictions"),
                "seconds": round(self.awake.seconds, 3),
            },
            "later": {"state": self.later.body.get("state")},
            "faults": list(self.faults()),
        }


class DemoApi:
    """Asks the deployed API, by the way that the page takes."""

    def __init__(self, aws: LocalAws, model: str, picture: str) -> None:
        self._base, self.model, self.picture = f"{aws.page_url}api/", model, picture
        self._answers: dict[str, Answer] = {}

    def recognize(self, when: str) -> Answer:
        """POST /recognize with the picture; the answer is kept under `when`."""
        content = (SAMPLES / "day" / self.picture).read_bytes()
        self._answers[when] = self._call(f"recognize?model={self.model}", content)
        return self._answers[when]

    def look(self) -> Answer:
        """GET /images/{id} of the picture that was sent asleep."""
        self._answers["later"] = self._call(f"images/{self._answers['asleep'].body.get('id')}")
        return self._answers["later"]

    def asked(self) -> Asked:
        """All of it."""
        return Asked(self.picture, self._answers["asleep"], self._answers["awake"], self._answers["later"])

    def _call(self, path: str, content: bytes | None = None) -> Answer:
        request = urllib.request.Request(self._base + path, content, {"Content-Type": "image/png"} if content else {})
        opener, began = urllib.request.build_opener(_Plain()), time.monotonic()
        with opener.open(request, timeout=LONGEST_ANSWER_SECONDS) as answer:
            body = json.loads(answer.read())
            rest = answer.headers.get("Retry-After")
            return Answer(answer.status, int(rest) if rest else None, body, time.monotonic() - began)


class _Plain(urllib.request.HTTPErrorProcessor):
    """An error is an answer too."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response
