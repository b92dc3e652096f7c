"""Proofs as texts, checked with a public key alone. Pure.

record (C2SP tlog-proof)                 growth
------------------------                 ------
c2sp.org/tlog-proof@v1                   phiguard consistency proof v1
extra BASE64 of the record's line        origin clinic.example/ledger/8f0c2e6a41d37b95
index 1041                               old BASE64 of a note
HASH of the tree, one a line             new BASE64 of a note
<empty line>                             HASH of the tree, one a line
the checkpoint
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from extauthz.records.ledger import checkpoints, merkle, notes
from extauthz.records.ledger.checkpoints import Checkpoint
from extauthz.records.ledger.merkle import HASH_BYTES, leaf_hash
from extauthz.records.ledger.notes import PublicKey
from mesh.message.decimals import decimal

_RECORD: Final = "c2sp.org/tlog-proof@v1"
_GROWTH: Final = "phiguard consistency proof v1"
# a tree with more than 2^64 leaves has a longer proof
_MOST_HASHES: Final = 130


class ProofError(Exception):
    """A text is no proof, or does not prove it. The message is a fragment."""


class NoProofError(ProofError):
    """A text is something else than a proof."""


@dataclass(frozen=True, slots=True)
class RecordProof:
    """A proof that one record is in a ledger.

    Args:
        line: of the record, without its newline.
        index: of its leaf, from 0.
        path: the inclusion proof.
        note: the checkpoint, signed.
    """

    line: bytes
    index: int
    path: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """The proof as text."""
        lines = (_RECORD, f"extra {_encoded(self.line)}", f"index {self.index}")
        return "".join(f"{each}\n" for each in (*lines, *map(_encoded, self.path), "")) + self.note

    def check(self, keys: Sequence[PublicKey]) -> Checkpoint:
        """Return the checkpoint that signs the record. Raises ProofError, NoteError."""
        tree = checkpoints.checkpoint(self.note, keys)
        leaf = leaf_hash(self.line)
        if merkle.root_of(leaf, self.index, tree.size, self.path) != tree.root:
            raise ProofError("this record is not in the ledger that was signed")
        return tree


@dataclass(frozen=True, slots=True)
class GrowthProof:
    """A proof that a later ledger only added to an earlier one.

    Args:
        origin: of the tree.
        old: the note with the earlier tree.
        new: the note with the later tree.
        path: the consistency proof.
    """

    origin: str
    old: str
    new: str
    path: tuple[bytes, ...]

    @property
    def text(self) -> str:
        """The proof as text."""
        notes_ = (f"{name} {_encoded(note.encode())}" for name, note in self._notes)
        lines = (_GROWTH, f"origin {self.origin}", *notes_, *map(_encoded, self.path))
        return "".join(f"{each}\n" for each in lines)

    def check(self, keys: Sequence[PublicKey]) -> tuple[Checkpoint, Checkpoint]:
        """Return the earlier and the later tree. Raises ProofError, NoteError."""
        found = [
            tree
            for _, note in self._notes
            for tree in checkpoints.trees(note, keys)
            if tree.origin == self.origin
        ]
        if len(found) != len(self._notes):
            raise ProofError("one of the notes does not speak of this tree")
        old, new = found
        if not merkle.is_consistent((old.size, old.root), (new.size, new.root), self.path):
            raise ProofError("the later ledger does not hold all records of the earlier one")
        return old, new

    @property
    def _notes(self) -> tuple[tuple[str, str], ...]:
        return ("old", self.old), ("new", self.new)


def parse(text: str) -> RecordProof | GrowthProof:
    """Return the proof that a text holds. Raises ProofError."""
    kind, _, rest = text.partition("\n")
    if kind == _RECORD:
        head, gap, note = rest.partition("\n\n")
        lines = head.split("\n")
        line, index = _value(lines, 0, "extra"), decimal(_value(lines, 1, "index"))
        if not gap or index is None:
            raise ProofError("the proof is cut off")
        return RecordProof(_decoded(line), index, _hashes(lines[2:]), note)
    if kind == _GROWTH:
        if not rest.endswith("\n"):
            raise ProofError("the proof is cut off")
        lines = rest.removesuffix("\n").split("\n")
        old, new = (
            _text(_decoded(_value(lines, at, name))) for at, name in ((1, "old"), (2, "new"))
        )
        return GrowthProof(_value(lines, 0, "origin"), old, new, _hashes(lines[3:]))
    raise NoProofError("this is no proof of a ledger")


def _value(lines: Sequence[str], at: int, name: str) -> str:
    found, _, value = lines[at].partition(" ") if at < len(lines) else ("", "", "")
    if found != name or not value:
        raise ProofError(f"the proof has no line `{name}` in its place")
    return value


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    found = tuple(map(_decoded, lines))
    if len(found) > _MOST_HASHES or any(len(each) != HASH_BYTES for each in found):
        raise ProofError("a hash of the proof is malformed")
    return found


def _decoded(text: str) -> bytes:
    data = notes.decoded(text)
    if data is None:
        raise ProofError("a line of the proof is malformed")
    return data


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ProofError("a note of the proof is malformed") from None


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
