"""The nonce of one canary: who sends it where and when, under a keyed MAC.

It travels in a header of its own. A path would stand in access logs, in spans and in the routes of
`policy learn`, and would meet path rules of Istio and of applications. The guard takes every header
with its prefix away from a message that it lets pass, so a nonce goes no further than one guard.
The path is constant, so that an application that gets a canary has nothing to do there.

Numbers are written with the letters a to p, one for each hexadecimal digit. So no nonce looks like
a telephone or record number.

    v1;KEY;TIME;RANDOM;PURPOSE;SOURCE;DESTINATION;PORT;CELL;MAC

A nonce is no permission: the guard refuses what has one. It counts for five minutes before and
after its time, whatever the clocks of probe and guard say. It may be used again in that time; the
message is refused again.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mesh.message.identity import is_principal

HEADER: Final = "x-phiguard-canary"
"""Of a canary, and of the guard's answer to one. The guard takes it from what it lets pass."""
REFUSED_HEADER: Final = "x-phiguard-canary-refused"
"""Of a refusal: the nonce that was refused."""
PATH: Final = "/.well-known/phiguard-canary"
"""The path of each canary (RFC 8615)."""
AGE: Final = 300.0
"""Seconds that a nonce counts, before and after its time."""
KEY_BYTES: Final = 32
"""The shortest key."""
MOST_KEYS: Final = 2
"""Of a guard: the newer and the older one, while a key is replaced."""
RANDOM_BYTES: Final = 16

_LONGEST: Final = 2048
_VERSION: Final = "v1"
_DIGITS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_LETTERS: Final = str.maketrans("abcdefghijklmnop", "0123456789abcdef")
# matches `clinic/Deployment/ehr/inbound/8080/mesh`; not `a;b`, `a b`
_CELL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/*:-]{0,511}", re.ASCII)
_HEX: Final = re.compile(r"[a-p]+", re.ASCII)


class CanaryKeyError(ValueError):
    """A key cannot be used. The text is one line without anything of the key."""


class Purpose(StrEnum):
    """What a canary tries.

    REQUEST: is a request refused? RESPONSE: is an answer refused? REDACTION: does an answer pass
    only with every value masked?
    """

    REQUEST = "request"
    RESPONSE = "response"
    REDACTION = "redaction"


class Keys:
    """The keys of one guard or probe. The first one signs; each of them verifies.

    Args:
        keys: one or two, of at least `KEY_BYTES` bytes.

    Raises:
        CanaryKeyError: there are none or too many, or one is too short.
    """

    def __init__(self, *keys: bytes) -> None:
        if not 1 <= len(keys) <= MOST_KEYS:
            raise CanaryKeyError(f"give one or {MOST_KEYS} keys")
        if any(len(key) < KEY_BYTES for key in keys):
            raise CanaryKeyError(f"a key has fewer than {KEY_BYTES} bytes")
        self._keys = {_id_of(key): key for key in keys}
        self._first = _id_of(keys[0])

    def __repr__(self) -> str:
        """The ids only."""
        return f"Keys({', '.join(self.ids)})"

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all keys, sorted. They say nothing of a key."""
        return tuple(sorted(self._keys))

    @property
    def first(self) -> str:
        """Id of the key that signs."""
        return self._first

    def mac(self, key: str, domain: str, text: str) -> str:
        """Return the MAC of a text in letters; empty when there is no such key.

        Args:
            key: its id.
            domain: what the text is, so that no MAC of one kind is one of another.
        """
        secret = self._keys.get(key)
        if secret is None:
            return ""
        message = f"phiguard-canary-{domain}\n{text}".encode()
        return hmac.new(secret, message, hashlib.sha256).hexdigest().translate(_DIGITS)


@dataclass(frozen=True, slots=True)
class Nonce:
    """What a nonce says.

    Args:
        source: principal of the probe; empty for a canary that is sent in clear.
        destination: principal of the workload whose guard must refuse it.
        port: of its pod.
        cell: name of the cell that it tries.
        at: Unix seconds.
        random: 32 letters, fresh for each canary.
    """

    purpose: Purpose
    source: str
    destination: str
    port: int
    cell: str
    at: int
    random: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A nonce with its text, and the id of the key that signed it."""

    nonce: Nonce
    text: str
    key: str


def letters(data: bytes) -> str:
    """Return bytes as letters from a to p."""
    return data.hex().translate(_DIGITS)


def sign(nonce: Nonce, keys: Keys) -> Signed:
    """Return the nonce with its MAC by the first key.

    Raises:
        ValueError: it holds what a nonce cannot hold.
    """
    if not _is_proper(nonce):
        raise ValueError("a canary names a cell, principals or a port in an unknown form")
    text = _body(nonce, keys.first)
    return Signed(nonce, f"{text};{keys.mac(keys.first, 'nonce', text)}", keys.first)


def read(text: str, keys: Keys, now: float) -> Signed | None:
    """Return the nonce, or None unless one of the keys signed it within `AGE`. Never raises.

    Args:
        text: the value of the header.
        now: Unix seconds.
    """
    if len(text) > _LONGEST or not text.isascii():
        return None
    body, _, mac = text.rpartition(";")
    parts = body.split(";")
    if len(parts) != 9 or parts[0] != _VERSION:
        return None
    expected = keys.mac(parts[1], "nonce", body)
    # both are compared in full, so that the time says nothing of the MAC
    if not expected or not hmac.compare_digest(expected.encode(), mac.encode()):
        return None
    nonce = _parsed(parts)
    if nonce is None or not -AGE <= now - nonce.at <= AGE:
        return None
    return Signed(nonce, text, parts[1])


def _id_of(key: bytes) -> str:
    return letters(hashlib.sha256(b"phiguard-canary-key-id\n" + key).digest()[:4])


def _body(nonce: Nonce, key: str) -> str:
    time = f"{nonce.at:x}".translate(_DIGITS)
    port = f"{nonce.port:x}".translate(_DIGITS)
    return ";".join(
        (
            _VERSION, key, time, nonce.random, nonce.purpose, nonce.source, nonce.destination, port,
            nonce.cell,
        )
    )  # fmt: skip


def _parsed(parts: list[str]) -> Nonce | None:
    """The nonce of parts that a key has signed."""
    _, _, at, random, purpose, source, destination, port, cell = parts
    if purpose not in set(Purpose) or not (_is_number(at) and _is_number(port)):
        return None
    nonce = Nonce(Purpose(purpose), source, destination, _number(port), cell, _number(at), random)
    return nonce if _is_proper(nonce) else None


def _is_proper(nonce: Nonce) -> bool:
    return (
        (not nonce.source or is_principal(nonce.source))
        and is_principal(nonce.destination)
        and 0 < nonce.port < 65536
        and nonce.at >= 0
        and _CELL.fullmatch(nonce.cell) is not None
        and len(nonce.random) == 2 * RANDOM_BYTES
        and _HEX.fullmatch(nonce.random) is not None
    )


def _is_number(text: str) -> bool:
    return len(text) <= 10 and _HEX.fullmatch(text) is not None


def _number(text: str) -> int:
    return int(text.translate(_LETTERS), 16)
