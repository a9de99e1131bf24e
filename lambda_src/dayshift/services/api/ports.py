"""What the API's operations need of the world; made once for many requests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dayshift.domain.api_model import ApiModel
from dayshift.domain.api_ports import Answers, Counts, PoweredModels, Uploads
from dayshift.domain.ports import Depth, Predictor
from dayshift.domain.web import Reply, Request


@dataclass(frozen=True, slots=True)
class ApiPorts:
    """`models` are sorted by name. `predictor` raises ConfigurationError; `new_digits` are 32 that nobody guesses."""

    authentication: str
    models: Mapping[str, ApiModel]
    predictor: Callable[[str], Predictor]
    queues: Mapping[str, Depth]
    powered: PoweredModels
    uploads: Uploads
    answers: Answers
    counts: Counts
    document: Mapping[str, Any]
    new_digits: Callable[[], str]


Operation = Callable[[Request, ApiPorts, datetime], Reply]
