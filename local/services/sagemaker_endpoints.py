"""SageMaker's control plane for endpoints: created from a configuration, updated, deleted, listed."""

from collections.abc import Callable
from typing import Any

from local.services.endpoint import NONE
from local.services.sagemaker_rules import name_in, tags_in
from local.services.sagemaker_shapes import described, snapshot, summary
from local.services.sagemaker_store import Book, SageMakerStore

Request = dict[str, Any]
PAGE = 10


class Endpoints:
    """One method an operation."""

    def __init__(self, store: SageMakerStore) -> None:
        self._store = store

    def operations(self) -> dict[str, Callable[[Request], Request]]:
        """By the name in X-Amz-Target."""
        return {
            "CreateEndpoint": self.create_endpoint,
            "DescribeEndpoint": self.describe_endpoint,
            "UpdateEndpoint": self.update_endpoint,
            "DeleteEndpoint": self.delete_endpoint,
            "ListEndpoints": self.list_endpoints,
        }

    def create_endpoint(self, request: Request) -> Request:
        """Begins to create an endpoint."""
        name, tags = name_in(request, "EndpointName"), tags_in(request)
        with self._store.open() as book:
            configuration = self._configuration(book, request)
            self._store.named(book, name).create(book.now, configuration, tags)
        return {"EndpointArn": self._store.arn("endpoint", name)}

    def describe_endpoint(self, request: Request) -> Request:
        """The endpoint as it is now."""
        name = name_in(request, "EndpointName")
        with self._store.open() as book:
            return described(name, self._store.endpoint(book, name))

    def update_endpoint(self, request: Request) -> Request:
        """Begins to give it another configuration."""
        name = name_in(request, "EndpointName")
        with self._store.open() as book:
            self._store.endpoint(book, name).update(book.now, self._configuration(book, request))
        return {"EndpointArn": self._store.arn("endpoint", name)}

    def delete_endpoint(self, request: Request) -> Request:
        """Begins to delete it."""
        name = name_in(request, "EndpointName")
        with self._store.open() as book:
            self._store.endpoint(book, name).delete(book.now)
        return {}

    def list_endpoints(self, request: Request) -> Request:
        """Those that are there, the newest first, by status and by a part of the name; in pages."""
        wanted, part = request.get("StatusEquals"), str(request.get("NameContains") or "")
        start, size = int(request.get("NextToken") or 0), int(request.get("MaxResults") or PAGE)
        with self._store.open() as book:
            found = [
                summary(name, endpoint)
                for name, endpoint in sorted(book.endpoints.items(), key=lambda each: -each[1].created_at)
                if endpoint.status != NONE and wanted in (None, endpoint.status) and part in name
            ]
        more = {"NextToken": str(start + size)} if start + size < len(found) else {}
        return {"Endpoints": found[start : start + size], **more}

    def _configuration(self, book: Book, request: Request) -> Request:
        name = name_in(request, "EndpointConfigName")
        return snapshot(book, self._store.record(book, "endpoint-config", name))
