"""Upload: a place for one image, whose bytes never pass through the API."""

from datetime import datetime, timedelta

from dayshift.domain.image_id import ImageId
from dayshift.domain.messages import rfc3339
from dayshift.domain.web import ProblemError, Reply, Request
from dayshift.services.api.asking import caller_of, count, fields_of, image_type, model_of, shown
from dayshift.services.api.ports import ApiPorts

OPEN_FOR = timedelta(minutes=5)


def create_upload(request: Request, ports: ApiPorts, now: datetime) -> Reply:
    """`{"model": "signs", "content_type": "image/jpeg"}` to a form for one image of that type."""
    caller, fields = caller_of(request, ports), fields_of(request, ("model", "content_type"))
    if not isinstance(fields.get("model"), str | None) or fields.get("model", "") is None:
        raise ProblemError(422, f"model must be a name; got {shown(fields['model'])}.")
    model = model_of(fields.get("model"), ports)
    content_type = image_type(fields.get("content_type"), 422)
    maximum_bytes = ports.predictor(model.spec.name).limits.maximum_bytes
    count(caller, ports, now)
    image = ImageId.new(model.spec.name, ports.new_digits(), content_type)
    form = ports.uploads.form(image.key(model.spec.prefix, caller.owner), content_type, maximum_bytes)
    body = {
        "id": str(image),
        "model": model.spec.name,
        "upload": {"url": form.url, "fields": dict(form.fields)},
        "expires_at": rfc3339((now + OPEN_FOR).replace(microsecond=0)),
        "maximum_bytes": maximum_bytes,
    }
    return Reply(201, body, {"Location": f"images/{image}"}, notes={"image": str(image)})
