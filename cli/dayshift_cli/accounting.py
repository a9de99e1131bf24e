"""Accounting: from what was counted to hours, images and money by the day, and what always on would have cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from dayshift.domain.results import Status
from dayshift_cli.forecasting import DAY, midnight
from dayshift_cli.metering import Metered, within

LABELED = (Status.OK, Status.NONE)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a running hour of all the units that are configured, of a fleet for that of one worker; 0.0 for a family
    that is paid by the image."""

    usd_per_hour: float = 0.0
    units: int = 1
    is_of_a_worker: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What one model ran, read and cost on a local date, or in all (`date` is None then).

    `hours` are unit-hours where the service counts units, worker-hours of a fleet, else hours; None for what nobody
    starts. `source` says who
    counted them. `always_on_usd` and `saved_usd` are None for what nobody starts.
    """

    date: date | None
    hours: float | None
    source: str
    images: int
    others: int  # ended too, but without an answer: rejected, gone, failed
    usd: float
    always_on_usd: float | None
    saved_usd: float | None  # by not being always on

    @property
    def usd_per_image(self) -> float | None:
        """The cost of an image that was answered; None where none was."""
        return self.usd / self.images if self.images else None


def accounts(metered: Metered, price: Price | None, zone: tzinfo, start: datetime, now: datetime) -> list[Account]:
    """One account a day, from the first day on which anything was counted: what was not there saved nothing."""
    begun = metered.first
    if begun is None:
        return []
    begun = max(begun, start)
    day, found = begun.astimezone(zone).date(), list[Account]()
    while (first := midnight(day, zone)) < now:
        found.append(_account(metered, price, day, max(first, begun), min(midnight(day + DAY, zone), now)))
        day += DAY
    return found


def total(found: Sequence[Account]) -> Account:
    """All days as one."""
    hours = [one.hours for one in found if one.hours is not None]
    always = [one.always_on_usd for one in found if one.always_on_usd is not None]
    saved = [one.saved_usd for one in found if one.saved_usd is not None]
    return Account(
        None,
        sum(hours) if hours else None,
        ", ".join(sorted({one.source for one in found if one.source})),
        sum(one.images for one in found),
        sum(one.others for one in found),
        sum(one.usd for one in found),
        sum(always) if always else None,
        sum(saved) if saved else None,
    )


def _account(metered: Metered, price: Price | None, day: date, start: datetime, end: datetime) -> Account:
    counts = {status: round(sum(within(series, start, end))) for status, series in metered.images.items()}
    images = sum(counts.get(status, 0) for status in LABELED)
    others = sum(counts.values()) - images
    by_image = sum(within(metered.cost_usd, start, end))
    if price is None:
        return Account(day, None, "", images, others, by_image, None, None)
    if price.is_of_a_worker:
        return _of_a_fleet(metered, price, Account(day, None, "", images, others, by_image, None, None), start, end)
    hours, running, source = _run(metered, price, start, end)
    usd = running + by_image
    always = (end - start) / _HOUR * price.usd_per_hour + by_image if price.usd_per_hour else None
    return Account(day, hours, source, images, others, usd, always, None if always is None else always - usd)


def _of_a_fleet(metered: Metered, price: Price, plain: Account, start: datetime, end: datetime) -> Account:
    """What a fleet cost: by its workers. Always on, one would have been there in the hours in which none was."""
    ran = max(within(metered.ran_minutes_today, start, end), default=0.0) / 60
    paid = max(within(metered.cost_today_usd, start, end), default=0.0)
    hours = paid / price.usd_per_hour if price.usd_per_hour else ran
    saved = max((end - start) / _HOUR - ran, 0.0) * price.usd_per_hour if price.usd_per_hour else None
    usd = paid + plain.usd
    always = None if saved is None else usd + saved
    return replace(plain, hours=hours, source="Dayshift", usd=usd, always_on_usd=always, saved_usd=saved)


def _run(metered: Metered, price: Price, start: datetime, end: datetime) -> tuple[float, float, str]:
    """Hours, their price and who counted them: the service where it has counted anything, else our own ticks."""
    if metered.unit_hours:
        # an hour of the service's begins before a midnight of a zone like Kolkata's: it is the day's in which it begins
        unit_hours = sum(within(metered.unit_hours, start, end))
        return unit_hours, unit_hours * price.usd_per_hour / price.units, "AWS/Rekognition"
    hours = max(within(metered.ran_minutes_today, start, end), default=0.0) / 60
    return hours, hours * price.usd_per_hour, "Dayshift"
