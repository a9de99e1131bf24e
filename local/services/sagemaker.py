"""SageMaker's control plane as far as endpoints need it: models, endpoint configurations, tags."""

from collections.abc import Callable
from typing import Any

from local.services.endpoint import NONE, refused
from local.services.sagemaker_rules import MOST_TAGS, check_configuration, check_model, name_in, tags_in
from local.services.sagemaker_store import Book, SageMakerStore

Request = dict[str, Any]
MODEL = ("PrimaryContainer", "Containers", "InferenceExecutionConfig", "ExecutionRoleArn", "VpcConfig")
CONFIGURATION = (
    "ProductionVariants", "DataCaptureConfig", "KmsKeyId", "AsyncInferenceConfig", "ShadowProductionVariants",
    "ExecutionRoleArn", "VpcConfig",
)  # fmt: skip


class SageMaker:
    """One method an operation."""

    def __init__(self, store: SageMakerStore) -> None:
        self._store = store

    def operations(self) -> dict[str, Callable[[Request], Request]]:
        """By the name in X-Amz-Target."""
        return {
            "CreateModel": self.create_model,
            "DescribeModel": self.describe_model,
            "DeleteModel": self.delete_model,
            "CreateEndpointConfig": self.create_configuration,
            "DescribeEndpointConfig": self.describe_configuration,
            "DeleteEndpointConfig": self.delete_configuration,
            "ListTags": self.list_tags,
            "AddTags": self.add_tags,
            "DeleteTags": self.delete_tags,
        }

    def create_model(self, request: Request) -> Request:
        """A new model. Whether its image and its data are there is not looked at."""
        name, tags = name_in(request, "ModelName"), tags_in(request)
        check_model(request)
        arn = self._store.arn("model", name)
        with self._store.open() as book:
            if name in book.models:
                raise refused(f'Cannot create already existing model "{arn}".')
            given = {key: request[key] for key in MODEL if request.get(key)}
            if "PrimaryContainer" in given:
                given["PrimaryContainer"] = {"Mode": "SingleModel", **given["PrimaryContainer"]}
            isolation = bool(request.get("EnableNetworkIsolation"))
            known = {"ModelName": name, "ModelArn": arn, "CreationTime": round(book.now, 3)}
            book.models[name] = {**known, **given, "EnableNetworkIsolation": isolation}
            book.tags[arn] = tags
        return {"ModelArn": arn}

    def describe_model(self, request: Request) -> Request:
        """The model as it was given."""
        with self._store.open() as book:
            return self._store.record(book, "model", name_in(request, "ModelName"))

    def delete_model(self, request: Request) -> Request:
        """Gone at once; endpoints that have it keep it."""
        with self._store.open() as book:
            name = name_in(request, "ModelName")
            book.tags.pop(self._store.record(book, "model", name)["ModelArn"], None)
            del book.models[name]
        return {}

    def create_configuration(self, request: Request) -> Request:
        """A new endpoint configuration, whose models must be there."""
        name, tags = name_in(request, "EndpointConfigName"), tags_in(request)
        check_configuration(request)
        arn = self._store.arn("endpoint-config", name)
        with self._store.open() as book:
            if name in book.configurations:
                raise refused(f'Cannot create already existing endpoint configuration "{arn}".')
            for variant in request["ProductionVariants"]:
                self._store.record(book, "model", variant["ModelName"])
            given = {key: request[key] for key in CONFIGURATION if request.get(key)}
            given["ProductionVariants"] = [
                {"InitialVariantWeight": 1.0, **each} for each in given["ProductionVariants"]
            ]
            known = {"EndpointConfigName": name, "EndpointConfigArn": arn, "CreationTime": round(book.now, 3)}
            book.configurations[name] = {**known, **given, "EnableNetworkIsolation": False}
            book.tags[arn] = tags
        return {"EndpointConfigArn": arn}

    def describe_configuration(self, request: Request) -> Request:
        """The configuration as it was given."""
        with self._store.open() as book:
            return self._store.record(book, "endpoint-config", name_in(request, "EndpointConfigName"))

    def delete_configuration(self, request: Request) -> Request:
        """Gone at once. An endpoint that has it goes on; AWS says never to do this: /_local/models tells of it."""
        with self._store.open() as book:
            self._store.delete_configuration(book, name_in(request, "EndpointConfigName"))
        return {}

    def list_tags(self, request: Request) -> Request:
        """All tags of a model, a configuration or an endpoint."""
        with self._store.open() as book:
            return {"Tags": [{"Key": key, "Value": value} for key, value in self._tags(book, request).items()]}

    def add_tags(self, request: Request) -> Request:
        """Adds and changes tags."""
        with self._store.open() as book:
            tags = self._tags(book, request)
            if len({*tags, *tags_in(request)}) > MOST_TAGS:
                raise refused(f"A resource has at most {MOST_TAGS} tags.")
            tags.update(tags_in(request))
            return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def delete_tags(self, request: Request) -> Request:
        """Removes tags."""
        with self._store.open() as book:
            tags = self._tags(book, request)
            for key in request.get("TagKeys") or ():
                tags.pop(key, None)
        return {}

    def _tags(self, book: Book, request: Request) -> dict[str, str]:
        arn = str(request.get("ResourceArn"))
        for endpoint in book.endpoints.values():
            if endpoint.arn == arn and endpoint.status != NONE:
                return endpoint.tags
        if arn not in book.tags:
            raise refused(f'Could not find resource "{arn}".')
        return book.tags[arn]
