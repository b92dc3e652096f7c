"""`phiguard audit query`: the records of all workers and replicas that fulfil some conditions."""

import argparse
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extauthz.commands.audit import decision_rows, filters, ledgers
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.record_words import DECISION, SUMMARY, decisions_in
from extauthz.commands.audit.sealed_lines import parsed
from extauthz.commands.audit.search import Hit, Search
from extauthz.commands.audit.wanted import Wanted
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import say
from phiscan.identifiers import INFO_TYPES

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_WRONG: Final = 2
_IS_SUMMARY: Final = f'"kind":"{SUMMARY}"'.encode()
# so many rows have columns of the same width; a result of any length needs little memory
_ROWS: Final = 1000
_OTHER_KEYS: Final = (
    "policy", "name", "mode", "version", "host", "worker", "torn", "id", "reason", "cells",
    "states", "accepted", "report",
)  # fmt: skip


def add_parser(actions: "_Subparsers") -> None:
    """Add `query`."""
    parser = actions.add_parser(
        "query", help="find records by time, principal, what was found, outcome, policy, trace"
    )
    ledgers.add_folders(parser)
    formats.add(parser, JsonForm(file="ledger.schema.json", is_lines=True), text=formats.TABLE)
    filters.add_filters(parser)
    parser.add_argument("--last", type=int, metavar="N", help="only the last N of them")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write what is found. Return 2 when lines were left out because somebody changed them."""
    if args.last is not None and args.last < 1:
        raise UsageError(f"--last {args.last}: too small; give a number above 0")
    chains = ledgers.chains_in(args.folders)
    search = Search(filters.wanted(args))
    listed = _Listed(filters.listed(args))
    if args.format == formats.JSON:
        parts = search.lines_over(chains)
        is_some = _write_lines(
            listed.joined(parts if args.last is None else [deque(listed.lines(parts), args.last)])
        )
    else:
        hits = listed.hits(search.over(chains))
        is_some = write_table(hits if args.last is None else deque(hits, args.last))
    if not is_some:
        say.problem("0 records")
    if listed.summed:
        say.problem(
            f"{listed.summed} decisions more were only counted; `--kind summary` lists the counts"
        )
    for name in _named_nowhere(args.info_type, chains):
        say.problem(
            f"--info-type {name}: not built in, and no record here names "
            "it; `phiguard detectors list` shows what is built in"
        )
    return complain(search.odd)


class _Listed:
    """Leaves out what is not listed.

    Args:
        kinds: of records that are listed.

    Attributes:
        summed: number of decisions in summaries that were left out so far.
    """

    def __init__(self, kinds: Collection[str]) -> None:
        self._is_all = SUMMARY in kinds
        self.summed = 0

    def hits(self, hits: Iterable[Hit]) -> Iterator[Hit]:
        """Yield the hits that are listed."""
        return (hit for hit in hits if self._is_listed(hit.line))

    def lines(self, parts: Iterable[Sequence[bytes]]) -> Iterator[bytes]:
        """Yield the lines that are listed, one by one."""
        return filter(self._is_listed, chain.from_iterable(parts))

    def joined(self, parts: Iterable[Sequence[bytes]]) -> Iterator[bytes]:
        """Yield the lines that are listed, many at once, each with its newline."""
        for part in parts:
            lines = b"\n".join([*part, b""])
            # mostly there is no summary among many lines
            if self._is_all or _IS_SUMMARY not in lines:
                yield lines
            else:
                yield b"".join(line + b"\n" for line in self.lines([part]))

    def _is_listed(self, line: bytes) -> bool:
        if self._is_all or _IS_SUMMARY not in line:
            return True
        record = parsed(line) or {}
        if record.get("kind") != SUMMARY:
            return True
        self.summed += decisions_in(record)
        return False


def _write_lines(joined: Iterable[bytes]) -> bool:
    """Write the ledger's own lines. Return whether there was one."""
    found = False

    def passed() -> Iterator[bytes]:
        nonlocal found
        for lines in joined:
            found = found or lines != b""
            yield lines

    output_file.write(passed(), None)
    return found


def _named_nowhere(names: Iterable[str], chains: Sequence[Chain]) -> list[str]:
    """Return the infoTypes that are neither built in nor in a record. Organisations have more."""
    return [
        name
        for name in dict.fromkeys(names)
        if name not in INFO_TYPES
        and next(Search(Wanted((filters.info_type(name),))).over(chains), None) is None
    ]


def write_table(hits: Iterable[Hit]) -> bool:
    """Write the hits as a table: decisions and summaries by their columns, others by keys.

    Return whether there was one.
    """
    rest = iter(hits)
    first = True
    while batch := list(islice(rest, _ROWS)):
        if all(hit.record.get("kind") in (DECISION, SUMMARY) for hit in batch):
            say.lines(decision_rows.lines([hit.record for hit in batch], head=first))
        else:
            say.lines(map(_other, batch))
        first = False
    return not first


def complain(odd: dict[Path, int]) -> int:
    """Say which lines were left out. Return the exit code."""
    for place, count in odd.items():
        say.problem(
            f"{place}: {count} line{'s' * (count != 1)} left out, because the hash does "
            f"not fit; see `phiguard audit verify {place.parent}`"
        )
    return _WRONG if odd else 0


def _other(hit: Hit) -> str:
    record = hit.record
    words = " ".join(f"{key}={record[key]}" for key in _OTHER_KEYS if record.get(key) is not None)
    return f"{hit.time}  {record.get('kind')}  {words}"
