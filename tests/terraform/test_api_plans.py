"""What a plan of the real provider holds of the API and the page: who may call, how often, and from where."""

import json

import pytest

from tests.terraform.configuration import ROOT
from tests.terraform.test_plans import names_in

WEB = ROOT / "terraform/examples/web.tfvars"
DOCUMENT = json.loads((ROOT / "lambda_src/dayshift/openapi.json").read_text())
OPERATIONS = {
    f"{method.upper()} {path}": operation["operationId"]
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
SWITCHES = {key for key, operation in OPERATIONS.items() if operation.startswith("switch")}
JWT = {"issuer": "https://login.example.com/", "audience": ["dayshift"], "client_id": "page"}
AUTHORIZATIONS = {"iam": "AWS_IAM", "jwt": "JWT", "open": "NONE"}
DOMAIN = {
    "name": "images.example.com",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
}


@pytest.fixture(scope="module", params=AUTHORIZATIONS)
def authentication(request):
    return request.param


@pytest.fixture(scope="module")
def plan(configuration, authentication):
    api = {"authentication": authentication, "requests_per_second": 3, "burst": 4}
    return configuration.plan(WEB, api=api | ({"jwt": JWT} if authentication == "jwt" else {}))


def test_every_operation_is_a_route_and_every_route_an_operation(plan):
    routes = {route["route_key"]: route["operation_name"] for route in plan.values("aws_apigatewayv2_route").values()}
    assert routes == OPERATIONS


def test_no_route_is_without_its_authorization_and_only_open_has_none(plan, authentication):
    found = {route["authorization_type"] for route in plan.values("aws_apigatewayv2_route").values()}
    assert found == {AUTHORIZATIONS[authentication]}, f"{authentication}: got {found}"
    assert len(plan.values("aws_apigatewayv2_authorizer")) == (authentication == "jwt")


def test_every_route_is_throttled(plan):
    [stage] = plan.values("aws_apigatewayv2_stage").values()
    limits = {
        setting["route_key"]: (setting["throttling_rate_limit"], setting["throttling_burst_limit"])
        for setting in stage["route_settings"]
    }
    assert limits == {key: (1, 5) if key in SWITCHES else (3, 4) for key in OPERATIONS}


def test_the_stage_is_the_first_part_of_every_path_of_the_document(plan):
    [stage] = plan.values("aws_apigatewayv2_stage").values()
    assert [f"/{stage['name']}"] == [server["url"] for server in DOCUMENT["servers"]]
    assert stage["auto_deploy"] is True


def test_only_who_signs_in_or_anybody_has_a_page(plan, authentication):
    wanted = 0 if authentication == "iam" else 1
    for kind in ("cloudfront_distribution", "cloudfront_response_headers_policy", "s3_bucket_cors_configuration"):
        found = plan.values(f"aws_{kind}")
        assert len(found) == wanted, f"{authentication}: wanted {wanted} of {kind}, got {list(found)}"


def test_nothing_is_paid_while_nobody_calls(plan):
    assert {table["billing_mode"] for table in plan.values("aws_dynamodb_table").values()} == {"PAY_PER_REQUEST"}
    kinds = {kind for _, kind, _ in plan.resources()}
    paid_by_the_hour = {"aws_lambda_provisioned_concurrency_config", "aws_wafv2_web_acl", "aws_nat_gateway", "aws_lb"}
    assert not kinds & paid_by_the_hour


def test_images_are_taken_from_the_pages_own_origin_alone(configuration):
    plan = configuration.plan(WEB, api={"authentication": "open", "domain": DOMAIN})
    [cors] = plan.values("aws_s3_bucket_cors_configuration").values()
    assert [rule["allowed_origins"] for rule in cors["cors_rule"]] == [["https://images.example.com"]]
    assert [rule["allowed_methods"] for rule in cors["cors_rule"]] == [["POST"]]
    assert cors["bucket"].endswith("-images")


def test_every_file_of_the_page_is_uploaded_as_what_it_is(plan_of):
    files = {path.relative_to(ROOT / "web").as_posix() for path in (ROOT / "web").rglob("*") if path.is_file()}
    planned = plan_of(WEB).values("aws_s3_object")
    uploaded = {values["key"]: values["content_type"] for address, values in planned.items() if ".page[" in address}
    assert uploaded.keys() == files - {"headers.json"}
    assert uploaded["index.html"].startswith("text/html")
    assert {kind for key, kind in uploaded.items() if key.endswith(".js")} == {"text/javascript; charset=utf-8"}


def test_the_longest_names_are_as_long_as_aws_allows(configuration):
    plan = configuration.plan(WEB, name="a" * 24, environment="b" * 12)
    assert max(len(bucket["bucket"]) for bucket in plan.values("aws_s3_bucket").values()) <= 63
    assert max(len(table["name"]) for table in plan.values("aws_dynamodb_table").values()) <= 255
    assert max(len(api["name"]) for api in plan.values("aws_apigatewayv2_api").values()) <= 128
    assert max(len(access["name"]) for access in plan.values("aws_cloudfront_origin_access_control").values()) <= 64


def test_two_deployments_with_pages_have_no_name_in_common(configuration, plan_of):
    one, other = names_in(plan_of(WEB)), names_in(configuration.plan(WEB, environment="other"))
    assert len(one) == len(other)
    assert {kind for kind, _ in one} >= {"aws_apigatewayv2_api", "aws_cloudfront_origin_access_control"}
    assert not one & other, f"wanted none in common, got {one & other}"
