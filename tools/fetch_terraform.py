"""Downloads the pinned Terraform release for this machine; refuses one whose SHA-256 is not the one written here.

Usage: python tools/fetch_terraform.py .dayshift/bin/terraform
"""

import hashlib
import io
import platform
import sys
import urllib.request
import zipfile
from pathlib import Path

VERSION = "1.11.4"
RELEASES = "https://releases.hashicorp.com/terraform"
# From HashiCorp's own Homebrew formula of this version (hashicorp/homebrew-tap, Formula/terraform.rb).
SHA256 = {
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
}
ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def platform_name() -> str:
    """Which release fits this machine, e.g. "linux_amd64"."""
    name = f"{platform.system().lower()}_{ARCHITECTURES.get(platform.machine().lower(), platform.machine())}"
    if name not in SHA256:
        raise SystemExit(f"no pinned Terraform for {name}, only {', '.join(SHA256)}; put terraform >= 1.10 on PATH")
    return name


def fetch(target: Path, url: str, sha256: str) -> None:
    """Writes the executable inside the zip at `url` to `target`, if the zip is the one expected."""
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            body = answer.read()
    except OSError as error:
        raise SystemExit(f"cannot download {url}: {error}; put terraform >= 1.10 on PATH instead") from error
    got = hashlib.sha256(body).hexdigest()
    if got != sha256:
        raise SystemExit(f"{url} must have the SHA-256 {sha256}; got {got}; nothing was installed")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".unfinished")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        unfinished.write_bytes(archive.read("terraform"))
    unfinished.chmod(0o755)
    unfinished.replace(target)


if __name__ == "__main__":
    machine = platform_name()
    print(f"downloading Terraform {VERSION} for {machine}")
    fetch(Path(sys.argv[1]), f"{RELEASES}/{VERSION}/terraform_{VERSION}_{machine}.zip", SHA256[machine])
