"""Collects what a report says, and writes its page."""

import argparse
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from extauthz.commands.audit import ledgers, reviews, times
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.report import as_json
from extauthz.commands.audit.report.page import ChainResult, Report, page
from extauthz.commands.audit.report.summary import Summary, merged
from extauthz.commands.audit.search import Search
from extauthz.commands.audit.wanted import Wanted
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.records.release import VERSION
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `report`."""
    parser = actions.add_parser("report", help="write a page for a reviewer: one HTML file")
    ledgers.add_folders(parser)
    times.add_period(parser)
    ledgers.add_head(parser)
    parser.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="default: the standard output"
    )
    formats.add(parser, JsonForm(as_json.PeriodReport), text="html")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the page. Return 1 when a chain does not hold; the page says so too."""
    period, chains = times.period(args), ledgers.chains_in(args.folders)
    count = partial(counted, ledgers.heads(args), period)
    with ProcessPoolExecutor(min(len(chains), len(os.sched_getaffinity(0)))) as pool:
        found = list(pool.map(count, chains))
    report = Report(
        period,
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        VERSION,
        merged([each.summary for each in found]),
        [each.result for each in found],
        [row for folder in dict.fromkeys(args.folders) for row in reviews.rows(folder)],
        sum(each.odd for each in found),
    )
    is_json = args.format == formats.JSON
    made = json_text.pretty(as_json.plain(report)) if is_json else page(report).encode()
    output_file.write((made,), args.output)
    _say(report, args.output)
    return int(not report.holds)


class Counted(NamedTuple):
    """What was found in one chain. `odd` lines of the period do not fit their own hash."""

    result: ChainResult
    summary: Summary
    odd: int


def counted(known: Sequence[str], period: tuple[str, str], chain: Chain) -> Counted:
    """Verify a chain, and count its records of the period meanwhile. Raises UsageError.

    When the chain does not hold, what stands behind the break is counted too, as far as each line
    fits its own hash.
    """
    counter = _Counter(*period)
    verified = ledgers.verify(chain, known, counter.take)
    problem, odd = verified.problem, 0
    if problem is not None:
        counter, search = _Counter(*period), Search(Wanted((), "", period[1]))
        for hit in search.of(chain):
            counter.take(hit.record, hit.line)
        odd = sum(search.odd.values())
    result = ChainResult(
        f"{chain.folder}, worker {chain.worker}",
        verified.head.seq,
        verified.head.hash,
        "" if problem is None else ledgers.said(chain, problem),
    )
    return Counted(result, counter.summary, odd)


class _Counter:
    """Counts the records of a period, and the policy that was in force when it began."""

    def __init__(self, since: str, until: str) -> None:
        self._since, self._until = since, until
        self.summary = Summary()

    def take(self, record: Mapping[str, Any], _line: bytes) -> None:
        """Take a record of the chain."""
        time = str(record.get("time"))
        if time < self._since:
            if record.get("kind") == "policy":
                self.summary.policies.clear()
                self.summary.came_into_force(record)
        elif not self._until or time < self._until:
            self.summary.take(record)


def _say(report: Report, output: Path | None) -> None:
    """Say on standard error where a chain does not hold, and what was written to a file."""
    for each in report.chains:
        if each.problem:
            say.problem(each.problem)
    if output is not None:
        number = report.summary.total
        say.problem(
            f"{output}: a report of {number} decision{'s' * (number != 1)}, "
            f"{'verified' if report.holds else 'NOT verified'}"
        )
