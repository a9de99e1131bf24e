"""Drives proxiML's own client, in an environment of its own: `python proximl_sdk_driver.py PORT < orders.json`.

[["create", {…}], ["get", "$0"], …] on standard input; "$0" is the id that the first call answered. One answer each on
standard output. Every name leads to 127.0.0.1:PORT, where a certificate for it is shown: the client knows no other
way than https, to the hosts that it has built in.
"""

import asyncio
import json
import socket
import sys
from typing import Any
from unittest.mock import patch

from proximl.exceptions import ApiError
from proximl.proximl import ProxiML

_real = socket.getaddrinfo


def _here(_host: Any, _port: Any, *more: Any, **names: Any) -> Any:
    return _real("127.0.0.1", int(sys.argv[1]), *more, **names)


async def _call(client: Any, operation: str, given: Any) -> Any:
    jobs = client.jobs
    match operation:
        case "create":
            found = await jobs.create(**given)
        case "list":
            return [_told(job) for job in await jobs.list()]
        case "get":
            found = await jobs.get(given)
        case "stop":
            found = await (await jobs.get(given)).stop()
        case "remove":
            return await jobs.remove(given)
        case _:
            raise AssertionError(operation)
    return _told(found)


def _told(job: Any) -> dict[str, Any]:
    return {"id": job.id, "name": job.name, "status": job.status, "credits": job.credits}


async def _all(client: Any, orders: list[list[Any]]) -> list[Any]:
    answers: list[Any] = []
    for operation, given in orders:
        known = answers[int(given[1:])]["id"] if isinstance(given, str) and given.startswith("$") else given
        try:
            answers.append(await _call(client, operation, known))
        except ApiError as error:
            answers.append({"refused": error.status, "says": error.message})
    return answers


if __name__ == "__main__":
    with patch("socket.getaddrinfo", _here):
        json.dump(asyncio.run(_all(ProxiML(), json.load(sys.stdin))), sys.stdout)
