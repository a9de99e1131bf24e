"""At each closing: reconcile, which closes the gate and stops the model; for `terraform destroy`, until it is off and
nobody's."""

import time
from typing import TYPE_CHECKING, Any

from dayshift import events
from dayshift.bootstrap import LEAST_SECONDS_FOR_A_CALL, logger, power
from dayshift.domain.errors import ConfigurationError
from dayshift.handlers.reconcile import clock, reconcile_all, report
from dayshift.services.retire import give_back, retire

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

LOOK_SECONDS = 10


def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answers as handlers/reconcile does; `{"models": {}}` while Terraform creates or updates."""
    logger.append_keys(request_id=context.aws_request_id)
    wish = events.power_wish(event)
    if wish.is_nothing:
        return {"models": {}}
    if not wish.is_retiring:
        return reconcile_all(wish.model, follows=True)  # should the ticks be dead, this closes, drains and stops
    ports, unread = power.ports(wish.model, clock())
    if unread:
        raise ConfigurationError(f"cannot be stopped before it is destroyed: {unread}")

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > 5 * LEAST_SECONDS_FOR_A_CALL * 1000

    def pause() -> None:
        time.sleep(LOOK_SECONDS)

    beats = dict[str, Any]()
    for each in ports:
        beat = retire(each, clock, pause, has_time)
        beats[beat.model] = report(beat)
        owned = power.power_of(each.model)
        if owned and (kept := give_back(owned, pause, has_time)):
            logger.warning("not_given_back", model=beat.model, reason=kept)
    return {"models": beats}
