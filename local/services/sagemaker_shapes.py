"""Endpoints as SageMaker describes them, and what an endpoint keeps of its configuration."""

from typing import Any

from local.services.endpoint import ANSWERING, FAILURE, Endpoint
from local.services.sagemaker_store import Book

Shape = dict[str, Any]
CONTAINERS = "Containers"  # in a snapshot, by variant: no word of the service


def snapshot(book: Book, configuration: Shape) -> Shape:
    """The configuration with its variants' containers: all that the endpoint needs from now on."""
    containers = {}
    for variant in configuration["ProductionVariants"]:
        model = book.models.get(variant["ModelName"], {})
        containers[variant["VariantName"]] = model.get("PrimaryContainer") or (model.get("Containers") or [{}])[0]
    return {**configuration, CONTAINERS: containers}


def described(name: str, endpoint: Endpoint) -> Shape:
    """DescribeEndpoint's answer."""
    shape = {**summary(name, endpoint), "EndpointConfigName": endpoint.configuration["EndpointConfigName"]}
    if endpoint.status in ANSWERING:  # there is nothing that runs before
        shape["ProductionVariants"] = [
            _variant(each, endpoint) for each in endpoint.configuration["ProductionVariants"]
        ]
    if endpoint.status == "Failed":
        shape["FailureReason"] = FAILURE
    if "AsyncInferenceConfig" in endpoint.configuration:
        shape["AsyncInferenceConfig"] = endpoint.configuration["AsyncInferenceConfig"]
    return shape


def summary(name: str, endpoint: Endpoint) -> Shape:
    """ListEndpoints' answer for one."""
    return {
        "EndpointName": name,
        "EndpointArn": endpoint.arn,
        "EndpointStatus": endpoint.status,
        "CreationTime": round(endpoint.created_at, 3),
        "LastModifiedTime": round(endpoint.since, 3),
    }


def _variant(variant: Shape, endpoint: Endpoint) -> Shape:
    image = endpoint.configuration[CONTAINERS][variant["VariantName"]].get("Image", "")
    weight = variant["InitialVariantWeight"]
    shape = {
        "VariantName": variant["VariantName"],
        "DeployedImages": [{"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": endpoint.created_at}],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
    }
    if "ServerlessConfig" in variant:
        serverless = variant["ServerlessConfig"]
        return {**shape, "CurrentServerlessConfig": serverless, "DesiredServerlessConfig": serverless}
    count = variant["InitialInstanceCount"]
    return {**shape, "CurrentInstanceCount": count, "DesiredInstanceCount": count}
