"""Mistakes in the values of API and page are refused while planning, each with the value got and one that would do."""

import pytest

from tests.terraform.configuration import ROOT
from tests.terraform.test_mistakes import refused

# python-terraform reports a refusal by a method of logging that is going away.
pytestmark = pytest.mark.filterwarnings("ignore:The 'warn' method")

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
MISTAKEN = (
    {"authentication": "basic", "images_a_day": 0, "requests_per_second": 0, "burst": 5001},
    {"authentication": "jwt"},
    {
        "authentication": "jwt",
        "jwt": {
            "issuer": "http://login.example.com/",
            "audience": [],
            "operator_scope": "on off",
            "origins": ["https://tokens.example.com/token"],
        },
    },
    {
        "authentication": "open",
        "domain": {"name": "Images.example.com", "certificate_arn": CERTIFICATE},
        "web_acl_arn": "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/page/1234abcd",
        "log_bucket": "arn:aws:s3:::acme-logs",
        "countries": ["Germany"],
    },
    {"authentication": "iam", "countries": ["DE"]},
)
GOT_AND_WOULD_DO = {
    "an unknown authentication": ('got "basic"', '"iam", "jwt" or "open"'),
    "no image at all": ("got 0.", "from 1 to 1000000, for example 1000"),
    "no request at all": ("got 0.", "from 1 to 10000, for example 20"),
    "a burst above the account's": ("got 5001", "from 1 to 5000, for example 40"),
    "tokens of nobody": ('got authentication "jwt" and jwt null', 'issuer = "https://login.example.com/"'),
    "an issuer without TLS": ('got "http://login.example.com/"', "https://cognito-idp"),
    "tokens for nobody": ("got []", '["dayshift"]'),
    "a page that nobody signs in to": ("client_id must be given, or page = false", '"dayshift-page"'),
    "two scopes for one": ('got "on off"', '"dayshift/operate"'),
    "an origin with a path": ('got ["https://tokens.example.com/token"]', "https origins without a path"),
    "a domain in capitals": ('got "Images.example.com"', '"images.example.com"'),
    "a certificate of another Region": (f'got "{CERTIFICATE}"', "arn:aws:acm:us-east-1:"),
    "a regional web ACL": ("regional/webacl/page", "global/webacl/page"),
    "a log bucket by its ARN": ('got "arn:aws:s3:::acme-logs"', '"acme-cloudfront-logs"'),
    "a country by its name": ('got ["Germany"]', '["DE", "AT"]'),
    "a country where there is no page": ('got {"authentication":"iam","page":true}', 'authentication "jwt" or "open"'),
}


@pytest.fixture(scope="module")
def refusal(configuration):
    web = ROOT / "terraform/examples/web.tfvars"
    return "".join(refused(configuration, web, {"api": api}) for api in MISTAKEN)


@pytest.mark.parametrize(("got", "would_do"), GOT_AND_WOULD_DO.values(), ids=GOT_AND_WOULD_DO.keys())
def test_a_mistake_is_refused_with_what_was_got_and_what_would_do(refusal, got, would_do):
    assert got in refusal, f"wanted the value got, {got}, in: {refusal}"
    assert would_do in refusal, f"wanted a value that would do, {would_do}, in: {refusal}"
