"""Who asks: the name that is written beside an override, so that others know whom to ask."""

import getpass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from dayshift_cli.clients import Clients


def caller(clients: "Clients") -> str:
    """The last part of the caller's ARN, for example the session's name of an assumed role; else the user's name."""
    try:
        return str(clients.sts.get_caller_identity()["Arn"]).rpartition("/")[2].rpartition(":")[2]
    except (ClientError, BotoCoreError):  # an endpoint that is blocked must not keep a model from being stopped
        return getpass.getuser()
