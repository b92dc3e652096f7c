"""Collects what a report says, and writes its page."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extauthz.commands.audit import ledgers, reviews
from extauthz.commands.audit.filters import exactly
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.report.page import ChainResult, Report, page
from extauthz.commands.audit.report.summary import Summary
from extauthz.commands.audit.search import Hit, Search, Wanted
from extauthz.commands.audit.times import add_period, moment
from extauthz.commands.errors import UsageError
from extauthz.records.policy_record import VERSION

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_PROCESSES: Final = 8


def add_parser(actions: "_Subparsers") -> None:
    """Add `report`."""
    parser = actions.add_parser("report", help="write a page for a reviewer: one HTML file")
    parser.add_argument(
        "folders", type=Path, nargs="+", metavar="DIR", help="a folder of each replica"
    )
    add_period(parser)
    ledgers.add_head(parser)
    parser.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="default: the standard output"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the page. Return 1 when a chain does not hold; the page says so too."""
    chains = ledgers.chains_in(args.folders)
    since, until = moment("--since", args.since), moment("--until", args.until)
    with ProcessPoolExecutor(min(len(chains), _PROCESSES)) as pool:
        known = ledgers.heads(args)
        results = pool.map(partial(chain_result, known), chains)  # while this process counts
        search = Search(Wanted((), since, until))
        summary = Summary()
        before = _policy_before(chains, since)
        if before is not None:
            summary.came_into_force(before.record)
        for hit in search.over(chains):
            summary.take(hit.record)
        report = Report(
            (since, until),
            datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            VERSION,
            summary,
            tuple(results),
            [row for folder in dict.fromkeys(args.folders) for row in reviews.rows(folder)],
            sum(search.odd.values()),
        )
    _write(page(report), args.output)
    return int(not report.holds)


def chain_result(known: Sequence[str], chain: Chain) -> ChainResult:
    """Verify one chain. Raises UsageError."""
    verified = ledgers.verify(chain, known)
    problem = verified.problem
    return ChainResult(
        f"{chain.folder}, worker {chain.worker}",
        verified.head.seq,
        verified.head.hash,
        "" if problem is None else f"{problem.file}:{problem.line}: {problem.problem}",
    )


def _policy_before(chains: list[Chain], since: str) -> Hit | None:
    """Return the policy that was in force when the period began, or None."""
    if not since:
        return None
    wanted = Wanted((exactly("kind", "policy"),), "", since)
    found = list(Search(wanted).over(chains))
    return found[-1] if found else None


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        raise UsageError(f"--output {output}: {why}; name a file in a folder that exists") from None
