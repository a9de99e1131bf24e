"""Whose an image is: no caller sees, names or lists another's, whoever they are and whatever ids they send."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from dayshift.domain.caller import ANYBODY, Caller
from dayshift.domain.errors import ClosedError
from dayshift.domain.image_id import ImageId, folder
from tests.api_fakes import JPEG, ApiBench

WORDS = st.text(min_size=1, max_size=30)
TOKENS = st.builds(Caller.of_token, WORDS, WORDS, st.just(""))
PRINCIPALS = st.builds(
    Caller.of_principal,
    st.from_regex(r"\d{12}", fullmatch=True),
    WORDS.filter(lambda word: word[0] != ":"),
    st.just("arn"),
)
CALLERS = st.one_of(TOKENS, PRINCIPALS)
MODELS = st.sampled_from(["signs", "logos"])
# What people send as an id: ids, and everything that a path, a key or a pattern could be taken in by.
IDS = st.one_of(
    st.from_regex(r"(signs|logos)\.[0-9a-f]{32}\.(jpg|png)", fullmatch=True),
    st.text(max_size=200),
    st.builds("{}.{}/../{}.jpg".format, MODELS, WORDS, WORDS),
)


@given(CALLERS, CALLERS, MODELS)
def test_an_image_is_there_for_its_own_caller_alone(one: Caller, other: Caller, model: str) -> None:
    assume(one.owner != other.owner)
    bench = ApiBench()
    bench.predictor.answer = ClosedError("asleep")  # so that it keeps the image
    image = bench.recognize(model, JPEG, one).body["id"]
    assert bench.show(image, one).status == 200
    assert bench.show(image, other).status == 404
    assert bench.show(image, None).status == 401


@given(CALLERS, IDS)
def test_whatever_id_is_sent_only_the_callers_own_folder_is_looked_at(caller: Caller, text: str) -> None:
    bench, looked = ApiBench(), list[str]()

    def look(key: str) -> None:
        looked.append(key)

    object.__setattr__(bench.uploads, "uploaded_at", look)
    assert bench.show(text, caller).status == 404
    for key in looked:
        assert re.fullmatch(rf"incoming/(signs|logos)/{caller.owner}/[0-9a-f]{{32}}\.(jpg|png)", key)


@given(CALLERS, st.sampled_from(["image/jpeg", "image/png"]), MODELS)
def test_an_id_and_its_caller_make_the_key_and_the_key_tells_neither(caller: Caller, kind: str, model: str) -> None:
    image = ImageId.new(model, "0" * 32, kind)
    assert ImageId.parse(str(image)) == image
    key = image.key(f"incoming/{model}/", caller.owner)
    assert key.startswith(folder(f"incoming/{model}/", caller.owner))
    assert re.fullmatch("[0-9a-f]{16}", caller.owner)
    assert caller.owner not in str(image)


@given(st.lists(CALLERS, min_size=2, max_size=8, unique=True))
def test_no_callers_folder_lies_in_anothers(callers: list[Caller]) -> None:
    folders = {folder("incoming/signs/", caller.owner) for caller in (*callers, ANYBODY)}
    assert len(folders) == len({caller.owner for caller in callers}) + 1
    assert not [(one, other) for one in folders for other in folders if one != other and one.startswith(other)]


@given(st.from_regex(r"\d{12}", fullmatch=True), WORDS.filter(lambda word: ":" not in word), WORDS, WORDS)
def test_all_sessions_of_a_role_are_one_caller_and_another_account_is_not(
    account: str, principal: str, one: str, other: str
) -> None:
    first = Caller.of_principal(account, f"{principal}:{one}", f"arn:aws:sts::{account}:assumed-role/r/{one}")
    second = Caller.of_principal(account, f"{principal}:{other}", f"arn:aws:sts::{account}:assumed-role/r/{other}")
    elsewhere = Caller.of_principal(f"{(int(account) + 1) % 10**12:012}", f"{principal}:{one}", "")
    assert first.owner == second.owner != elsewhere.owner
