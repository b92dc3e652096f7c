"""`phiguard audit review`: a named person signs that a period was reviewed; or lists the reviews.

The review names the heads of the chains as they were. A later `review` without `--sign` says
whether these are still in the chains. With `--key` it says whether that key has signed, not only a
key that the review names itself.
"""

import argparse
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypedDict

from extauthz.commands.audit import ledgers, times
from extauthz.commands.audit.filters import kinds
from extauthz.commands.audit.ledgers import Chain, Verified
from extauthz.commands.audit.proofs import keys
from extauthz.commands.audit.record_words import DECISION, SUMMARY, decisions_in, text_of
from extauthz.commands.audit.search import Search
from extauthz.commands.audit.wanted import Wanted
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.records import ledger_time
from extauthz.records.ledger import key_file
from extauthz.records.ledger import reviews as kept
from extauthz.records.ledger.key_file import KeyFileError
from extauthz.records.ledger.notes import Signer
from extauthz.records.ledger.reviews import Review, ReviewError
from extauthz.terminal import json_text, say, tables

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_LONGEST: Final = 200
_HEAD: Final = ("signed", "reviewer", "period", "decisions", "result")


class FoundReview(TypedDict):
    """A review, and whether it fits its ledger."""

    review: Annotated[dict[str, object], "the record, as in docs/ledger.schema.json"]
    problem: Annotated[str, "why it does not fit; empty when it does"]
    trusted: Annotated[bool, "whether a key that was given has signed it"]


class SignedReview(TypedDict):
    """With --sign: a review that was signed."""

    folder: Annotated[str, "of the ledger"]
    reviewer: str
    decisions: Annotated[int, "how many there are in the period"]
    holds: Annotated[bool, "whether every chain holds"]


def add_parser(actions: "_Subparsers") -> None:
    """Add `review`."""
    parser = actions.add_parser(
        "review", help="sign that a period was reviewed, or list who reviewed what"
    )
    ledgers.add_folders(parser)
    formats.add(parser, JsonForm(SignedReview | FoundReview, is_lines=True), text=formats.TABLE)
    times.add_period(parser)
    ledgers.add_head(parser)
    parser.add_argument("--sign", metavar="NAME", help="of the person who has reviewed the period")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="KEY|FILE",
        help="with --sign, that person's private key; without, a reviewer's public key, as "
        "`audit key show` prints it, which must have signed each review; may be repeated",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Sign, or list. Return 1 when a chain does not hold, or a review does not fit."""
    try:
        return _list(args) if args.sign is None else _sign(args)
    except (ReviewError, KeyFileError) as error:
        raise UsageError(str(error)) from None


def rows(folder: Path) -> list[tuple[str, str, str, int, str]]:
    """Return a row for each review of a folder, held against its own key. Raises UsageError."""
    try:
        return [_row(record, problem, is_trusted=False) for record, problem in kept.read(folder)]
    except ReviewError as error:
        raise UsageError(str(error)) from None


def _list(args: argparse.Namespace) -> int:
    if args.since or args.until:
        raise UsageError("--since and --until: without --sign NAME nothing is signed")
    wrong, heads, trusted = False, ledgers.heads(args), keys.given(args)
    lines: list[Sequence[str]] = []
    for folder in dict.fromkeys(args.folders):
        verified = [ledgers.verify(chain, heads) for chain in ledgers.chains_of(folder)]
        known = {each for found in verified for each in found.hashes}
        for record, problem in kept.read(folder, trusted):
            result = problem or _missing(record, known)
            wrong = wrong or bool(result)
            if args.format == formats.JSON:
                is_trusted = bool(trusted) and not result
                said = FoundReview(review=dict(record), problem=result, trusted=is_trusted)
                json_text.write_line(said)
            row = _row(record, result, is_trusted=bool(trusted))
            lines.append(list(map(str, row)))
    if args.format == formats.TABLE:
        say.lines(tables.lines(lines, _HEAD))
    return int(wrong)


def _missing(record: Mapping[str, Any], known: Collection[str]) -> str:
    """Return that a head of a review is in no chain any more, or empty text."""
    heads = record.get("heads")
    gone = [
        worker
        for worker, head in (heads.items() if isinstance(heads, dict) else ())
        if not (isinstance(head, dict) and head.get("hash") in known)
    ]
    return f"records of worker {', '.join(gone)} were cut off or rewritten since" if gone else ""


def _sign(args: argparse.Namespace) -> int:
    given = {"--key FILE": args.key, "--since TIME": args.since, "--until TIME": args.until}
    if missing := [flag for flag, value in given.items() if not value]:
        raise UsageError(f"--sign NAME: give {' and '.join(missing)} too")
    if len(args.key) > 1:
        raise UsageError("--key: a review is signed with one key; give one")
    if not args.sign.isprintable() or not 0 < len(args.sign.strip()) <= _LONGEST:
        raise UsageError("--sign: not a name; write it on one line")
    period = times.period(args)
    signer, _ = key_file.read(Path(*args.key))
    folders = [(folder, ledgers.chains_of(folder)) for folder in dict.fromkeys(args.folders)]
    who = _Signing(args.sign.strip(), signer, period, ledgers.heads(args))
    signed = [who.of(folder, chains) for folder, chains in folders]
    for folder, review in signed:
        if args.format == formats.JSON:
            found = SignedReview(
                folder=str(folder),
                reviewer=review.reviewer,
                decisions=review.decisions,
                holds=review.holds,
            )
            json_text.write_line(found)
            continue
        said = "every chain holds" if review.holds else "NOT every chain holds"
        say.line(f"{folder}: {review.reviewer} has reviewed {review.decisions} decisions; {said}")
    return int(not all(review.holds for _, review in signed))


@dataclass(frozen=True, slots=True)
class _Signing:
    """Who signs what: the same for each folder."""

    name: str
    signer: Signer
    period: tuple[str, str]
    known: Sequence[str]

    def of(self, folder: Path, chains: Sequence[Chain]) -> tuple[Path, Review]:
        """Sign the review of one ledger, and keep it there."""
        verified: list[Verified] = [ledgers.verify(chain, self.known) for chain in chains]
        search = Search(Wanted((kinds([DECISION, SUMMARY]),), *self.period))
        decisions = sum(decisions_in(hit.record) for hit in search.over(chains))
        review = Review(
            self.name,
            ledger_time.now(),
            *self.period,
            decisions,
            not search.odd and all(each.problem is None for each in verified),
            {str(c.worker): each.head for c, each in zip(chains, verified, strict=True)},
        )
        kept.append(folder, review.record(self.signer))
        return folder, review


def _row(
    record: Mapping[str, Any], problem: str, *, is_trusted: bool
) -> tuple[str, str, str, int, str]:
    whose = "which was given" if is_trusted else "which only the review names"
    decisions = record.get("decisions")
    held = "chains held" if record.get("holds") is True else "chains did NOT hold"
    return (
        text_of(record.get("time")),
        text_of(record.get("reviewer")),
        f"{text_of(record.get('since'))} to {text_of(record.get('until'))}",
        decisions if isinstance(decisions, int) else 0,
        problem or f"signed by {text_of(record.get('key'))}, {whose}; {held}",
    )
