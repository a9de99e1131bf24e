"""The program of a job: names what each picture shows, by a classifier that has learnt from a folder of examples.

On a GPU service this file would be in the model's git repository and the classifier a network of one's own; what it is
given and what it leaves behind is the same everywhere (docs/jobs.md):

    DAYSHIFT_INPUT     a folder with the images, 0000.jpg, 0001.png, …
    DAYSHIFT_OUTPUT    an empty folder; results.jsonl in it is what is brought back, one line an image

    {"image": "0000.jpg", "classes": [{"name": "tulip", "confidence_percent": 97.1}, …]}
    {"image": "0001.png", "error": "neither JPEG nor PNG"}

PROJECT names the folder of examples, below samples/ or DAYSHIFT_EXAMPLES.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.places import SAMPLES
from local.vision.examples import Examples
from local.vision.images import MAXIMUM_S3_BYTES, ImageError, open_picture

SIDES = (1, 10_000)


def classified(examples: Examples, project: str, image: Path) -> dict[str, Any]:
    """The line about one image: its classes, the likeliest first, or why it cannot be read."""
    try:
        picture = open_picture(image.read_bytes(), MAXIMUM_S3_BYTES, SIDES)
    except ImageError as error:
        return {"image": image.name, "error": str(error)}
    found = examples.classify(project, picture)
    classes = [{"name": each.name, "confidence_percent": round(each.confidence_percent, 3)} for each in found]
    return {"image": image.name, "classes": classes}


def main(environment: Mapping[str, str]) -> int:
    """Classifies all of the input; 2 where it was not told what it needs to know."""
    wanted = ("DAYSHIFT_INPUT", "DAYSHIFT_OUTPUT", "PROJECT")
    if missing := [name for name in wanted if not environment.get(name)]:
        print(f"{', '.join(missing)} must be set, for example PROJECT=flowers", file=sys.stderr)
        return 2
    images = sorted(Path(environment["DAYSHIFT_INPUT"]).iterdir())
    examples = Examples(Path(environment.get("DAYSHIFT_EXAMPLES") or SAMPLES))
    with (Path(environment["DAYSHIFT_OUTPUT"]) / "results.jsonl").open("w", encoding="utf-8") as results:
        for image in images:
            results.write(json.dumps(classified(examples, environment["PROJECT"], image)) + "\n")
    print(f"{len(images)} images are classified")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
