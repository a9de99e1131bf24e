"""Mistakes in jobs are refused while planning, each with the value got and one that would do.

All at once, each model with its own, as Terraform reports them.
"""

import pytest

from tests.terraform.configuration import ROOT
from tests.terraform.test_mistakes import refused

pytestmark = pytest.mark.filterwarnings("ignore:The 'warn' method")

PROXIML = {
    "user_parameter": "/acme/proximl/user", "key_parameter": "/acme/proximl/key", "gpu_types": ["rtx3090"],
    "command": "python classify.py", "model_git": "https://github.com/acme/pictures.git",
}  # fmt: skip
TRANSFORM = {"model_name": "pictures-1", "instance_type": "ml.g4dn.xlarge"}


def model(name, job=None, proximl=None, transform=None, **more):
    """Jobs that would do, but for what is given."""
    given = {"budget_usd": 2, "maximum_usd_per_hour": 0.6, **(job or {})}
    if transform is None:
        given["proximl"] = PROXIML | (proximl or {})
    else:
        given["batch_transform"] = TRANSFORM | transform
    return {"family": "gpu_job", "prefix": f"{name}/", "options": {"job": given}, **more}


AMONG_MODELS = {
    "none": {"family": "gpu_job", "prefix": "none/"},
    "labels": model("labels") | {"family": "rekognition"},
    "prompt": model("prompt", power="on_deadline"),
    "aim": model("aim", target="a-job"),
    "hourly": model("hourly", usd_per_hour=1),
}
JOBS = {
    "nobody": model("nobody") | {"options": {"job": {"budget_usd": 2, "maximum_usd_per_hour": 1}}},
    "long": model("long", {"deadline_minutes": 1440}),
    "poor": model("poor", {"budget_usd": 0.05}),
    "wordy": model("wordy", proximl={"command": "x" * 2400}),
    "known": model("known", proximl={"key_parameter": "a-key"}),
    "blind": model("blind", proximl={"gpu_types": []}),
    "huge": model("huge", proximl={"disk_gb": 5000}),
    "telling": model("telling", proximl={"model_git": "https://me:password@example.com/a.git"}),
    "strange": model("strange", proximl={"environment": {"type": "python"}}),
    "taken": model("taken", proximl={"variables": {"DAYSHIFT_INPUT_URL": "mine"}}),
    "named": model("named", proximl={"project": "my project"}),
    "far": model("far", transform={"model_name": "arn:aws:sagemaker:::model/a"}),
    "small": model("small", transform={"instance_type": "g4dn.xlarge"}),
    "typed": model("typed", transform={"accept": "json"}),
    "bodiless": model("bodiless", transform={"content_type": "application/json"}),
    "odd": model("odd", transform={"response": {"scores_are": "odds"}}),
    "gaps": model("gaps", transform={"classes_file": "./tests/mocks/gap_in_classes.txt"}),
}

GOT_AND_WOULD_DO = {
    "no jobs": ('"none":"gpu_job without jobs"', "as in examples/gpu-job.tfvars"),
    "jobs of another family": ('"labels":"rekognition with jobs"', "for family gpu_job and for no other"),
    "a promise": ('"prompt":"on_deadline"', 'power = "office_hours" with hours'),
    "a target": ('"aim":"a-job"', "whose options.job names all there is"),
    "an hourly price": ('"hourly":1', "whose price is options.job.maximum_usd_per_hour"),
    "no service": ('"nobody":[]', "examples/batch-transform.tfvars"),
    "a day's deadline": ('"deadline_minutes":1440', "deadline_minutes 5 to 360"),
    "a budget for five minutes where a look is every five": ('"poor":{"budget_usd":0.05', "must pay for 11 minutes"),
    "a command of pages": ('"wordy":2', "a command of a few words"),
    "a key itself": ('"known":["/acme/proximl/user","a-key"]', '"/acme/proximl/key"'),
    "no GPU": ('"blind":[]', '["rtx3090", "a100"]'),
    "a disk of terabytes": ('"huge":{"disk_gb":5000', "disk_gb 10 to 1000"),
    "a password": ('"telling":{', "without any user or password"),
    "an unknown environment": ('"strange":{"custom_image":null,"type":"python"}', '{ type = "DEEPLEARNING_PY310" }'),
    "a variable of ours": ('"taken":["DAYSHIFT_INPUT_URL"]', '{ BATCH = "32" }'),
    "a project by its name": ('"named":"my project"', '"1234abcd-12ab-34cd-56ef-1234567890ab"'),
    "a model by its ARN": ('"far":"arn:aws:sagemaker:::model/a"', '"acme-pictures-2026-11-02"'),
    "an instance of EC2": ('"small":["g4dn.xlarge",1]', '"ml.g4dn.xlarge" and 1'),
    "an answer of no type": ('"typed":["application/x-image","json"]', '"application/json"'),
    "JSON without a body": ('"bodiless":{"content_type":"application/json","json":null}', '"application/x-image"'),
    "scores that are odds": ('"scores_are":"odds"', '"probabilities"'),
    "classes with a gap": ('"gaps":"./tests/mocks/gap_in_classes.txt"', '"classes/flowers.txt"'),
}


@pytest.fixture(scope="module")
def refusal(configuration):
    """A mistake among the models ends the plan before jobs are looked at, and no deployment has more than 20 models."""
    local = ROOT / "terraform/envs/local.tfvars"
    return "".join(refused(configuration, local, {"models": models}) for models in (AMONG_MODELS, JOBS))


@pytest.mark.parametrize(("got", "would_do"), GOT_AND_WOULD_DO.values(), ids=GOT_AND_WOULD_DO.keys())
def test_a_mistake_is_refused_with_what_was_got_and_what_would_do(refusal, got, would_do):
    assert got in refusal, f"wanted the value got, {got}, in: {refusal}"
    assert would_do in refusal, f"wanted a value that would do, {would_do}, in: {refusal}"
