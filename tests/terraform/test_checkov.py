"""checkov finds nothing in the configuration, and what it is told to skip is little and has its reasons.

Two looks, since each is blind to something: at the source, where the skips are written but a key's ARN is only an
expression; and at the plan, where values are values but no skip is read.
"""

import json
import subprocess
from functools import cache

import pytest

from tests.terraform.configuration import ROOT

CHECKOV = ROOT / ".dayshift/venv-checkov/bin/checkov"
HARDENED, LEAST = ROOT / "terraform/envs/prod.tfvars", ROOT / "terraform/examples/pipeline.tfvars"
A_KEY = {"arn": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
MOST_SKIPPED = 9
WITHOUT_A_KEY_ONLY = {"CKV_AWS_145", "CKV_AWS_158", "CKV_AWS_297"}
# Access logs need a bucket of the user's. The source has the resource for it, which contents checkov there.
WITHOUT_A_LOG_BUCKET_ONLY = {"CKV_AWS_18"}


@pytest.fixture(scope="module", params=[HARDENED, LEAST], ids=lambda path: path.stem)
def scanned(request):
    return _source(request.param)


@pytest.fixture(scope="module")
def skipped_ids():
    return {line["check_id"] for line in _source(LEAST)["skipped_checks"]}


def test_nothing_fails_in_the_source(scanned):
    assert len(scanned["passed_checks"]) > 50
    assert not [(line["check_id"], line["resource"]) for line in scanned["failed_checks"]]


def test_at_most_nine_checks_are_skipped_each_with_its_reason(scanned):
    reasons = {line["check_id"]: line["check_result"]["suppress_comment"] for line in scanned["skipped_checks"]}
    assert len(reasons) <= MOST_SKIPPED, f"wanted at most {MOST_SKIPPED}, got {sorted(reasons)}"
    assert all(len(reason.split()) >= 4 for reason in reasons.values()), f"wanted a sentence each, got {reasons}"


def test_hardened_nothing_fails_in_the_plan_but_what_is_never_right_for_dayshift(configuration, tmp_path, skipped_ids):
    failed = _failed_in(configuration.plan(HARDENED, kms_key=A_KEY), tmp_path)
    assert failed <= skipped_ids - WITHOUT_A_KEY_ONLY, f"got {sorted(failed)}"


def test_the_least_plan_fails_only_for_want_of_a_key_and_a_log_bucket_besides(plan_of, tmp_path, skipped_ids):
    failed = _failed_in(plan_of(LEAST), tmp_path)
    assert failed <= skipped_ids | WITHOUT_A_LOG_BUCKET_ONLY, f"got {sorted(failed)}"
    assert failed >= WITHOUT_A_KEY_ONLY, f"wanted no skip that nothing needs, got {sorted(failed)}"


@cache
def _source(tfvars):
    return _checkov("--directory", ROOT / "terraform", "--var-file", tfvars, "--framework", "terraform")


def _failed_in(plan, folder):
    shown = folder / "plan.json"
    shown.write_text(json.dumps(plan.raw))
    results = _checkov("--file", shown, "--framework", "terraform_plan")
    assert len(results["passed_checks"]) > 50
    return {line["check_id"] for line in results["failed_checks"]}


def _checkov(*arguments):
    """The results of one scan, with what passed: so not from the root, whose .checkov.yaml is for people."""
    assert CHECKOV.exists(), f"wanted checkov, for example by `make checkov`; got no {CHECKOV}"
    command = [str(CHECKOV), *map(str, arguments), "--output", "json", "--skip-download"]
    run = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True, check=False)
    assert run.returncode in (0, 1), run.stderr  # 1: something failed, which the results say better
    return json.loads(run.stdout)["results"]
