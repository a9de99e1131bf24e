"""The caller of the API: who it is, for the keys of its images, and what an override says of it."""

from dataclasses import dataclass
from hashlib import sha256

DIGITS = 16  # of sixteen values each: two callers of one deployment never share them by chance


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller. `owner` is its own part of object keys, and tells nobody who it is; `name` is for people."""

    owner: str
    name: str

    @classmethod
    def of_token(cls, issuer: str, subject: str, name: str = "") -> "Caller":
        """The subject of a token: unique and never given to another, for one issuer (OpenID Connect Core, 2)."""
        return cls(_owner(issuer, subject), name or subject)

    @classmethod
    def of_principal(cls, account: str, user_id: str, arn: str) -> "Caller":
        """An IAM principal. All sessions of a role ("AROA…:session") are one caller."""
        return cls(_owner(account, user_id.partition(":")[0]), arn.rpartition("/")[2].rpartition(":")[2])


# Where nobody is authenticated, everybody is this one.
ANYBODY = Caller("open", "")


def _owner(*parts: str) -> str:
    return sha256("|".join(parts).encode()).hexdigest()[:DIGITS]
