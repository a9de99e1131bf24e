"""What one worker recognises in an hour, beside a worker that loads the model for every image, as the seed's does."""

import io
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from bench.report import Figure, Report, Rows
from bench.started import ROOT, BenchError, output_of
from dayshift.domain.detections import BoundingBox
from dayshift.domain.faces import NUMBERS, Embedding, Face, Known, recognised
from dayshift.domain.gallery import Photo, Seen, from_json, known_of, rounded, to_json
from dayshift.faces.children import RECOGNISER, Children, processors
from dayshift.faces.process import Loading
from tools.worker_models import ModelsError, models

PHOTO = ROOT / "samples/faces/gallery/Barack Obama/portrait.jpg"
HOUR_SECONDS = 3600
# The seed's worker starts a program for each image. Ours is kinder to it: this one reads no landmark file of 100 MB.
SEED = (
    "import sys; from pathlib import Path; from dayshift.faces.recogniser import reader;"
    "print(len(reader(sys.argv[1])(Path(sys.argv[2]).read_bytes())))"
)
PHOTOS_OF_A_GALLERY = 10_000
MEGAPIXELS = (0.3, 1.0, 2.5)


def run(quick: bool) -> Report:
    """Takes turns: an image by a child, the same by a fresh process; then all children at once."""
    try:
        folder = str(models())
    except ModelsError as error:
        raise BenchError(str(error)) from error
    times, at_once = (3, 8) if quick else (10, 40)
    image = photograph(1.0)
    with closing(Children(Loading(RECOGNISER, folder), processors())) as children, TemporaryDirectory() as place:
        started = seconds_of(children.start)
        file = Path(place, "image.jpg")
        file.write_bytes(image)
        ours, seeds = turns(lambda: children.faces(image), lambda: seeds_worker(folder, file), times)
        together = all_at_once(children, image, at_once)
        rows = [
            (f"{size:g}", f"{median(partial(children.faces, photograph(size)), 3) * 1000:.0f}") for size in MEGAPIXELS
        ]
    matching, reading = gallery_seconds(PHOTOS_OF_A_GALLERY)
    alone, seed = (HOUR_SECONDS / statistics.median(each) for each in (ours, seeds))
    return Report(
        "faces",
        "How many images does a worker recognise in an hour, and what does loading the model once gain?",
        (
            Figure("one child to a process an image", alone / seed, "ratio", at_least=2),
            Figure("a whole worker to a process an image", together / seed, "ratio", at_least=2),
            Figure("images in a worker-hour", together, "images"),
            Figure("all children started", started, "s"),
            Figure(f"one face among {PHOTOS_OF_A_GALLERY:,} photos", matching * 1000, "ms", at_most=100),
            Figure(f"an index of {PHOTOS_OF_A_GALLERY:,} photos read", reading, "s", at_most=5),
        ),
        (Rows("One face in an image, one child", ("megapixels", "ms"), tuple(rows)),),
        (
            f"A portrait of one megapixel; {processors()} children; without S3 and SQS.",
            f"In an hour: one child {alone:,.0f}, a process an image {seed:,.0f}.",
        ),
    )


def photograph(megapixels: float) -> bytes:
    """The sample portrait in this size."""
    image, body = Image.open(PHOTO), io.BytesIO()
    factor = (megapixels * 1_000_000 / (image.width * image.height)) ** 0.5
    image.resize((round(image.width * factor), round(image.height * factor))).save(body, "JPEG", quality=90)
    return body.getvalue()


def seeds_worker(folder: str, file: Path) -> None:
    """One image by a process of its own."""
    output_of([sys.executable, "-c", SEED, folder, str(file)], {"PYTHONPATH": str(ROOT / "lambda_src")})


def turns(one: Callable[[], object], other: Callable[[], object], times: int) -> tuple[list[float], list[float]]:
    """Seconds of each, in turns."""
    pairs = [(seconds_of(one), seconds_of(other)) for _ in range(times)]
    return [first for first, _ in pairs], [second for _, second in pairs]


def all_at_once(children: Children, image: bytes, images: int) -> float:
    """Images in an hour with every child at work."""
    with ThreadPoolExecutor(children.count) as threads:
        seconds = seconds_of(lambda: list(threads.map(children.faces, [image] * images)))
    return images / seconds * HOUR_SECONDS


def gallery_seconds(photos: int) -> tuple[float, float]:
    """Seconds to find the nearest of so many photos, and to read their index."""
    seen = [Seen(Photo("ann", f"gallery/ann/{number}.jpg", "e", 0), 1, somebody(number)) for number in range(photos)]
    text = to_json(seen)
    reading = seconds_of(lambda: from_json(text))
    known: Sequence[Known] = known_of(seen)
    face = Face(BoundingBox(0, 0, 1, 1), known[-1].embedding)
    return median(lambda: recognised([face], known, 0.6), 5), reading


def somebody(number: int) -> Embedding:
    """An embedding that no other number has."""
    return rounded((number * 7919 % (104_729 + place) / 1_000_000 - 0.05) for place in range(NUMBERS))


def seconds_of(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(work: Callable[[], object], times: int) -> float:
    """How long it usually takes."""
    return statistics.median(seconds_of(work) for _ in range(times))
