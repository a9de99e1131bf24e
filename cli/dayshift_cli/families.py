"""What the command must know of a family before AWS is asked: the largest image, and the list price of one.

The labeler has the limits and prices that count; a test holds these against them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FamilyFacts:
    """The largest image in bytes, and the price of one image with every feature on."""

    maximum_bytes: int
    usd_per_image: float
    price_sentence: str


_FACTS = {
    # Amazon Rekognition, "Guidelines and quotas"; price list, first million images a month, us-east-1
    "rekognition": FamilyFacts(15_728_640, 0.002, "0.001 USD each for labels and for text"),
}


def facts_of(family: str) -> FamilyFacts | None:
    """The facts of a family; None for one that has no limit or price of its own."""
    return _FACTS.get(family)
