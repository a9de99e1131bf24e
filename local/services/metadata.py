"""The instance metadata service of each machine, version 2: without a token of its own nothing is told.

Its address is a path here, `/_imds/<instance id>/latest/…`; on EC2 every machine has the same one.
"""

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from flask import Blueprint, Response, request

from local.services.autoscaling_instance import Instance
from local.services.autoscaling_store import AutoScalingStore
from local.services.service_error import ServiceError

TOKEN, LIFE = "X-aws-ec2-metadata-token", "X-aws-ec2-metadata-token-ttl-seconds"
LONGEST_SECONDS = 21_600
KEYS = "iam/security-credentials/"


class Profiles(Protocol):
    """What profile a machine has; machines.LocalMachines says it."""

    def profile(self, instance_id: str) -> str | None:
        """Its ARN."""


class Keys(Protocol):
    """role_keys.RoleKeys."""

    def role(self, profile_arn: str) -> str:
        """The name of its role."""

    def of(self, instance_id: str, profile_arn: str) -> dict[str, str]:
        """The role's keys."""


class Metadata:
    """One for all machines."""

    def __init__(self, store: AutoScalingStore, profiles: Profiles, keys: Keys, real: Callable[[], float]) -> None:
        self._store, self._profiles, self._keys, self._real = store, profiles, keys, real
        self._region, self._account = store.place.split(":")[3:5]
        self._tokens: dict[str, tuple[str, float]] = {}  # token: instance and the end of its life

    def routes(self) -> Blueprint:
        """All of it."""
        ways = Blueprint("metadata", __name__, url_prefix="/_imds/<instance_id>/latest")
        ways.add_url_rule("/api/token", "token", self._token, methods=["PUT"])
        ways.add_url_rule("/meta-data/<path:what>", "told", self._told)
        ways.add_url_rule("/dynamic/instance-identity/document", "document", self._document)
        return ways

    def _token(self, instance_id: str) -> Response:
        seconds = request.headers.get(LIFE, "")
        if not seconds.isdigit() or not 1 <= int(seconds) <= LONGEST_SECONDS:
            return Response(status=400)
        self._instance(instance_id)
        self._tokens = {token: given for token, given in self._tokens.items() if given[1] > self._real()}
        token = secrets.token_urlsafe(40)
        self._tokens[token] = instance_id, self._real() + int(seconds)
        return Response(token, headers={LIFE: seconds}, content_type="text/plain")

    def _told(self, instance_id: str, what: str) -> Response:
        if not self._has_token(instance_id):
            return Response(status=401)
        instance = self._instance(instance_id)
        found = self._role(instance_id, what) if what.startswith(KEYS) else self._plain(instance).get(what)
        return Response(status=404) if found is None else Response(found, content_type="text/plain")

    def _document(self, instance_id: str) -> Response:
        if not self._has_token(instance_id):
            return Response(status=401)
        instance = self._instance(instance_id)
        known = {
            "accountId": self._account,
            "availabilityZone": instance.zone,
            "instanceId": instance_id,
            "instanceType": instance.instance_type,
            "region": self._region,
        }
        return Response(json.dumps(known), content_type="text/plain")

    def _has_token(self, instance_id: str) -> bool:
        owner, until = self._tokens.get(request.headers.get(TOKEN, ""), ("", 0.0))
        return owner == instance_id and until > self._real()

    def _instance(self, instance_id: str) -> Instance:
        with self._store.peek() as book:
            for group in book.groups.values():
                if instance_id in group.instances:
                    return group.instances[instance_id]
        raise ServiceError("NotFound", f"there is no machine {instance_id}", 404)

    def _plain(self, instance: Instance) -> dict[str, str]:
        return {
            "instance-id": instance.instance_id,
            "instance-type": instance.instance_type,
            "placement/region": self._region,
            "placement/availability-zone": instance.zone,
            "autoscaling/target-lifecycle-state": instance.target,
            **self._spot(instance),
        }

    def _spot(self, instance: Instance) -> dict[str, str]:
        """There only from the notice on (AWS, "Spot Instance interruption notices")."""
        if instance.spot_notice_at is None:
            return {}
        at = datetime.fromtimestamp(instance.spot_notice_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "spot/instance-action": json.dumps({"action": "terminate", "time": at}),
            "spot/termination-time": at,
        }

    def _role(self, instance_id: str, what: str) -> str | None:
        profile = self._profiles.profile(instance_id)
        if profile is None:
            return None
        role = self._keys.role(profile)
        if what == KEYS:
            return role
        return json.dumps(self._keys.of(instance_id, profile)) if what == KEYS + role else None
