"""What Dayshift replaces for an endpoint, in the same world: the seed's own order of calls (SEEDS, "Endpoint").

Callers ask a function, which asks the endpoint at once: what is not answered is a 500, and nothing is queued. Two crons
at fixed UTC create the endpoint in the morning and delete it at night, whatever it is doing; what raises ends the
function, and nothing looks again. A deployment updates the endpoint, if there is one. Kinder than the original: results
are kept, and what can never be read is told so.
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dayshift.domain.model import ModelSpec
from dayshift.domain.results import Status, TerminalRecord
from tests.world import ports, sagemaker
from tests.world.clock import EventLoop, Process
from tests.world.endpoint import Word, endpoint_of
from tests.world.faults import Died, Fault, Invocation, Recorder
from tests.world.queue import Message
from tests.world.scheduler import Scheduler
from tests.world.seed import TIMEOUT, crons
from tests.world.site import DEPLOYMENT, Site
from tests.world.storage import Bucket, Stored


class SeedEndpoint:
    """The seed's two crons and the function behind its API."""

    def __init__(self, loop: EventLoop, recorder: Recorder, bucket: Bucket) -> None:
        self._loop, self._recorder, self._bucket = loop, recorder, bucket
        self._asked: set[tuple[str, str]] = set()
        self.under_way = 0

    def schedule(self, site: Site, scheduler: Scheduler) -> None:
        """Two crons in UTC."""
        crons(site, scheduler, lambda: self.start(site), lambda: self.stop(site))

    def told(self, site: Site, stored: Stored, _: dict[str, Any], delay: float) -> None:
        """A caller sends an image, once."""
        if (stored.image.key, stored.image.version) not in self._asked:
            self._asked.add((stored.image.key, stored.image.version))
            self._loop.after(delay, Process(self._loop, lambda: self._recognize(site, stored)).resume)

    def label(self, _: Site, __: list[Message], finished: Callable[[], None]) -> None:
        """Nothing: no message is ever sent."""
        finished()

    def _recognize(self, site: Site, stored: Stored) -> None:
        self.under_way += 1
        line = self._line("labeler")
        runtime = sagemaker.Runtime(line, site, self._bucket, self._loop)
        status, reason, began = Status.OK, None, self._loop.moment()
        try:
            runtime.invoke_endpoint(EndpointName=site.plan.target, Body=sagemaker.content_of(stored))
        except ClientError as error:
            status = Status.REJECTED if error.response["Error"].get("Code") == "ModelError" else Status.FAILED
            reason = str(error)
        except (BotoCoreError, Died) as error:
            status, reason = Status.FAILED, repr(error)
        if status is not Status.FAILED and stored.deleted_at is None:
            model = ModelSpec(site.plan.name, "sagemaker", None, site.plan.prefix)
            site.records.write(
                TerminalRecord(stored.image, model, status, reason, (), None, began, self._loop.moment(), 0, 0.0)
            )
        self.under_way -= 1

    def start(self, site: Site) -> None:
        """Creates the endpoint, whatever there is."""
        endpoint = endpoint_of(site)
        self._once("start", "power.create_endpoint", lambda: endpoint.create(named(site), DEPLOYMENT))

    def stop(self, site: Site) -> None:
        """Deletes it, whatever it is doing."""
        self._once("stop", "power.delete_endpoint", endpoint_of(site).delete)

    def apply(self, site: Site) -> None:
        """Another configuration: an endpoint in service is updated; where there is none, the deployment fails."""
        endpoint = endpoint_of(site)
        if endpoint.word is Word.IN_SERVICE:
            site.applied += 1
            endpoint.configure(named(site))
            endpoint.update_by_hand()

    def _once(self, name: str, call: str, effect: Callable[[], None]) -> None:
        try:
            self._line(name).call(call, effect, Fault.strike_adapter)
        except (Died, ClientError, BotoCoreError):
            return  # nobody looks

    def _line(self, name: str) -> ports.Line:
        return ports.Line(self._recorder, Invocation(name, self._loop.now + TIMEOUT))


def named(site: Site) -> str:
    """The configuration that was deployed last."""
    return site.plan.configuration(site.applied)
