"""Mistakes in a values file are refused while planning, each with the value got and one that would do.

They are made at once, as Terraform reports them; those of the models apart, since Terraform looks at them only when
the name that theirs is made of is good.
"""

import json
import re

import pytest

from tests.terraform.configuration import ROOT, Refusal

# python-terraform reports a refusal by a method of logging that is going away.
pytestmark = pytest.mark.filterwarnings("ignore:The 'warn' method")

MISTAKES = {
    "name": "Acme",
    "environment": "pre-prod",
    "region": "eu-west-1a",
    "kms_key": {"arn": "arn:aws:kms:eu-west-1:123456789012:alias/mine"},
    "retention_days": {"images": 60, "results": 60, "logs": 31},
    "access_log_bucket": "logs/here",
    "package_file": "../dist/nothing.zip",
    "runtime": "python3.9",
    "architecture": "amd64",
    "memory_mb": {"labeler": 64},
    "log_level": "info",
    "sweep_after_minutes": 1,
    "alarm_topic_arns": ["on-call@example.com"],
}
MISTAKEN_MODELS = {
    "Signs": {"family": "rekognition", "prefix": "signs"},
    "again": {"family": "rekognition", "prefix": "signs", "maximum_concurrency": 1, "batch_size": 11},
    "pages": {"family": "textract", "prefix": "pages/", "options": {"features": ["faces"]}},
}


def each(field, **values):
    """What is got of one field of all models, as the message shows it."""
    return json.dumps({name: values.get(name, field) for name in MISTAKEN_MODELS}, separators=(",", ":"))


GOT_AND_WOULD_DO = {
    "a name with capitals": ('got "Acme"', '"acme-dayshift"'),
    "a hyphen in the environment": ('got "pre-prod"', '"prod"'),
    "a zone for a Region": ('got "eu-west-1a"', '"eu-west-1"'),
    "an alias for a key": ("alias/mine", "key/1234abcd"),
    "results gone before their images": ('"results":60', "results = 90"),
    "a log kept for 31 days": ("got 31", "30, 90 or 365"),
    "a path for a bucket": ('got "logs/here"', '"acme-access-logs"'),
    "a package that was not built": ('got "../dist/nothing.zip"', "make package"),
    "an old runtime": ('got "python3.9"', '"python3.13"'),
    "an architecture by another name": ('got "amd64"', '"x86_64"'),
    "too little memory": ('"labeler":64', "labeler = 512"),
    "a log level in small letters": ('got "info"', '"INFO"'),
    "a sweep of what was just sent": ("got 1.", "for example 30"),
    "a mail address for a topic": ('got ["on-call@example.com"]', "on-call"),
    "a model's name with capitals": ('got ["Signs","again","pages"]', '"road-signs"'),
    "a prefix without its slash": (f"got {each('signs', pages='pages/')}", '"signs/" or "shops/berlin/"'),
    "one prefix twice": (f"got {each('signs', pages='pages/')}", '"signs/" and "shops/"'),
    "an unknown family": (f"got {each('rekognition', pages='textract')}", 'must be "rekognition"'),
    "a single labeler": (f"got {each(4, again=1)}", "for example 4"),
    "a batch of eleven": (f"got {each(10, again=11)}", "for example 10"),
    "an unknown feature": (f"got {each(['labels', 'text'], pages=['faces'])}", '["labels", "text"]'),
}


@pytest.fixture(scope="module")
def refusal(configuration):
    local = ROOT / "terraform/envs/local.tfvars"
    return _refused(configuration, local, MISTAKES) + _refused(configuration, local, {"models": MISTAKEN_MODELS})


@pytest.mark.parametrize(("got", "would_do"), GOT_AND_WOULD_DO.values(), ids=GOT_AND_WOULD_DO.keys())
def test_a_mistake_is_refused_with_what_was_got_and_what_would_do(refusal, got, would_do):
    assert got in refusal, f"wanted the value got, {got}, in: {refusal}"
    assert would_do in refusal, f"wanted a value that would do, {would_do}, in: {refusal}"


def _refused(configuration, tfvars, values):
    with pytest.raises(Refusal) as refused:
        configuration.plan(tfvars, **values)
    return re.sub(r"[\s│]+", " ", refused.value.text)  # Terraform breaks and frames its lines
