"""The demo's second part: a working day of the models that are started and stopped, in a minute, on the local clock.

06:00 they sleep · 07:00 images come and wait · warm-up before opening they are started · they run, their queues are
opened, what waited is read · more come · they close, drain and stop · 20:00 one more image comes for each, and waits
for the next day. A project version of Custom Labels is started and stopped; an endpoint is created and deleted.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from rich.console import Console

from local.controls import Controls
from local.day_report import Day
from local.demo_api import Asked, DemoApi
from local.deploying import Deployment
from local.lived_model import LivedModel, midnight_after
from local.stack import LocalAws

DELAYS: Mapping[str, Mapping[str, float]] = {  # how long a start and a stop take, by family
    "custom_labels": {"start_delay_seconds": 20 * 60, "stop_delay_seconds": 2 * 60},
    "sagemaker": {"start_delay_seconds": 6 * 60, "stop_delay_seconds": 60},
}
ASKED = ("flowers", "sunflower 1.png")  # of the API: which model, with which picture
HOUR = timedelta(hours=1)
Step = Callable[[datetime], None]


class DemoDay:
    """A day of every model that has a power, lived step by step."""

    def __init__(self, aws: LocalAws, deployment: Deployment, console: Console) -> None:
        self._console, self._controls = console, Controls(aws)
        powered = {name: spec for name, spec in deployment.values["models"].items() if spec["power"] is not None}
        self._models = [LivedModel(aws, deployment, self._controls, name) for name in powered]
        for model in self._models:
            self._controls.tell(model.target, **DELAYS[powered[model.name]["family"]])
        self._api = DemoApi(aws, *ASKED)

    def asked(self) -> Asked:
        """What the API answered on the day that was lived."""
        return self._api.asked()

    def live(self) -> tuple[Day, ...]:
        """From before the first image until after the last. Afterwards the clock is the real one again."""
        zone = self._models[0].calendar.zone
        # What the models remember must not be to come, so it is the day after the last that they lived through.
        known = [datetime.fromisoformat(entry["at"]) for model in self._models for entry in model.log()]
        midnight = midnight_after([self._controls.now(), *known], zone)
        for model in self._models:
            opening = next(model.calendar.openings(midnight, midnight + timedelta(days=14)))
            model.begin(opening.start.astimezone(zone), opening.end.astimezone(zone))
            hours = f"{model.start:%A, %d %B}, on the local clock: {model.name} is open {model.start:%H:%M} to"
            self._console.print(f"{hours} {model.end:%H:%M}")
        morning = min(model.start for model in self._models).replace(hour=6, minute=0)
        evening = max(model.end for model in self._models).replace(hour=20, minute=0)
        try:
            # What an interrupted day left on is stopped in the hour before.
            self._controls.go_to(morning - HOUR, skip=True)
            for instant, steps in self._plan(morning, evening):
                self._go(instant)
                for step in steps:
                    step(instant)
            return tuple(model.day(morning, evening + HOUR, zone) for model in self._models)
        finally:
            self._controls.return_to_real_time()

    def _plan(self, morning: datetime, evening: datetime) -> list[tuple[datetime, list[Step]]]:
        """What is done at which instant, in order."""
        plan: dict[datetime, list[Step]] = {
            morning: [],
            morning + HOUR: [lambda at: self._come(3, at), self._ask_asleep],
            evening: [lambda at: self._come(1, at)],
            evening + HOUR: [],
        }
        for model in self._models:
            plan.setdefault(model.start - model.policy.warmup, [])
            plan.setdefault(model.start, []).append(partial(_wait_for, model))
            plan.setdefault(model.end, [])
        noon = max(model.start for model in self._models) + 3 * HOUR
        plan.setdefault(noon, []).extend((lambda at: self._come(4, at, asleep=False), self._ask_awake))
        return sorted(plan.items(), key=lambda each: each[0])

    def _go(self, instant: datetime) -> None:
        """Lets the time pass; says what it came to."""
        began = time.monotonic()
        fired = self._controls.go_to(instant)
        seconds = time.monotonic() - began
        said = "   ".join(
            f"{model.name} {model.status().replace('DELETED', 'no endpoint'):18} {model.depth()} waiting"
            for model in self._models
        )
        self._console.print(f"{instant:%H:%M}  {said}  [dim]({fired} fired in {seconds:.1f} s)[/]", highlight=False)

    def _ask_asleep(self, at: datetime) -> None:
        """The API keeps the picture, and says when it will be read; so it is one more image that came."""
        answer, model = self._api.recognize("asleep"), self._asked_model()
        promised = datetime.fromisoformat(answer.body["read_by"]).astimezone(at.tzinfo)
        said = f"asleep; it will be read by {promised:%H:%M}, come back in {answer.retry_after_seconds} s"
        self._console.print(f"       POST /recognize: {answer.status}, {said}", highlight=False)
        model.expect_from_api(str(answer.body.get("id")), at, self._api.picture)

    def _ask_awake(self, _: datetime) -> None:
        """The API answers at once, and knows what became of the first picture."""
        answer, later = self._api.recognize("awake"), self._api.look()
        seen = ", ".join(f"{each['name']} {each['probability']:.0%}" for each in answer.body.get("predictions", ()))
        self._console.print(
            f"       POST /recognize: {answer.status}, {seen} ({answer.seconds:.2f} s)", highlight=False
        )
        self._console.print(f"       GET /images/{{id}} of this morning's: {later.body.get('state')}", highlight=False)

    def _asked_model(self) -> LivedModel:
        return next(model for model in self._models if model.name == self._api.model)

    def _come(self, count: int, at: datetime, asleep: bool = True) -> None:
        """Uploads so many pictures for each; waits until they are queued, or all are read if the models are awake."""
        wanted = {model.name: model.depth() + count for model in self._models}
        for model in self._models:
            model.come(count, at)
        self._console.print(f"       new images for each: {count}", highlight=False)
        for model in self._models:
            if asleep:
                model.until_queued(wanted[model.name])
            else:
                model.until_read()


def _wait_for(model: LivedModel, _: datetime) -> None:
    model.until_read()
