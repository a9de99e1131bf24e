"""The families: how each is made from a model. A new family is one file beside this one and one row here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dayshift.adapters.rekognition import RekognitionPredictor
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.model import ModelSpec
from dayshift.domain.ports import Predictor

if TYPE_CHECKING:
    Client = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Family:
    """How a family reads images. `client` gives the boto3 client of a service by its name."""

    predictor: "Callable[[Client, ModelSpec], Predictor]"


FAMILIES: Mapping[str, Family] = {
    "rekognition": Family(
        predictor=lambda client, model: RekognitionPredictor(client("rekognition"), client("s3"), model),
    ),
}


def family_of(model: ModelSpec) -> Family:
    """The family of a model; raises ConfigurationError for a word that is none."""
    if model.family not in FAMILIES:
        raise ConfigurationError(f"a model's family must be one of {sorted(FAMILIES)}; got {model.family!r}")
    return FAMILIES[model.family]
