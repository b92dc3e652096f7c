"""`phiguard audit export`: the decisions of a period, in a form for people or for other tools.

INVARIANT (verified): without `--unverified`, nothing is written unless every chain holds whole.
Only records that the verification has seen are written; they are known by their hashes. What a
running guard adds meanwhile is left for the next export, and a record that somebody replaces
meanwhile is not written.
"""

import argparse
import heapq
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from extauthz.commands.audit import filters, ledgers
from extauthz.commands.audit.ledgers import Chain, Verified
from extauthz.commands.audit.record_words import SUMMARY, decisions_in
from extauthz.commands.audit.sealed_lines import Record
from extauthz.commands.audit.wanted import Wanted
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.records.exports import parquet
from extauthz.records.exports.formats import FORMS, Form
from extauthz.terminal import say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_LINES: Final = "jsonl"
_Found = tuple[int, Record]
"""The number of the worker, and its record."""


def add_parser(actions: "_Subparsers") -> None:
    """Add `export`."""
    parser = actions.add_parser(
        "export", help="write the decisions of a period, if every chain holds"
    )
    ledgers.add_folders(parser)
    ledgers.add_head(parser)
    # `json` is the same as `jsonl`: a line a decision
    lines = JsonForm(file="ledger.schema.json", is_lines=True)
    others = (*(name for name in FORMS if name != _LINES), parquet.NAME)
    formats.add(parser, lines, text=_LINES, others=others)
    filters.add_decision_filters(parser)
    parser.add_argument(
        "--unverified",
        action="store_true",
        help="write what is readable even if a chain is broken",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export. Return 1 when a chain does not hold or no chain holds a given head, else 0.

    Raises:
        UsageError: Parquet cannot be written.
    """
    if args.format == parquet.NAME:
        _check_parquet()
    wanted = filters.wanted_decisions(args)
    chains = ledgers.chains_in(args.folders)
    known = ledgers.heads(args)
    verified = [ledgers.verify(chain, known) for chain in chains]
    problems = _problems(args, chains, verified, known)
    for problem in problems:
        say.problem(problem)
    if problems and not args.unverified:
        say.problem("nothing was written; `--unverified` writes what can be read")
        return 1
    records = heapq.merge(
        *map(_decisions, chains, verified, [wanted] * len(chains)),
        key=lambda found: str(found[1].get("time")),
    )
    tally = _Tally(records)
    if args.format == parquet.NAME:
        named = ({**record, "worker": worker} for worker, record in tally)
        parquet.write(named, sys.stdout.buffer)
    else:
        form = FORMS[_LINES if args.format == formats.JSON else args.format]
        output_file.write(_pieces(tally, form), None)
    counted = f" ({tally.summed} of them only counted)" if tally.summed else ""
    say.problem(
        f"{tally.decisions} decision{'s' * (tally.decisions != 1)}{counted}, "
        f"{_proof(args, chains, verified, problems)}"
    )
    return int(bool(problems))


def _check_parquet() -> None:
    if sys.stdout.isatty():
        raise UsageError("--format parquet: it is no text; send it to a file: > decisions.parquet")
    try:
        parquet.writer_library()
    except parquet.MissingWriterError as error:
        raise UsageError(f"--format parquet: {error}") from None


def _problems(
    args: argparse.Namespace, chains: list[Chain], verified: list[Verified], known: list[str]
) -> list[str]:
    broken = [
        ledgers.said(chain, each.problem)
        for chain, each in zip(chains, verified, strict=True)
        if each.problem is not None
    ]
    missing = [head for head in known if not any(head in each.hashes for each in verified)]
    where = " ".join(map(str, args.folders))
    return broken + [
        f"{where}: head {head} is in no chain: records were cut off or rewritten"
        for head in missing
    ]


def _proof(
    args: argparse.Namespace, chains: list[Chain], verified: list[Verified], problems: list[str]
) -> str:
    if problems:
        return "NOT verified"
    heads = zip(chains, verified, strict=True)
    return "verified: " + ", ".join(
        f"{ledgers.name(chain, args.folders)} up to {each.head.hash}" for chain, each in heads
    )


def _decisions(chain: Chain, verified: Verified, wanted: Wanted) -> Iterator[_Found]:
    # not by `Search`: it leaves to the verification whether a line is canonical
    for record in chain.records():
        is_known = verified.problem is not None or record["hash"] in verified.hashes
        if is_known and wanted.fits(record):
            yield chain.worker, record


class _Tally:
    """Records on their way out.

    Attributes:
        decisions: number of decisions in them so far.
        summed: of these, in summaries.
    """

    def __init__(self, records: Iterable[_Found]) -> None:
        self._records = records
        self.decisions = self.summed = 0

    def __iter__(self) -> Iterator[_Found]:
        for found in self._records:
            number = decisions_in(found[1])
            self.decisions += number
            self.summed += number if found[1].get("kind") == SUMMARY else 0
            yield found


def _pieces(records: Iterable[_Found], form: Form) -> Iterator[str]:
    yield form.head
    for worker, record in records:
        yield form.text({**record, "worker": worker} if form.names_worker else record)
