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
LEAST, WEB, ENDPOINT, FLEET, GPU_JOB, TRANSFORM = (
    ROOT / f"terraform/examples/{name}.tfvars"
    for name in ("pipeline", "web", "endpoint", "fleet", "gpu-job", "batch-transform")
)
SOURCES = [ROOT / "terraform/envs/prod.tfvars", LEAST, WEB, ENDPOINT, FLEET, GPU_JOB, TRANSFORM]
MOST_SKIPPED = 9
# What only the user can bring. The source has a place for it, which contents checkov there; the hardened plan has it.
WITHOUT_A_KEY_ONLY = {"CKV_AWS_119", "CKV_AWS_145", "CKV_AWS_158", "CKV_AWS_297"}
WITHOUT_A_LOG_BUCKET_ONLY = {"CKV_AWS_18", "CKV_AWS_86"}
WITHOUT_A_SIGNING_PROFILE_ONLY = {"CKV_AWS_272"}
WITHOUT_A_DOMAIN_ONLY = {"CKV_AWS_174", "CKV2_AWS_42"}
WITHOUT_A_FIREWALL_ONLY = {"CKV_AWS_68", "CKV_AWS_374"}
# The page's files are for everybody to read, and CloudFront would need the key too.
PUBLIC = ("CKV_AWS_145", "module.page[0].aws_s3_bucket.main")
WANTED = (
    WITHOUT_A_KEY_ONLY
    | WITHOUT_A_LOG_BUCKET_ONLY
    | WITHOUT_A_SIGNING_PROFILE_ONLY
    | WITHOUT_A_DOMAIN_ONLY
    | WITHOUT_A_FIREWALL_ONLY
)
A_UUID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ALL_A_USER_CAN_BRING = {
    "kms_key": {"arn": f"arn:aws:kms:us-east-1:123456789012:key/{A_UUID}"},
    "access_log_bucket": "acme-access-logs",
    "code_signing_config_arn": "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0",
}
ALL_A_PAGE_CAN_HAVE = {
    "domain": {
        "name": "images.example.com",
        "certificate_arn": f"arn:aws:acm:us-east-1:123456789012:certificate/{A_UUID}",
    },
    "web_acl_arn": f"arn:aws:wafv2:us-east-1:123456789012:global/webacl/page/{A_UUID}",
    "log_bucket": "acme-cloudfront-logs",
    "countries": ["DE"],
}


@pytest.fixture(scope="module", params=SOURCES, ids=lambda path: path.stem)
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


def test_hardened_nothing_fails_in_the_plan_but_what_is_never_right_for_dayshift(
    configuration, plan_of, tmp_path, skipped_ids
):
    api = plan_of(WEB).raw["variables"]["api"]["value"] | ALL_A_PAGE_CAN_HAVE
    failed = _failed_in(configuration.plan(WEB, api=api, **ALL_A_USER_CAN_BRING), tmp_path)
    assert failed <= skipped_ids, f"got {sorted(failed)}"


def test_hardened_an_endpoint_on_instances_has_no_network_and_an_encrypted_volume(configuration, tmp_path, skipped_ids):
    failed = _failed_in(configuration.plan(ENDPOINT, **ALL_A_USER_CAN_BRING), tmp_path)
    assert failed <= skipped_ids - {"CKV_AWS_98", "CKV_AWS_370"}, f"got {sorted(failed)}"


def test_hardened_a_fleet_has_no_way_in_and_no_unencrypted_disk(configuration, tmp_path, skipped_ids):
    failed = _failed_in(configuration.plan(FLEET, **ALL_A_USER_CAN_BRING), tmp_path)
    assert failed <= skipped_ids, f"got {sorted(failed)}"


@pytest.mark.parametrize("tfvars", [GPU_JOB, TRANSFORM], ids=lambda path: path.stem)
def test_hardened_jobs_reach_no_secret_but_their_own_and_pass_no_role(configuration, tmp_path, skipped_ids, tfvars):
    failed = _failed_in(configuration.plan(tfvars, **ALL_A_USER_CAN_BRING), tmp_path)
    assert failed <= skipped_ids, f"got {sorted(failed)}"


def test_the_least_plans_fail_only_for_want_of_what_a_user_can_bring(plan_of, tmp_path, skipped_ids):
    failed = set().union(*(_failed_in(plan_of(tfvars), tmp_path) for tfvars in (LEAST, WEB)))
    assert failed <= skipped_ids | WANTED, f"got {sorted(failed)}"
    assert failed >= WANTED, f"wanted no excuse that nothing needs, got no {sorted(WANTED - failed)}"


@cache
def _source(tfvars):
    return _checkov("--directory", ROOT / "terraform", "--var-file", tfvars, "--framework", "terraform")


def _failed_in(plan, folder):
    shown = folder / "plan.json"
    shown.write_text(json.dumps(plan.raw))
    results = _checkov("--file", shown, "--framework", "terraform_plan")
    assert len(results["passed_checks"]) > 50
    failed = {(line["check_id"], line["resource"]) for line in results["failed_checks"]}
    return {check_id for check_id, _ in failed - {PUBLIC}}


def _checkov(*arguments):
    """The results of one scan, with what passed: so not from the root, whose .checkov.yaml is for people."""
    assert CHECKOV.exists(), f"wanted checkov, for example by `make checkov`; got no {CHECKOV}"
    command = [str(CHECKOV), *map(str, arguments), "--output", "json", "--skip-download"]
    run = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True, check=False)
    assert run.returncode in (0, 1), run.stderr  # 1: something failed, which the results say better
    return json.loads(run.stdout)["results"]
