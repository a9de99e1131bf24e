"""The configuration planned as a user plans it: real CLI, real provider, no AWS, in a folder of its own."""

import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_terraform import IsFlagged, IsNotFlagged, Terraform

from tests.terraform.apply_order import Order

ROOT = Path(__file__).resolve().parents[2]
# What the configuration reads outside of its folder: the document of the API, and the page.
BESIDE = ("lambda_src/dayshift", "web")
TFVARS = sorted([*ROOT.glob("terraform/envs/*.tfvars"), *ROOT.glob("terraform/examples/*.tfvars")])

# What a machine without AWS needs: no backend to ask, no credentials to check.
OFFLINE = """
terraform {
  backend "local" {}
}

provider "aws" {
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """Terraform did not plan; `text` is what it said."""

    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What `terraform show -json` says of a plan."""

    raw: Mapping[str, Any]

    def values(self, kind: str) -> dict[str, dict[str, Any]]:
        """The planned values of all resources of one type, by address."""
        return {address: values for address, found, values in self.resources() if found == kind}

    def resources(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Address, type and planned values of every resource."""
        modules = [self.raw["planned_values"]["root_module"]]
        while modules:
            module = modules.pop()
            modules.extend(module.get("child_modules", []))
            for resource in module.get("resources", []):
                yield resource["address"], resource["type"], resource.get("values", {})


class Configuration:
    """A copy of terraform/, initialised once, planned as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "terraform"
        shutil.copytree(ROOT / "terraform", self.folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
        for beside in BESIDE:
            shutil.copytree(ROOT / beside, folder / beside, ignore=shutil.ignore_patterns("__pycache__"))
        (self.folder / "offline_override.tf").write_text(OFFLINE)
        self._package, self._bundle = folder / "dayshift.zip", folder / "dayshift-worker.zip"
        for archive in (self._package, self._bundle):
            with zipfile.ZipFile(archive, "w") as package:
                package.writestr(f"stands_for_{archive.stem.replace('-', '_')}.py", "")
        self._terraform = Terraform(str(self.folder), terraform_bin_path=str(ROOT / "tools" / "terraform"))
        code, said, wrong = self._terraform.init(input=False, no_color=IsFlagged)
        if code:
            raise Refusal(f"{said}\n{wrong}")

    def plan(self, tfvars: Path, state: Path | None = None, **values: Any) -> Plan:
        """The plan of one values file, single values replaced, upon a state if one is given; raises Refusal."""
        replaced = self.folder / "replaced.tfvars.json"
        files = {"package_file": str(self._package), "worker_package_file": str(self._bundle)}
        replaced.write_text(json.dumps({**files, **values}, indent=1))
        code, said, wrong = self._terraform.plan(
            var_file=[str(tfvars), str(replaced)],
            state=str(state) if state else None,
            refresh=False,
            out="plan",
            input=False,
            lock=False,
            no_color=IsFlagged,
            detailed_exitcode=IsNotFlagged,
        )
        if code == 1:
            raise Refusal(f"{said}\n{wrong}")
        _, shown, _ = self._terraform.show("plan", json=IsFlagged, no_color=IsFlagged)
        return Plan(json.loads(shown))

    def order(self, tfvars: Path, state: Path, **values: Any) -> Order:
        """In which order an apply of this plan would take its steps."""
        self.plan(tfvars, state=state, **values)
        beside = self.folder / "terraform.tfstate"  # the graph is drawn upon the state of the folder
        shutil.copyfile(state, beside)
        code, said, wrong = self._terraform.graph_cmd(plan="plan")
        beside.unlink()
        if code:
            raise Refusal(f"{said}\n{wrong}")
        return Order.of(said)
