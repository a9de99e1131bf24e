"""A gallery's photos, what is seen in them, and the index as bytes."""

import json

import pytest

from dayshift.domain.detections import BoundingBox
from dayshift.domain.errors import PermanentError
from dayshift.domain.faces import Face, Known
from dayshift.domain.gallery import Photo, fingerprint, from_json, known_of, looked_at, person_of, refused, to_json

FACE = Face(BoundingBox(0, 0, 1, 1), tuple(index / 1_000_003 for index in range(128)))


def photo(key: str = "gallery/ann/1.jpg", version: str = "e1", person: str = "ann") -> Photo:
    return Photo(person, key, version, 1000)


@pytest.mark.parametrize(
    ("key", "person"),
    [
        ("gallery/ann/1.jpg", "ann"), ("gallery/Ann Lee/a b.JPEG", "Ann Lee"), ("gallery/=cmd|x/1.png", "=cmd|x"),
        ("gallery/Zoe\u0301/1.jpg", "Zo\u00e9"), ("gallery/李/1.png", "李"), ("gallery/../1.png", ".."),
        ("gallery/1.jpg", None), ("gallery/ann/old/1.jpg", None), ("gallery/ann/", None), ("gallery//1.jpg", None),
        ("gallery/ann/.jpg", "ann"), ("gallery/ann/1.heic", None), ("gallery/ann/.DS_Store", None),
    ],
)  # fmt: skip
def test_a_person_is_the_folder_of_a_photo(key, person):
    assert person_of(key, "gallery/") == person


def test_the_fingerprint_is_the_photos_not_their_order():
    one, two = photo(), photo("gallery/bob/1.jpg")
    assert fingerprint([one, two]) == fingerprint([two, one])
    others = [[one], [], [one, photo("gallery/bob/1.jpg", "e2")], [one, photo("gallery/bob/2.jpg")]]
    assert len({fingerprint(photos) for photos in [[one, two], *others]}) == 5


def test_another_encoder_makes_another_fingerprint_and_an_index_of_it_tells_nothing(monkeypatch):
    before, text = fingerprint([photo()]), to_json([looked_at(photo(), [FACE])])
    monkeypatch.setattr("dayshift.domain.gallery.ENCODER", "the next")
    assert fingerprint([photo()]) != before
    assert from_json(text) == {}


@pytest.mark.parametrize(("faces", "problem"), [(1, None), (0, "no face"), (3, "3 faces, one wanted")])
def test_a_photo_shows_exactly_one_face(faces, problem):
    seen = looked_at(photo(), [FACE] * faces)
    assert (seen.faces, seen.problem, seen.embedding is None) == (faces, problem, problem is not None)


def test_nobody_can_be_called_unknown():
    assert "nobody has" in str(looked_at(photo(person="Unknown"), [FACE]).problem)


def test_an_index_is_read_as_it_was_written_and_only_good_photos_tell_a_person():
    seen = [
        looked_at(photo("gallery/bob/1.jpg", person="bob"), []),
        looked_at(photo("gallery/李/1.jpg", person="李"), [FACE]),
        refused(photo("gallery/bob/2.jpg", person="bob"), PermanentError("truncated", "ends early")),
    ]
    read = from_json(to_json(seen))
    assert to_json(read.values()) == to_json(reversed(seen))
    assert read["gallery/bob/2.jpg", "e1"].problem == "unreadable: truncated: ends early"
    (known,) = known_of(read.values())
    assert known == Known("李", tuple(round(number, 6) for number in FACE.embedding))


def test_an_index_is_one_line_that_others_can_read():
    (entry,) = json.loads(to_json([looked_at(photo(), [FACE])]))["photos"]
    assert entry["embedding"][1:3] == [1e-06, 2e-06]
    assert {name: entry[name] for name in ("person", "key", "version", "faces", "problem")} == {
        "person": "ann", "key": "gallery/ann/1.jpg", "version": "e1", "faces": 1, "problem": None,
    }  # fmt: skip
    assert "\n" not in to_json([looked_at(photo("gallery/a\nb/1.jpg", person="a\nb"), [FACE])])


@pytest.mark.parametrize(
    "change",
    [{"embedding": [0.0] * 127}, {"embedding": [float("nan")] * 128}, {"embedding": ["0"] * 128}, {"embedding": None},
     {"person": 1}, {"version": None}, {"problem": "both"}, {"faces": "1"}],
)  # fmt: skip
def test_what_is_no_photo_in_an_index_is_passed_over(change):
    index = json.loads(to_json([looked_at(photo(), [FACE]), looked_at(photo("gallery/bob/1.jpg"), [FACE])]))
    index["photos"][0] |= change
    assert list(from_json(json.dumps(index))) == [("gallery/bob/1.jpg", "e1")]


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"v": 2, "photos": []}', '{"v": 1, "photos": {}}', b"\xff"])
def test_what_is_no_index_tells_nothing(text):
    assert from_json(text) == {}
