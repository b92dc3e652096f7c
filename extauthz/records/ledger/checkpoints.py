"""What a ledger's keys sign: checkpoints, manifests and key rotations, as the texts of notes. Pure.

    checkpoint (C2SP tlog-checkpoint)       manifest
    ---------------------------------       --------------------------------
    clinic.example/ledger/8f0c2e6a41d37b95  phiguard ledger manifest v1
    1042                                    clinic.example/ledger
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA=    2026-11-30T01:18:54.000000Z
                                            clinic.example/ledger/8f0c… 1042 CsUYap…

The origin of a tree is the key's name, a slash, and the first 16 hexadecimal digits of the leaf
hash of record 1. A checkpoint says how large a tree is, and its root. A manifest says it of every
tree of a ledger, so that a whole missing tree shows.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from extauthz.records.ledger import notes
from extauthz.records.ledger.merkle import HASH_BYTES
from extauthz.records.ledger.notes import KeyTextError, NoteError, PublicKey, Signer
from mesh.message.decimals import decimal

_MANIFEST: Final = "phiguard ledger manifest v1"
ROTATION: Final = "phiguard key rotation v1"
"""The first line of a rotation."""
_ORIGIN_BYTES: Final = 8


@dataclass(frozen=True, slots=True, order=True)
class Checkpoint:
    """A tree at one moment.

    Args:
        origin: which tree.
        size: number of its leaves.
        root: 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def chain(self) -> str:
        """The part of the origin that comes from record 1."""
        return self.origin.rpartition("/")[2]

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @property
    def line(self) -> str:
        """The line of a manifest, without its newline."""
        return " ".join(self.text.split())


@dataclass(frozen=True, slots=True)
class Manifest:
    """All trees of a ledger at one moment.

    Args:
        name: of the key.
        time: when it was made, ISO 8601 in UTC.
        trees: sorted by their origins.
    """

    name: str
    time: str
    trees: tuple[Checkpoint, ...]

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = [_MANIFEST, self.name, self.time, *(each.line for each in sorted(self.trees))]
        return "".join(f"{line}\n" for line in lines)


def chain_id(leaf: bytes) -> str:
    """Return the name of a chain, from the leaf hash of its record 1."""
    return leaf[:_ORIGIN_BYTES].hex()


def origin(name: str, leaf: bytes) -> str:
    """Return the origin of a tree.

    Args:
        name: of the key.
        leaf: hash of the leaf of record 1.
    """
    return f"{name}/{chain_id(leaf)}"


def checkpoint(note: str, keys: Sequence[PublicKey]) -> Checkpoint:
    """Return the checkpoint that a note holds. Raises NoteError.

    A key speaks only for the trees under its own name.
    """
    text, signed = notes.opened(note, keys)
    lines = text.removesuffix("\n").split("\n")
    if len(lines) != 3:
        raise NoteError("this note is no checkpoint of a ledger")
    return _named(_tree(lines), signed)


def trees(note: str, keys: Sequence[PublicKey]) -> tuple[Checkpoint, ...]:
    """Return the trees of a checkpoint or of a manifest. Raises NoteError."""
    text, signed = notes.opened(note, keys)
    lines = text.removesuffix("\n").split("\n")
    if lines[0] != _MANIFEST:
        return (checkpoint(note, keys),)
    if len(lines) < 3:
        raise NoteError("the manifest is cut off")
    return tuple(_named(_tree(line.split(" ")), signed) for line in lines[3:])


def claimed(note: str) -> tuple[Checkpoint, ...]:
    """Return the trees that a note speaks of, whoever signed it. Raises NoteError.

    Only for who holds them against a tree of its own.
    """
    lines = note.partition("\n\n")[0].split("\n")
    if lines[0] != _MANIFEST:
        return (_tree(lines),)
    return tuple(_tree(line.split(" ")) for line in lines[3:])


def rotation(old: Signer, new: Signer) -> str:
    """Return the note by which one key hands over to another. Both sign it."""
    text = f"{ROTATION}\n{old.public}\n{new.public}\n"
    return notes.sign(text, old, new)


def trusted(keys: Iterable[PublicKey], rotations: Iterable[str]) -> tuple[PublicKey, ...]:
    """Return the keys, and those to which they have handed over, directly or one by one.

    A note that hands nothing over from a trusted key is ignored.
    """
    found = dict.fromkeys(keys)
    handed = [pair for pair in map(_handed_over, rotations) if pair is not None]
    while more := [new for old, new in handed if old in found and new not in found]:
        found |= dict.fromkeys(more)
    return tuple(found)


def predecessors(key: PublicKey, rotations: Iterable[str]) -> tuple[PublicKey, ...]:
    """Return a key, and those that have handed over to it, directly or one by one."""
    found = {key: None}
    handed = [pair for pair in map(_handed_over, rotations) if pair is not None]
    while more := [old for old, new in handed if new in found and old not in found]:
        found |= dict.fromkeys(more)
    return tuple(found)


def _handed_over(note: str) -> tuple[PublicKey, PublicKey] | None:
    """Return the old and the new key of a rotation that both have signed, or None."""
    lines = note.split("\n")
    if len(lines) < 4 or lines[0] != ROTATION:
        return None
    try:
        old, new = notes.public_key(lines[1]), notes.public_key(lines[2])
        text, signed = notes.opened(note, (old, new))
    except (KeyTextError, NoteError):
        return None
    is_whole = text == f"{ROTATION}\n{old}\n{new}\n" and {old, new} == set(signed)
    return (old, new) if is_whole else None


def _tree(parts: Sequence[str]) -> Checkpoint:
    """Return the checkpoint of an origin, a size and a root. Raises NoteError."""
    if len(parts) != 3:
        raise NoteError("a line of the manifest is malformed")
    size, root = decimal(parts[1]), notes.decoded(parts[2])
    if not parts[0] or size is None or str(size) != parts[1]:
        raise NoteError("the size of a tree is malformed")
    if root is None or len(root) != HASH_BYTES:
        raise NoteError("the root of a tree is malformed")
    return Checkpoint(parts[0], size, root)


def _named(tree: Checkpoint, keys: Sequence[PublicKey]) -> Checkpoint:
    if all(tree.origin.rpartition("/")[0] != key.name for key in keys):
        raise NoteError("the key that signed it speaks for another ledger")
    return tree
