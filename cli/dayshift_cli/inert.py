"""Makes text from outside (file names, text read in images, AWS's answers) harmless on a terminal.

It decides which characters act on a terminal; it knows nothing of what the text means.
"""

import re

_SPACES = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
# C0, DEL and C1 drive the terminal; bidi embeddings, overrides and isolates reorder what a person reads.
_ACTIVE = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_DRIVERS = re.compile(f"[{_ACTIVE}]")
_DRIVERS_OR_LONE_SURROGATES = re.compile(f"[{_ACTIVE}\ud800-\udfff]")


def inert(text: str) -> str:
    """The text on one line, without a character that could move a cursor, change a colour or reorder letters."""
    one_line = _DRIVERS.sub("", _SPACES.sub(" ", text))
    return one_line.encode("utf-8", "backslashreplace").decode("utf-8")


def inert_json(document: str) -> str:
    """The same JSON with such characters written as escapes: nothing is lost, and nothing acts."""
    return _DRIVERS_OR_LONE_SURROGATES.sub(lambda match: f"\\u{ord(match.group()):04x}", document)
