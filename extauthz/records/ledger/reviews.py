"""Reviews of a ledger: a named person has looked at a period, and a key has signed that.

They have a chain of their own beside the ledger's, in `reviews.jsonl`, sealed as in
`extauthz.records.ledger.chain`. `note` is a signed note (C2SP), so the tools for such notes read
it:

    phiguard ledger review v1
    Ana Ruiz
    2026-12-01T09:00:00.000000Z
    2026-11-01T00:00:00.000000Z 2026-12-01T00:00:00.000000Z
    decisions 18233
    chains hold
    ledger-0 18240 5e884898da28...

The keys of the record say the same, for readers of JSON. What they say counts only if it is the
text of the note. The last lines are the heads of the ledger's chains, so a review also shows a
ledger that was cut off or rewritten after it.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from extauthz.records.ledger import notes
from extauthz.records.ledger.chain import ChainHead, seal, unseal
from extauthz.records.ledger.file import SCHEMA
from extauthz.records.ledger.notes import KeyTextError, NoteError, PublicKey, Signer

FILE_NAME: Final = "reviews.jsonl"
_TITLE: Final = "phiguard ledger review v1"


class ReviewError(Exception):
    """A review cannot be kept or read. The text is one line with the path and the fix."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a person says of a period.

    Args:
        reviewer: the person's name: one line.
        time: when, in the ledger's format.
        since: first time of the period.
        until: first time that is no longer in it.
        decisions: their number in the period.
        holds: whether every chain held.
        heads: of the ledger's chains, by worker.
    """

    reviewer: str
    time: str
    since: str
    until: str
    decisions: int
    holds: bool
    heads: Mapping[str, ChainHead]

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (
            _TITLE,
            self.reviewer,
            self.time,
            f"{self.since} {self.until}",
            f"decisions {self.decisions}",
            "chains hold" if self.holds else "chains do not hold",
            *(f"ledger-{w} {head.seq} {head.hash}" for w, head in sorted(self.heads.items())),
        )
        return "".join(f"{line}\n" for line in lines)

    def record(self, signer: Signer) -> dict[str, Any]:
        """Return the record, signed."""
        return {
            "kind": "review",
            "schema": SCHEMA,
            "reviewer": self.reviewer,
            "time": self.time,
            "since": self.since,
            "until": self.until,
            "decisions": self.decisions,
            "holds": self.holds,
            "heads": {w: {"seq": head.seq, "hash": head.hash} for w, head in self.heads.items()},
            "key": str(signer.public),
            "note": notes.sign(self.text, signer),
        }


def append(folder: Path, record: Mapping[str, Any]) -> None:
    """Keep a review in the ledger's folder, on the disk. Raises ReviewError."""
    path = folder / FILE_NAME
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(file, "r+b") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            head = ChainHead()
            for line in opened.read().splitlines():
                last = unseal(line)
                if last is None or last["prev"] != head.hash:
                    raise ReviewError(f"{path}: its chain does not hold; restore it from a copy")
                head = ChainHead(last["seq"], last["hash"])
            opened.write(seal(record, head)[0])
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        raise ReviewError(f"{path}: {why}; run as a user who may write there") from None


def read(
    folder: Path, trusted: Sequence[PublicKey] = ()
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield each review with its problem, which is empty when all fits.

    Args:
        folder: of the ledger.
        trusted: the keys of the reviewers. Without any, each review is held against the key that it
            names itself, which anybody can have made.

    Raises:
        ReviewError: the file cannot be read.
    """
    path = folder / FILE_NAME
    try:
        lines = path.read_bytes().splitlines() if path.exists() else []
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise ReviewError(f"{path}: {why}; run as a user with access") from None
    head = ChainHead()
    for number, line in enumerate(lines, 1):
        record = unseal(line)
        if record is None:
            yield {}, f"line {number} was changed or is torn"
            continue
        follows = record["seq"] == head.seq + 1 and record.get("prev") == head.hash
        head = ChainHead(record["seq"], record["hash"])
        wrong = problem(record, trusted) if follows else "it does not follow from the review before"
        yield record, wrong


def problem(record: Mapping[str, Any], trusted: Sequence[PublicKey] = ()) -> str:
    """Return why the signature of a review does not fit, or empty text when it does.

    Args:
        record: of the review.
        trusted: as for `read`.
    """
    try:
        key = notes.public_key(str(record.get("key")))
        if trusted and key not in trusted:
            return "no given key has signed it"
        text, _ = notes.opened(str(record.get("note")), [key])
    except (KeyTextError, NoteError):
        return "its signature does not fit"
    review = _review(record)
    is_number = type(record.get("decisions")) is int  # "1" and 1.5 would be signed as 1
    is_signed = review is not None and review.text == text and is_number
    return "" if is_signed else "it says what was not signed"


def _review(record: Mapping[str, Any]) -> Review | None:
    try:
        heads = {
            str(worker): ChainHead(int(head["seq"]), str(head["hash"]))
            for worker, head in record["heads"].items()
        }
        return Review(
            str(record["reviewer"]),
            str(record["time"]),
            str(record["since"]),
            str(record["until"]),
            int(record["decisions"]),
            record["holds"] is True,
            heads,
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
