"""Signed notes (C2SP signed-note) with Ed25519: texts that a key signed, and the keys as text.

    text of some lines
    <empty line>
    — NAME base64(key id || signature)

A verifier key is `NAME+KEYID+base64(0x01 || public key)`. A private key has the form of Go's
`sumdb/note`: `PRIVATE+KEY+NAME+KEYID+base64(0x01 || seed)`. So Go's tools read both. Pure.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519: Final = b"\x01"
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 4
_PRIVATE: Final = "PRIVATE+KEY+"
_DASH: Final = "\u2014"
# the longest note that is read; C2SP asks for at least 16 signatures
_LARGEST: Final = 1 << 20
_SIGNATURES: Final = 64
# matches "clinic.example/phiguard"; not "clinic example", not "a+b", not ""
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\x7f]+")


class KeyTextError(Exception):
    """A text is no key. The message does not hold the text."""


class NoteError(Exception):
    """A note is malformed, or no trusted key has signed it. The message is a fragment."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies notes.

    Args:
        name: of the signer, without spaces and `+`.
        key: 32 bytes.
    """

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """The key id, 4 bytes. It identifies a key and proves nothing."""
        data = self.name.encode() + b"\n" + _ED25519 + self.key
        return hashlib.sha256(data).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """Return the verifier key."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.key).decode()}"

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether the signature, without its key id, is of this text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key.

    Args:
        name: of the signer, without spaces and `+`.
        seed: 32 secret bytes.

    Raises:
        KeyTextError: the name has another form.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        if not _NAME.fullmatch(name):
            raise KeyTextError("a key name has no spaces and no +")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._seed = seed
        self.public = PublicKey(name, self._key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        """Show the public key only."""
        return f"Signer({self.public})"

    def __reduce__(self) -> tuple[type["Signer"], tuple[str, bytes]]:
        """Send it to another process of the guard, which makes the same key."""
        return Signer, (self.public.name, self._seed)

    def secret(self) -> str:
        """Return the private key as text."""
        secret = base64.b64encode(_ED25519 + self._seed).decode()
        return f"{_PRIVATE}{self.public.name}+{self.public.id.hex()}+{secret}"

    def line(self, text: str) -> str:
        """Return the signature line for a text."""
        signature = self.public.id + self._key.sign(text.encode())
        return f"{_DASH} {self.public.name} {base64.b64encode(signature).decode()}\n"


def signer(text: str) -> Signer:
    """Return the private key that a text holds. Raises KeyTextError."""
    if not text.startswith(_PRIVATE):
        raise KeyTextError("no private key: it begins with PRIVATE+KEY+")
    name, id_, seed = _parts(text.removeprefix(_PRIVATE))
    found = Signer(name, seed)
    if found.public.id != id_:
        raise KeyTextError("the key id does not fit the key: the text was changed")
    return found


def public_key(text: str) -> PublicKey:
    """Return the key of a verifier key. Raises KeyTextError."""
    if text.startswith(_PRIVATE):
        raise KeyTextError("this is the private key; give the verifier key")
    name, id_, key = _parts(text)
    found = PublicKey(name, key)
    if found.id != id_:
        raise KeyTextError("the key id does not fit the key: the text was changed")
    return found


def sign(text: str, *signers: Signer) -> str:
    """Return a note. The text ends with a newline."""
    return text + "\n" + "".join(each.line(text) for each in signers)


def opened(note: str, keys: Iterable[PublicKey]) -> tuple[str, tuple[PublicKey, ...]]:
    """Return the text of a note, and which of the keys have signed it: at least one.

    Signatures of unknown keys are ignored. One bad signature of a known key spoils the note.

    Raises:
        NoteError: the note is malformed, or no key has signed it.
    """
    text, lines = _halves(note)
    known = {(each.name, each.id): each for each in keys}
    found: dict[PublicKey, None] = {}
    for line in lines:
        name, signature = _signature(line)
        key = known.get((name, signature[:_ID_BYTES]))
        if key is None:
            continue
        if not key.has_signed(text, signature[_ID_BYTES:]):
            raise NoteError(f"the signature of {name} does not fit the text")
        found[key] = None
    if not found:
        raise NoteError("no signature of a given key")
    return text, tuple(found)


def is_note(text: str) -> bool:
    """Whether a text has signatures at all, as a note has. They may not fit."""
    return f"\n\n{_DASH} " in text


def _halves(note: str) -> tuple[str, list[str]]:
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not text or not signatures.endswith("\n") or len(note) > _LARGEST:
        raise NoteError("this is no signed note")
    if any(each < " " and each != "\n" for each in note):
        raise NoteError("a signed note has no control characters")
    lines = signatures.removesuffix("\n").split("\n")
    if len(lines) > _SIGNATURES:
        raise NoteError("a note with so many signatures is not read")
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = decoded(encoded)
    if dash != _DASH or not _NAME.fullmatch(name) or data is None or len(data) <= _ID_BYTES:
        raise NoteError("a line of signatures is malformed")
    return name, data


def _parts(text: str) -> tuple[str, bytes, bytes]:
    """Return name, key id and key of `NAME+KEYID+base64`."""
    # base64 may hold +, so the first two count
    name, _, rest = text.partition("+")
    id_, _, encoded = rest.partition("+")
    data = decoded(encoded)
    try:
        number = bytes.fromhex(id_)
    except ValueError:
        number = b""
    if data is None or not _NAME.fullmatch(name) or len(number) != _ID_BYTES:
        raise KeyTextError("no key: it has the form NAME+KEYID+BASE64")
    if data[:1] != _ED25519 or len(data) != 1 + _KEY_BYTES:
        raise KeyTextError("no Ed25519 key")
    return name, number, data[1:]


def decoded(text: str) -> bytes | None:
    """Return the bytes of a base64 text, or None when it is not the one text for these bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
