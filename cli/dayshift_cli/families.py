"""What the command must know of a family before AWS is asked: the largest image, and the list prices."""

from dataclasses import dataclass

from dayshift.adapters import custom_labels, face_fleet, gpu_job, rekognition, sagemaker_endpoint


@dataclass(frozen=True, slots=True)
class FamilyFacts:
    """The largest image in bytes that any model of it reads, the price of one image with every feature on (None where
    nobody can tell before) and of a running hour of a unit, and the minutes that a start takes where nobody says how
    many."""

    maximum_bytes: int
    usd_per_image: float | None
    price_sentence: str
    usd_per_unit_hour: float = 0.0
    warmup_minutes: int = 0


_FACTS = {
    "rekognition": FamilyFacts(
        maximum_bytes=rekognition.LIMITS.maximum_bytes,
        usd_per_image=2 * rekognition.USD_PER_CALL,
        price_sentence=f"{rekognition.USD_PER_CALL} USD each for labels and for text",
    ),
    "custom_labels": FamilyFacts(
        maximum_bytes=custom_labels.LIMITS.maximum_bytes,
        usd_per_image=0.0,
        price_sentence=f"the model is paid by the hour it runs, {custom_labels.USD_PER_UNIT_HOUR} USD a unit",
        usd_per_unit_hour=custom_labels.USD_PER_UNIT_HOUR,
        warmup_minutes=30,
    ),
    # An hour's price is that of the instances, which only var.models knows: usd_per_hour. A serverless one has none.
    "sagemaker": FamilyFacts(
        maximum_bytes=sagemaker_endpoint.ASYNCHRONOUS_BYTES,
        usd_per_image=0.0,
        price_sentence="the endpoint is paid by the hour it runs; a serverless one by the second it computes",
        warmup_minutes=30,
    ),
    # A worker's hour is that of its instance, which only var.models knows: usd_per_hour.
    "face_fleet": FamilyFacts(
        maximum_bytes=face_fleet.LIMITS.maximum_bytes,
        usd_per_image=face_fleet.COST_USD,
        price_sentence="its workers are paid by the hour each runs",
        warmup_minutes=5,
    ),
    # A job costs what the service takes for its hours, and at most its budget, which only var.models knows.
    "gpu_job": FamilyFacts(
        maximum_bytes=gpu_job.LIMITS.maximum_bytes,
        usd_per_image=None,
        price_sentence="it is read in jobs, each of which costs at most its budget",
    ),
}


def facts_of(family: str) -> FamilyFacts | None:
    """The facts of a family; None for one that has no limit or price of its own."""
    return _FACTS.get(family)
