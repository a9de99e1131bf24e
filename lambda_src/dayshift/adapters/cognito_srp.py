"""The arithmetic of Cognito's sign-in by password (USER_SRP_AUTH): the password itself is never sent.

SRP-6a (RFC 5054) over the 3072-bit group of RFC 3526, with SHA-256. Cognito's own: numbers are hashed as Java's
BigInteger writes them, the name of the user has that of the pool before it, and the key comes of HKDF (RFC 5869).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

# RFC 3526, 5: 2^3072 - 2^3008 - 1 + 2^64 * ([2^2942 pi] + 1690314)
N = int(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd"
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f"
    "83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b"
    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510"
    "15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7"
    "abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c"
    "bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",
    16,
)
G = 2
INFO = b"Caldera Derived Key"
KEY_BYTES = 16


def number_bytes(number: int) -> bytes:
    """As Java's BigInteger.toByteArray: the fewest bytes whose first bit is 0."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def hashed(*parts: bytes) -> int:
    """SHA-256 over all of them, as a number."""
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


K = hashed(number_bytes(N), number_bytes(G))


def private_number(pool: str, user: str, password: str, salt: int) -> int:
    """x: what the password comes down to. `pool` is the part of the pool's id behind "_"."""
    inner = hashlib.sha256(f"{pool}{user}:{password}".encode()).digest()
    return hashed(number_bytes(salt), inner)


def session_key(secret: int, scrambling: int) -> bytes:
    """HKDF's first 16 bytes; the salt is u, the info Cognito's own."""
    extracted = hmac.digest(number_bytes(scrambling), number_bytes(secret), "sha256")
    return hmac.digest(extracted, INFO + b"\x01", "sha256")[:KEY_BYTES]


def signature(key: bytes, pool: str, user: str, block: bytes, timestamp: str) -> str:
    """The claim that the password is known, in base64."""
    signed = hmac.digest(key, pool.encode() + user.encode() + block + timestamp.encode(), "sha256")
    return base64.b64encode(signed).decode()


@dataclass(frozen=True, slots=True)
class Handshake:
    """One sign-in. `ours` is a random number of 128 bytes or so that nobody else learns."""

    pool: str
    ours: int

    @property
    def public(self) -> int:
        """A, which is sent first."""
        return pow(G, self.ours, N)

    def claim(self, challenge: Mapping[str, str], password: str, timestamp: str) -> str:
        """The signature that answers the challenge. Raises ValueError for one that is no challenge, or a trap."""
        user, salt, theirs = challenge["USER_ID_FOR_SRP"], int(challenge["SALT"], 16), int(challenge["SRP_B"], 16)
        block = base64.b64decode(challenge["SECRET_BLOCK"], validate=True)
        scrambling = hashed(number_bytes(self.public), number_bytes(theirs))
        if theirs % N == 0 or scrambling == 0:  # RFC 5054, 2.5.3: with these any password would do
            raise ValueError("SRP_B of the challenge is 0")
        private = private_number(self.pool, user, password, salt)
        secret = pow(theirs - K * pow(G, private, N), self.ours + scrambling * private, N)
        return signature(session_key(secret, scrambling), self.pool, user, block, timestamp)
