"""The order in which an apply takes its steps: what `terraform graph` draws of a plan, walked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

_EDGE = re.compile(r'"\[root\] (.*)" -> "\[root\] (.*)"')
_DEPOSED = re.compile(r" \(destroy deposed [0-9a-f]+\)$")  # the old one, where the new one is made first


@dataclass(frozen=True, slots=True)
class Order:
    """What each step waits for. A step is an address, or one that ends in " (destroy)"."""

    waits: dict[str, set[str]]

    @classmethod
    def of(cls, dot: str) -> "Order":
        """Reads the words of graphviz."""
        waits: dict[str, set[str]] = {}
        for line in dot.splitlines():
            if found := _EDGE.fullmatch(line.strip()):
                later, earlier = (_DEPOSED.sub(" (destroy)", node.replace('\\"', '"')) for node in found.groups())
                waits.setdefault(later, set()).add(earlier)
                waits.setdefault(earlier, set())
        return cls(waits)

    def is_kept(self, *steps: str) -> bool:
        """Whether each of the steps always waits for the one before it."""
        missing = [step for step in steps if step not in self.waits]
        assert not missing, f"wanted steps of this apply, got none like {missing} in {sorted(self.waits)}"
        return all(earlier in self._before(later) for earlier, later in pairwise(steps))

    def _before(self, step: str) -> set[str]:
        seen = set[str]()
        todo: list[Iterable[str]] = [self.waits[step]]
        while todo:
            for earlier in todo.pop():
                if earlier not in seen:
                    seen.add(earlier)
                    todo.append(self.waits[earlier])
        return seen
