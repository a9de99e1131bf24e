"""Law 1 where it can be seen: at the moment at which our code asks for a step. (Apart from laws.py, which it needs.)"""

from typing import TYPE_CHECKING

from dayshift.domain.lifecycle import ModelState
from dayshift.domain.noticing import BILLED, DRAIN
from tests.world.mapping import Word
from tests.world.site import DEPLOYMENT, Site

if TYPE_CHECKING:
    from tests.world.group import Group

ONE_TICK_SECONDS = 60.0


def opening(site: Site) -> None:
    """The gate is opened only before a model that runs."""
    if site.service.state is not ModelState.RUNNING:
        site.orders.append(f"{site.plan.name}: mapping enabled while the model was {site.service.state}")


def stopping(site: Site) -> None:
    """The model is stopped only behind a closed gate, with nothing in flight as SQS tells it, or after the drain."""
    if site.mapping.word is not Word.DISABLED:
        site.orders.append(f"{site.plan.name}: model stopped while the mapping was {site.mapping.word}")
    has_time = site.mapping.closed_for() < DRAIN.total_seconds() - ONE_TICK_SECONDS
    if site.queue.depth().in_flight > 0 and has_time:
        site.orders.append(f"{site.plan.name}: model stopped with images in flight and time left to drain")


def deleting(site: Site) -> None:
    """Nobody deletes another's endpoint; one that runs is deleted as a model is stopped."""
    if site.service.state is ModelState.UNMANAGEABLE:
        site.orders.append(f"{site.plan.name}: another's endpoint deleted")
    elif site.service.state is ModelState.RUNNING:
        stopping(site)


def creating(site: Site, owner: str | None) -> None:
    """An endpoint says from its first moment whose it is."""
    if owner != DEPLOYMENT:
        site.orders.append(f"{site.plan.name}: endpoint created with the owner {owner}")


def unconfiguring(site: Site, is_in_use: bool) -> None:
    """A configuration is deleted only when nothing is made from it any more (DeleteEndpointConfig)."""
    if is_in_use:
        site.orders.append(f"{site.plan.name}: the configuration of its endpoint deleted while it is in use")


def wishing(site: Site, wished: int, group: "Group") -> None:
    """Nobody scales another's group, or beyond its maximum; a wish for none is a stop."""
    if group.is_foreign:
        site.orders.append(f"{site.plan.name}: another's group told to have {wished} workers")
    elif wished == 0 and group.state in BILLED:
        stopping(site)
    if wished > group.maximum and not site.is_applying:
        site.orders.append(f"{site.plan.name}: {wished} workers wished for, of {group.maximum} at the most")


def releasing(site: Site) -> None:
    """The model is given back only when it is off, or about to be: whoever takes it then pays for no start of ours."""
    if site.service.state in BILLED:
        site.orders.append(f"{site.plan.name}: model given back while it was {site.service.state}")
