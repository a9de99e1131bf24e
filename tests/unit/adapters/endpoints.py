"""What the tests of family `sagemaker` share: a model, an image that is one, and whose fault each of its errors is."""

from typing import Any

from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec
from dayshift.domain.plain_image import plain_png
from tests.fakes import IMAGES, RESULTS, image
from tests.unit.adapters.wire import Refusal

NAME, CONFIGURATION = "acme-prod-flowers", "acme-prod-flowers-1a2b3c4d"
CLASSES = {"bucket": RESULTS, "key": "_models/flowers/classes-1a2b3c4d.txt"}
ASYNCHRONOUS = {"bucket": RESULTS, "prefix": "_async/flowers/"}
PNG = plain_png(32)


def flowers(**options: Any) -> ModelSpec:
    """The model, as Terraform describes it to the functions."""
    whole = {
        "configuration": CONFIGURATION, "content_type": "application/x-image", "accept": "application/json",
        "json": None, "serverless": False, "asynchronous": None, "classes": None,
        "response": {"at": "", "name": None, "score": None, "names_at": None, "scores_are": "probabilities"},
        "maximum_labels": 5, "minimum_confidence_percent": 0,
    }  # fmt: skip
    return ModelSpec("flowers", "sagemaker", NAME, "incoming/flowers/", {**whole, **options})


def uploaded(s3: Any, content: bytes = PNG, key: str = "incoming/flowers/a.jpg") -> ImageRef:
    """An image that lies in the bucket."""
    version = s3.put_object(Bucket=IMAGES, Key=key, Body=content)["VersionId"]
    return image(key, version_id=version, size_bytes=len(content))


def refused(status: int, said: str = "cannot identify image file") -> Refusal:
    """The container answered with an error of its own."""
    message = f'Received client error ({status}) from primary with message "{said}". See https://console for more.'
    fields = {"OriginalStatusCode": status, "OriginalMessage": said, "LogStreamArn": "arn:aws:logs:us-east-1:1:x"}
    return Refusal("ModelError", message, fields)
