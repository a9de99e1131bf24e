"""A worker that looks at a gallery of thousands of photos is not taken for one that hangs."""

from collections.abc import Sequence

import pytest

from dayshift.bootstrap.faces import Living
from dayshift.domain.errors import PermanentError
from dayshift.domain.faces import Face


class Refusing:
    """A finder that finds nothing, or refuses; it writes down what it did."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def start(self) -> None:
        self.log.append("start")

    def faces(self, content: bytes) -> Sequence[Face]:
        self.log.append("faces")
        if not content:
            raise PermanentError("empty", "no bytes")
        return ()

    def close(self) -> None:
        self.log.append("close")


def test_each_picture_is_a_sign_of_life_whatever_it_comes_to() -> None:
    finder = Refusing()
    living = Living(finder, lambda: finder.log.append("alive"))
    living.start()
    living.faces(b"picture")
    with pytest.raises(PermanentError):
        living.faces(b"")
    living.close()
    assert finder.log == ["start", "faces", "alive", "faces", "alive", "close"]
