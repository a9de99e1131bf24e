"""What must be true of archives at rest: each ended in one record, each of its entries in one, and all of it once.

A1 the archive's record fits what is in it; A2 its manifest has every entry once, as what it is; A3 what is expanded is
in the manifests of one archive, however often that was put there, and is one version a key; A4 the archive's record
comes after those of its images and counts them; A5 clean DLQ.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from dayshift.domain.archives import EXPANDED_ROOT, Manifest, expanded_folders
from dayshift.domain.images import ImageRef
from tests.world.faults import DEATH
from tests.world.storage import Stored
from tests.world.world import World


def breaches(world: World) -> Iterator[str]:
    """All that is wrong with the archives of a world that has come to rest."""
    archives = [stored for stored in world.bucket.versions.values() if stored.entries is not None]
    for stored in archives:
        manifest = world.depot.manifests.get(stored.image)
        yield from _record(stored)
        if manifest is not None:
            yield from _manifest(stored, manifest)
            yield from _order(stored, manifest, world)
        elif stored.is_sound and stored.deleted_at is None:
            yield f"A2: {stored.image.key} has no manifest"
    yield from _orphans(archives, world)
    for message in world.depot.queue.dead:
        if DEATH not in message.reasons:
            yield f"A5: an archive is in the DLQ after {sorted(set(message.reasons))}"


def _record(stored: Stored) -> Iterator[str]:
    is_read = stored.is_sound and (any(stored.entries or ()) or not stored.entries)
    wanted = "rejected" if not is_read else "ok" if stored.entries else "none"
    if stored.record is None:
        if stored.deleted_at is None:
            yield f"A1: {stored.image.key} has no record"
    elif stored.record.status != wanted and not (stored.deleted_at is not None and stored.record.status == "gone"):
        yield f"A1: {stored.image.key} ended as {stored.record.status}, wanted {wanted}: {stored.record.reason}"


def _manifest(stored: Stored, manifest: Manifest) -> Iterator[str]:
    images = {one.index for one in manifest.images}
    refused = {one.index for one in manifest.refused}
    entries = stored.entries or ()
    wanted = {index for index, is_image in enumerate(entries) if is_image}
    is_whole = len(manifest.images) + len(manifest.refused) == len(entries)
    if not (is_whole and images == wanted and images | refused == set(range(len(entries)))):
        yield f"A2: of {stored.image.key} images {sorted(images)}, refused {sorted(refused)}, wanted {sorted(wanted)}"


def _order(stored: Stored, manifest: Manifest, world: World) -> Iterator[str]:
    records = [world.bucket.find(one.image) for one in manifest.images]
    if stored.record is None or stored.record.status == "gone":
        return
    if any(one.record is None or one.recorded_at > stored.recorded_at for one in records):
        yield f"A4: {stored.image.key} has its record before its images have theirs"
        return
    endings = Counter(str(one.record.status) for one in records if one.record is not None)
    _, wanted = manifest.ending(endings)
    if stored.record.reason != wanted:
        yield f"A4: {stored.image.key} says {stored.record.reason!r}, wanted {wanted!r}"


def _orphans(archives: list[Stored], world: World) -> Iterator[str]:
    """An archive that was deleted while it was expanded leaves images without a manifest; they have records all the
    same (I1)."""
    known = defaultdict[ImageRef, set[bytes]](set)
    for manifest in world.depot.manifests.values():
        for one in manifest.images:
            known[one.image].add(world.depot.contents[manifest.archive])
    given_up = tuple(
        expanded_folders(one.model, one.image.key) for one in archives if one.image not in world.depot.manifests
    )
    last = dict[str, Stored]()
    for stored in world.bucket.versions.values():
        key = stored.image.key
        if not key.startswith(EXPANDED_ROOT):
            continue
        if key in last and (last[key].expired_at or math.inf) > stored.uploaded_at:
            yield f"A3: {key} was written twice"
        last[key] = stored
        if len(known[stored.image]) != 1 and not key.startswith(given_up):
            yield f"A3: {key} is in the manifests of {len(known[stored.image])} archives"
