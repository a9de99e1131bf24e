"""Refuses to run beside credentials of a real AWS account.

One slip in an endpoint, and a demo's upload goes to a real bucket. A credentials file is no reason to refuse: nothing
started here reads it (`Connection.environment` points AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE at nothing).
Keys and profiles in the environment are one, because the person's next command would use them.
"""

from collections.abc import Mapping

from local.errors import RealCredentialsError

KEY = "test"  # MiniStack's root
SECRET_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
NAMES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)


def refuse_real_credentials(environment: Mapping[str, str]) -> None:
    """Raises RealCredentialsError naming every variable that points to a real account, never its value."""
    seen = [name for name in NAMES if environment.get(name)]
    seen += [name for name in SECRET_NAMES if environment.get(name, KEY) not in ("", KEY)]
    if seen:
        raise RealCredentialsError(
            f"the local AWS does not start while credentials of a real account are visible: {', '.join(sorted(seen))}. "
            f"Unset them first: env {' '.join(f'-u {name}' for name in sorted(seen))} make up"
        )
