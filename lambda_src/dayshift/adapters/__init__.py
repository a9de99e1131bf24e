"""AWS behind the ports: the only place, with `bootstrap`, that knows boto3."""
