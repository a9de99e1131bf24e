"""The recurrence of the clairvoyant optimum.

Images are numbered in the order of arrival; a group is what arrives in one minute: group k at minute a_k, with P_k
images up to its end. Time is counted in slots, r of them in a minute, each for one image. What makes it small:

- First come, first served: k is due when the first of k and all after it is, d_k = min(due_j, j >= k). Where not even
  a model that is always on could be in time, d_k is when that one would be done.
- A run that must serve from image p up to group j should begin to serve as late as it may,
      b(p, j) = min over k from p to j of d_k r - (P_k - p),
  since a later beginning never lengthens it, and ends when it is through,
      e(p, j) = max(b + P_j - p, max over k of a_k r + P_j - P_(k-1));
  in its last minute it serves also what else has come: up to image q(p, j) >= P_j.
- When a run has caught up and stands idle, the past is forgotten: it can only stop, or stay on until a group comes.

With V(p) the cost of all images from p on while the model is off, and U(k) the cost of all from group k on while it is
on and idle as k arrives:

    V(p) = min of  W r + e(p, j) - b(p, j) + V(q(p, j))       for each j >= p that it reaches without standing idle
                   W r + a_k r - b(p, k - 1) + U(k)           for the first k before which it stands idle
                   price (P_k - p) + V(P_k)                   leaving the rest of p's group k, if that came in hours
                   the first two, leaving some groups that come after p and are due before it (L < 30 min: the first
                   of the day are due before the night's)
    U(k) = min of  e - a_k r + V(q)                           as above with b = a_k r, and no warm-up
                   (a_m - a_k) r + U(m)                       for the first m before which it stands idle
    V(all) = 0

Without a price nothing is left, and b is rounded down and e up to whole minutes, as in the world. With one neither is
rounded (a run serves at least one minute): so, at a price of a slot or more, nothing could be saved by leaving images
in the midst of a run, and the answer is a lower bound.

Two runs that would overlap, or lie closer than W, are never cheaper than one (where W is 1 or more), so they are not
tried. A state is dropped when another has settled as much and paid no more (W less, if it is off and the other on).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.power.demand import Demand
from bench.power.ways import FAR, Frontier, Way

Ints = NDArray[np.int64]
CHUNK = 128
NONE = slice(0, 0)


class Search:
    """The recurrence, forwards, in slots. `price` in slots an image; None: none is left, and minutes are whole.

    `off[k]` holds V's ways by image p within group k (after the last: nothing is left), `on[k]` the way to U(k).
    """

    def __init__(self, demand: Demand, price: int | None) -> None:
        self.rate, self.price, self.late = demand.setting.rate_per_minute, price, 0
        self.warmup = demand.setting.warmup * self.rate
        due, slot = [], 0
        for (minute, count), promised in zip(demand.arrivals, demand.due, strict=True):
            slot = max(slot, minute * self.rate) + count
            self.late += min(max(slot - promised * self.rate, 0), count)
            due.append(max(promised, -(-slot // self.rate)) * self.rate)
        counts = np.array([count for _, count in demand.arrivals], dtype=np.int64)
        self.arrival: Ints = np.array([minute for minute, _ in demand.arrivals], dtype=np.int64) * self.rate
        self.through: Ints = np.cumsum(counts)
        self.before: Ints = self.through - counts
        self.due: Ints = np.array(due, dtype=np.int64)
        if price is None:
            self.due = np.minimum.accumulate(self.due[::-1])[::-1]
        self.in_hours = demand.in_hours
        places = [place if is_open else len(due) for place, is_open in enumerate(demand.in_hours)]
        self.next_in_hours: Ints = np.minimum.accumulate(np.array(places, dtype=np.int64)[::-1])[::-1]
        self.off: list[dict[int, Way]] = [{0: Way(0)}, *({} for _ in due)]
        self.on: list[Way | None] = [None for _ in due]
        self.frontier, self.size = Frontier(), CHUNK

    def solved(self) -> Way:
        """The cheapest way to the end."""
        for group in range(len(self.arrival)):
            self._from_on(group)
            for image in sorted(self.off[group]):
                self._from_off(group, image)
            self.off[group].clear()
        (best,) = self.off[-1].values()
        return best

    def _from_off(self, group: int, image: int) -> None:
        """All runs that begin with this image, and leaving it."""
        way, size = self.off[group][image], self.size
        if self.frontier.cost_of(image) < way.cost or self.frontier.cost_of(image + 1) <= way.cost:
            return
        if self.price is not None and self.in_hours[group]:
            through = int(self.through[group])
            left = through - image
            self._settle(through, Way(way.cost + self.price * left, way.left + left, way, None, way.off_since))
        if int(self.due[group] - self.through[group]) + image - self.warmup < way.off_since:
            return  # so close to the last run that it would better have stayed on
        while not self._runs_from(group, image, way, size, NONE):
            size *= 4
        for leave in self._due_before(group):
            while not self._runs_from(group, image, way, size, leave):
                size *= 4

    def _due_before(self, group: int) -> Iterator[slice]:
        """Groups that may be left in the midst of a run: the first of those in hours that are due before this one."""
        first = int(self.next_in_hours[group])
        if self.price is None or first == group:
            return
        for last in range(first, len(self.arrival)):
            if not self.in_hours[last] or self.due[last] >= self.due[group]:
                return
            yield slice(first - group, last - group + 1)

    def _runs_from(self, group: int, image: int, way: Way, size: int, leave: slice) -> bool:
        """The runs that end or stand idle within so many groups; False where none stands idle so soon."""
        rate, window = self.rate, slice(group, group + size)
        arrival, due = self.arrival[window], self.due[window].copy()
        counts = self.through[window] - self.before[window]
        counts[0] = self.through[group] - image
        left = int(counts[leave].sum())
        counts[leave], due[leave] = 0, FAR
        through = np.cumsum(counts)  # since the run's first image, without those that are left
        begin = np.minimum.accumulate(due - through)
        if self.price is None:
            begin -= begin % rate
        earliest = arrival - through + counts
        earliest[leave] = -FAR
        end = through + np.maximum(begin, np.maximum.accumulate(earliest))
        following = self.arrival[group + 1 : group + 1 + size]
        idle = np.flatnonzero(following >= end[: len(following)])
        if not len(idle) and group + size < len(self.arrival):
            return False
        reach = int(idle[0]) + 1 if len(idle) else len(through)
        self.size = max(CHUNK, 2 * reach)
        if reach < leave.stop:
            return True
        way = Way(way.cost + left * (self.price or 0), way.left + left, way, None, way.off_since) if left else way
        chosen = slice(max(leave.stop - 1, 0), reach)
        whole = -(-end[chosen] // rate) * rate
        come = self.through[np.searchsorted(self.arrival, whole - rate, side="right") - 1]
        settled = np.minimum(come, image + left + through[chosen] + whole - end[chosen])
        for place in np.unique(settled, return_index=True)[1].tolist():  # the first is the cheapest
            at = place + chosen.start
            self._stop(way, int(begin[at]), int(end[at]), int(settled[place]), self.warmup)
        if len(idle):
            self._stay(way, int(begin[reach - 1]) - self.warmup, group + reach)
        return True

    def _from_on(self, group: int) -> None:
        """What a model that is on and idle can do as this group comes."""
        way = self.on[group]
        if way is None or self.frontier.cost_of(int(self.before[group])) <= way.cost - self.warmup:
            return
        here = end = int(self.arrival[group])
        for last in range(group, len(self.arrival)):
            through = int(self.through[last])
            end = max(end, int(self.arrival[last])) + through - int(self.before[last])
            whole = -(-end // self.rate) * self.rate
            come = int(np.searchsorted(self.arrival, whole - self.rate, side="right")) - 1
            self._stop(way, here, end, min(int(self.through[come]), through + whole - end), 0)
            if last + 1 < len(self.arrival) and self.arrival[last + 1] >= end:
                self._stay(way, here, last + 1)
                return

    def _stop(self, way: Way, begin: int, end: int, served: int, warmup: int) -> None:
        """Serves from `begin` to `end` and stops, with so many images settled in all."""
        until = -(-end // self.rate) * self.rate if self.price is None else max(end, begin + self.rate)
        since = begin - warmup
        self._settle(served, Way(way.cost + until - since, way.left, way, (since, until), until))

    def _settle(self, images: int, way: Way) -> None:
        if self.frontier.add(images, way.cost):
            self.off[int(np.searchsorted(self.through, images, side="right"))][images] = way

    def _stay(self, way: Way, since: int, group: int) -> None:
        """Stays on until the group comes."""
        until = int(self.arrival[group])
        known, cost = self.on[group], way.cost + until - since
        if known is None or cost < known.cost:
            self.on[group] = Way(cost, way.left, way, (since, until))

    def runs(self, way: Way) -> tuple[tuple[int, int], ...]:
        """The stretches that a way bills, in minutes."""
        found: list[tuple[int, int]] = []
        here: Way | None = way
        while here is not None:
            if here.billed is not None:
                since, until = here.billed
                if found and found[-1][0] == until:
                    until = found.pop()[1]
                found.append((since, until))
            here = here.before
        return tuple((since // self.rate, until // self.rate) for since, until in reversed(found))
