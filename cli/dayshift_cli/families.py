"""What the command must know of a family before AWS is asked: the largest image, and the list price of one."""

from dataclasses import dataclass

from dayshift.adapters import rekognition


@dataclass(frozen=True, slots=True)
class FamilyFacts:
    """The largest image in bytes, and the price of one image with every feature on."""

    maximum_bytes: int
    usd_per_image: float
    price_sentence: str


_FACTS = {
    "rekognition": FamilyFacts(
        maximum_bytes=rekognition.LIMITS.maximum_bytes,
        usd_per_image=2 * rekognition.USD_PER_CALL,
        price_sentence=f"{rekognition.USD_PER_CALL} USD each for labels and for text",
    ),
}


def facts_of(family: str) -> FamilyFacts | None:
    """The facts of a family; None for one that has no limit or price of its own."""
    return _FACTS.get(family)
