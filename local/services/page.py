"""Serves the web page as CloudFront does: its files, config.json, and the security headers of web/headers.json.

Knows nothing of the API behind it; local/services/api_proxy does.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Blueprint, Response, jsonify, send_from_directory

HEADERS = "headers.json"  # for whoever serves the page; not a part of it
TYPES = {".js": "text/javascript; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".woff2": "font/woff2"}


def headers(folder: Path, connect: str = "") -> dict[str, str]:
    """The headers of every file; `connect` are further origins to which the page may speak, spaces between them."""
    said = json.loads((folder / HEADERS).read_text(encoding="utf-8"))
    return {name: value.replace("{connect}", connect) for name, value in said.items()}


def page(folder: Path, config: Callable[[], Mapping[str, str]], connect: str = "") -> Blueprint:
    """GET / and what it needs. `config` answers the content of config.json."""
    served = Blueprint("page", __name__)

    def file(name: str = "index.html") -> Response:
        path = folder / name
        answer = send_from_directory(folder, name, mimetype=TYPES.get(path.suffix), conditional=True, max_age=0)
        return _with_headers(answer)

    def settings() -> Response:
        return _with_headers(jsonify(dict(config())))

    def _with_headers(answer: Response) -> Response:
        answer.headers.update(headers(folder, connect))
        return answer

    served.add_url_rule("/", "index", file, methods=["GET"])
    served.add_url_rule("/config.json", "config", settings, methods=["GET"])
    for found in sorted(folder.rglob("*")):
        name = found.relative_to(folder).as_posix()
        if found.is_file() and name != HEADERS:
            served.add_url_rule(
                f"/{name}", f"file-{name.replace('.', '-')}", file, methods=["GET"], defaults={"name": name}
            )
    return served
