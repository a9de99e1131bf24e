"""Results: a caller's own rows as CSV, page by page."""

import csv
import io
from datetime import datetime

from dayshift.domain.image_id import ImageId, folder
from dayshift.domain.results import COLUMNS, Status
from dayshift.domain.web import ProblemError, Reply, Request
from dayshift.services.api.asking import caller_of, model_of, shown
from dayshift.services.api.ports import ApiPorts
from dayshift.services.api.show import GIVEN_UP

IMAGES = 500
# A Lambda function answers at most 6 MB of JSON, in which each quote has a backslash.
LONGEST_CHARACTERS = 3_000_000
HEADER = ",".join(f'"{name}"' for name in COLUMNS) + "\r\n"
STATUS, REASON = COLUMNS.index("status"), COLUMNS.index("reason")


def get_results(request: Request, ports: ApiPorts, now: datetime) -> Reply:
    """The rows of at most 500 images, by model and then by id, after the one named by `after`; a link leads to the
    rest."""
    owner = caller_of(request, ports).owner
    only = model_of(request.query["model"], ports).spec.name if "model" in request.query else None
    after = _after(request.query.get("after"))
    names = [name for name in ports.models if only in (None, name) and (after is None or name >= after.model)]
    text, left, length = [HEADER], IMAGES, 0
    for name in names:
        place = folder(ports.models[name].spec.prefix, owner)
        begin = after.name if after is not None and after.model == name else ""
        sheets, has_more = ports.answers.sheets(name, place, begin, left)
        for sheet in sheets:
            length += len(sheet.rows)
            if length > LONGEST_CHARACTERS and left < IMAGES:
                return _reply(text, only, after)
            text.append(_told(sheet.rows))
            after, left = ImageId(name, sheet.name), left - 1
        if has_more or (not left and name != names[-1]):
            return _reply(text, only, after)
    return _reply(text, None, None)


def _after(text: str | None) -> ImageId | None:
    if text is None:
        return None
    found = ImageId.parse(text)
    if found is None:
        raise ProblemError(422, f"after must be the id of an image, as a link says it; got {shown(text)}.")
    return found


def _told(rows: str) -> str:
    """The rows as a caller may read them: why an image failed is for whoever runs this (services/api/show)."""
    if f'"{Status.FAILED}"' not in rows:
        return rows
    sheet = io.StringIO()
    writer = csv.writer(sheet, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in csv.reader(io.StringIO(rows, newline="")):
        failed = row[STATUS] == Status.FAILED
        writer.writerow([*row[:REASON], GIVEN_UP if failed else row[REASON]])
    return sheet.getvalue()


def _reply(text: list[str], only: str | None, last: ImageId | None) -> Reply:
    headers = {"Content-Disposition": 'attachment; filename="results.csv"'}
    if last is not None:
        model = f"model={only}&" if only else ""
        headers["Link"] = f'<results.csv?{model}after={last}>; rel="next"'
    return Reply(200, "".join(text), headers, "text/csv; charset=utf-8")
