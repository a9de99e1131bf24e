"""What stands on this machine for a service outside AWS: where it is, and who is known there.

Its user and key are secrets like the real ones: SecureString parameters that no Terraform writes.
"""

from typing import Any

PROXIML_PATH = "/_proximl"  # of the local services
PARAMETERS = "/dayshift-local-aws/proximl"
USER, KEY = "dayshift@example.com", "local-key-of-nobody"


def put_secrets(ssm: Any) -> None:
    """User and key, where the models of terraform/envs/local.tfvars look for them."""
    for name, value in {"user": USER, "key": KEY}.items():
        ssm.put_parameter(Name=f"{PARAMETERS}/{name}", Value=value, Type="SecureString", Overwrite=True)
