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
    "tick_minutes": 16,
}
MISTAKEN_MODELS = {
    "Signs": {"family": "rekognition", "prefix": "signs"},
    "again": {"family": "rekognition", "prefix": "signs", "maximum_concurrency": 1, "batch_size": 11},
    "pages": {"family": "textract", "prefix": "pages/", "options": {"features": ["faces"]}},
}

VERSION = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/v1/1793612467000"
MISTAKEN_POWER = {
    "logos": {
        "family": "custom_labels",
        "prefix": "logos/",
        "target": VERSION.replace("us-east-1", "eu-west-1"),
        "power": "nights",
        "warmup_minutes": 0,
        "idle_minutes": 0,
        "usd_per_hour": -1,
        "options": {"inference_units": 0},
    },
    "marks": {
        "family": "custom_labels",
        "prefix": "marks/",
        "target": VERSION,
        "power": "office_hours",
        "images_per_minute": 0,
        "maximum_running_hours_per_day": 25,
        "options": {"inference_units": 3, "maximum_inference_units": 2},
    },
    "brand": {
        "family": "custom_labels",
        "prefix": "brand/",
        "target": VERSION,
        "power": "on_deadline",
        "results_within_minutes": 20,
    },
    "label": {"family": "custom_labels", "prefix": "label/", "target": f"{VERSION}1", "results_within_minutes": 0},
    "badge": {
        "family": "custom_labels",
        "prefix": "badge/",
        "target": f"{VERSION}2",
        "power": "always_on",
        "hours": {"timezone": "Europe/Atlantis", "open": ["Mon-Fri 8:30-18:00"]},
    },
    "stamp": {
        "family": "custom_labels",
        "prefix": "stamp/",
        "target": f"{VERSION}3",
        "power": "office_hours",
        "hours": {"open": ["Mon 09:00-09:00"], "closed_on": ["2026-02-30"], "holidays_of": "DE-XX"},
    },
    "signs": {
        "family": "rekognition",
        "prefix": "signs/",
        "power": "office_hours",
        "hours": {"timezone": "Europe/Berlin"},
    },
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
    "a slow tick": ("got 16.", "for example 1;"),
    "an address that is none": ('got ["on-call"]', '["on-call@example.com"]'),
    "addresses without a key": ("alarm_emails needs a customer-managed key", "kms_key = { create = true }"),
    "a version of another Region": (
        '"logos":"arn:aws:rekognition:eu-west-1',
        "the ARN of a project version in us-east-1",
    ),
    "one target twice": ("Every model needs a target of its own", f'"marks":"{VERSION}"'),
    "no inference unit": ('"logos":0', "inference_units must be a whole number from 1, for example 1"),
    "a maximum below the units": ('"marks":[2,3]', "for example 3 for 1"),
    "an unknown power": ('"logos":"nights"', '"office_hours", "on_deadline", "always_on" or left out'),
    "custom labels without power": ('"label":null', 'for example "office_hours"'),
    "office hours without hours": ("hours must be given for power office_hours", '["Mon-Fri 09:00-18:00"]'),
    "hours of a model that is always on": ('got {"badge":"always_on"', 'power = "office_hours"'),
    "no warm-up": ('"logos":0', "warmup_minutes must be a whole number from 1 to 180, for example 30"),
    "a promise of no minutes": ('"label":0', "from 1 to 10080, for example 60"),
    "a promise that no start keeps": ("brand promises 20 and needs 30 + 3 = 33", "Promise more, or give hours"),
    "no patience": ('"logos":0', "idle_minutes must be left out or a whole number from 1 to 1440, for example 45"),
    "a model that reads nothing": ('"marks":0', "images_per_minute must be above 0"),
    "a day of 25 hours": ('"marks":25', "from 1 to 24, for example 12"),
    "a negative price": ('"logos":-1', "for example 4"),
    "hours without a time zone": ("timezone must be given", '"stamp":{"closed_on"'),
    "a time zone that is none": ('"badge":"Europe/Atlantis"', "IANA name"),
    "hours without a window": ('"signs":[]', "at least one window"),
    "an hour of one digit": ('"badge":["Mon-Fri 8:30-18:00"]', '"Sat 08:30-12:00"'),
    "a window without length": ('"stamp":["Mon 09:00-09:00"]', '"Mon-Sun 00:00-24:00" for day and night'),
    "a date that no calendar has": ('"stamp":["2026-02-30"]', '"2026-12-24"'),
    "a part that a country has not": ('"stamp":"DE-XX"', '"DE-BY"'),
    "an unknown feature": (f"got {each(['labels', 'text'], pages=['faces'])}", '["labels", "text"]'),
}


@pytest.fixture(scope="module")
def refusal(configuration):
    local = ROOT / "terraform/envs/local.tfvars"
    made = (MISTAKES, {"models": MISTAKEN_MODELS}, {"models": MISTAKEN_POWER, "alarm_emails": ["on-call"]})
    return "".join(refused(configuration, local, values) for values in made)


@pytest.mark.parametrize(("got", "would_do"), GOT_AND_WOULD_DO.values(), ids=GOT_AND_WOULD_DO.keys())
def test_a_mistake_is_refused_with_what_was_got_and_what_would_do(refusal, got, would_do):
    assert got in refusal, f"wanted the value got, {got}, in: {refusal}"
    assert would_do in refusal, f"wanted a value that would do, {would_do}, in: {refusal}"


def refused(configuration, tfvars, values):
    """What Terraform says of these values, on one line."""
    with pytest.raises(Refusal) as refused:
        configuration.plan(tfvars, **values)
    return re.sub(r"[\s│]+", " ", refused.value.text)  # Terraform breaks and frames its lines
