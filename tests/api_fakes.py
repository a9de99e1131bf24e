"""Stand-ins for the API's ports, and a bench that asks its operations without AWS."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from dayshift.bootstrap import api
from dayshift.domain.api_model import ApiModel
from dayshift.domain.api_ports import Form, Sheet
from dayshift.domain.caller import Caller
from dayshift.domain.image_id import ImageId
from dayshift.domain.model import ModelSpec
from dayshift.domain.override import Override
from dayshift.domain.powered import PoweredModel
from dayshift.domain.results import TerminalRecord
from dayshift.domain.web import Reply, Request
from dayshift.services.api.ports import ApiPorts
from dayshift.services.api.serving import serve
from tests.fakes import NOON, SIGNS, FakePredictor, FakeQueue

ADA = Caller.of_token("https://issuer.example", "ada", "ada@example.com")
BOB = Caller.of_token("https://issuer.example", "bob")
# An image of 640 x 480 pixels as far as its header goes: nothing of ours reads further.
JPEG = bytes.fromhex("ffd8 ffc0 0011 08 01e0 0280 03 011100 021101 031101") + bytes(100)
PNG = bytes.fromhex("89504e470d0a1a0a 0000000d 49484452 00000280 000001e0 0802000000") + bytes(100)
GERMAN = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}
LOGOS = {"name": "logos", "family": "custom_labels", "target": None, "prefix": "incoming/logos/", "options": {},
         "queue_url": "https://queue", "queue_name": "logos", "mapping_uuid": "m", "power": "office_hours",
         "hours": GERMAN, "warmup_minutes": 30}  # fmt: skip


@dataclass
class FakeUploads:
    """Images by key."""

    stored: dict[str, tuple[datetime, str, bytes]] = field(default_factory=dict)
    forms: list[tuple[str, str, int]] = field(default_factory=list)
    refuse: BaseException | None = None
    now: datetime = NOON

    def form(self, key: str, content_type: str, maximum_bytes: int) -> Form:
        self.forms.append((key, content_type, maximum_bytes))
        return Form("https://bucket.example/", {"key": key, "Content-Type": content_type})

    def put(self, key: str, content_type: str, content: bytes) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.stored[key] = (self.now, content_type, content)

    def uploaded_at(self, key: str) -> datetime | None:
        return self.stored[key][0] if key in self.stored else None


@dataclass
class FakeAnswers:
    """Records and sheets by model and key."""

    records: dict[tuple[str, str], TerminalRecord] = field(default_factory=dict)

    def latest(self, model: str, key: str) -> Mapping[str, Any] | None:
        found = self.records.get((model, key))
        record: Mapping[str, Any] | None = json.loads(found.to_json()) if found else None
        return record

    def sheets(self, model: str, folder: str, after: str, most: int) -> tuple[Sequence[Sheet], bool]:
        found = sorted(
            (key.removeprefix(folder), record.to_csv().partition("\r\n")[2])
            for (of, key), record in self.records.items()
            if of == model and key.startswith(folder)
        )
        left = [Sheet(name, rows) for name, rows in found if name > after]
        return left[:most], len(left) > most


@dataclass
class FakeCounts:
    """As many as `left` says for everybody."""

    left: int = 1_000
    taken: list[str] = field(default_factory=list)

    def take(self, owner: str, now: datetime) -> bool:
        if len(self.taken) >= self.left:
            return False
        self.taken.append(owner)
        return True


@dataclass
class FakePoweredModels:
    """The three texts of each model, as SSM keeps them."""

    specs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    memories: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    overrides: dict[str, Override | None] = field(default_factory=dict)

    def of(self, name: str, now: datetime) -> PoweredModel | None:
        if name not in self.specs:
            return None
        word = self.overrides.get(name)
        memory, override = json.dumps(self.memories.get(name, {})), json.dumps(word.to_json() if word else {})
        return PoweredModel.from_stored(json.dumps(self.specs[name]), memory, override, now)

    def switch(self, name: str, override: Override | None) -> None:
        self.overrides[name] = override


class ApiBench:
    """The API over fakes: `signs` is always there, `logos` is open on weekdays. `now` is Friday noon."""

    def __init__(self, authentication: str = "jwt", **logos: Any) -> None:
        self.now = NOON
        self.predictor, self.uploads, self.answers = FakePredictor(), FakeUploads(), FakeAnswers()
        self.counts, self.powered = FakeCounts(), FakePoweredModels({"logos": {**LOGOS, **logos}})
        self.queue = FakeQueue()
        digits = (f"{number:032x}" for number in count())
        spec = ModelSpec("logos", "custom_labels", None, "incoming/logos/")
        self.ports = ApiPorts(
            authentication=authentication,
            models={"logos": ApiModel(spec, "https://queue", "office_hours"), "signs": ApiModel(SIGNS, "", None)},
            predictor=lambda _: self.predictor,
            queues={"logos": self.queue},
            powered=self.powered,
            uploads=self.uploads,
            answers=self.answers,
            counts=self.counts,
            document=api.document(),
            new_digits=lambda: next(digits),
        )

    def ask(self, route: str, caller: Caller | None = ADA, **request: Any) -> Reply:
        """A request's reply, whatever it is."""
        asked = Request(route, "request-1", caller=caller, **request)
        return serve(asked, api.routes(), lambda: self.ports, self.now)

    def ask_json(self, route: str, fields: Any = None, caller: Caller | None = ADA, **request: Any) -> Reply:
        """A request with JSON."""
        body = b"" if fields is None else json.dumps(fields).encode()
        return self.ask(route, caller, content_type="application/json", body=body, **request)

    def recognize(self, model: str, content: bytes = JPEG, caller: Caller | None = ADA) -> Reply:
        """POST /recognize."""
        return self.ask("POST /recognize", caller, query={"model": model}, content_type="image/jpeg", body=content)

    def show(self, image: str, caller: Caller | None = ADA) -> Reply:
        """GET /images/{id}."""
        return self.ask("GET /images/{id}", caller, path={"id": image})

    def wait(self, span: timedelta) -> None:
        """Time goes by."""
        self.now = self.uploads.now = self.now + span

    def awake(self) -> None:
        """The last tick found the gate of logos open."""
        began = self.now - timedelta(hours=1)
        self.powered.memories["logos"] = {"running_since": round(began.timestamp())}

    def key_of(self, image: str, caller: Caller = ADA) -> str:
        """Where an image of this caller's lies."""
        found = ImageId.parse(image)
        assert found
        return found.key(self.ports.models[found.model].spec.prefix, caller.owner)
