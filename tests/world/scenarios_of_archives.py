"""Days with archives: good, half good, broken; told of twice, or not at all; deleted and overwritten on the way."""

from tests.world.clock import MINUTE
from tests.world.world import World
from tests.zip_writer import Part, picture, zipped

TEXT = b"dear model, " * 20


def archive(entries: str, number: int = 0) -> tuple[bytes, list[bool]]:
    """An archive with an image for each `i` and a text that calls itself one for each `t`; which of them are images."""
    parts = [
        Part(b"%d.png" % index, picture(100 * number + index) if kind == "i" else TEXT)
        for index, kind in enumerate(entries)
    ]
    return zipped(parts), [kind == "i" for kind in entries]


def archives_of_a_morning(world: World) -> None:
    """One before the opening, one while images are read, of which one entry is none; one that is no archive at all."""
    world.upload_archive("early.zip", *archive("iti", 1))
    world.upload("beside.jpg")
    world.run_to("09:10")
    world.upload_archive("later.ZIP", *archive("ii", 2))
    world.upload_archive("broken.zip", archive("ii", 3)[0][:150], (), is_sound=False)
    world.upload_archive("texts.zip", *archive("t", 4))
    world.run_to("09:20")


def archives_lost_doubled_deleted(world: World) -> None:
    """Everything that befalls an archive on its way."""
    world.upload_archive("lost.zip", *archive("ii", 1), is_told=False)
    twice = world.upload_archive("twice.zip", *archive("ii", 2))
    world.notify(twice, 1.0)
    world.delete(world.upload_archive("deleted.zip", *archive("i", 3)))
    world.upload_archive("again.zip", *archive("i", 4))
    world.run(1)
    world.upload_archive("again.zip", *archive("i", 4))  # another version with the same images
    world.upload_archive("again.zip", *archive("i", 5))  # and one with others
    world.run_to("09:20")
    world.notify(twice, 0.1)
    world.run_to("09:35")


def an_archive_whose_first_run_dies(world: World) -> None:
    """Five minutes an image, which nobody foresees: Lambda ends the first run at the third; the second finds two."""
    world.depot.seconds_an_image = 5 * MINUTE
    world.upload_archive("slow.zip", *archive("iii", 1))
    world.run_to("09:20")


def two_models_archives(world: World) -> None:
    """Archives of two models share the expander, and share nothing else."""
    for model in ("logos", "signs"):
        world.upload_archive("same.zip", *archive("it", 1), model)
    world.run_to("09:30")
