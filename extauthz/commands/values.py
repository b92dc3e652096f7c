"""The found values themselves, for a user who asks to see them.

Only this module of the project shows values. A report holds locations and no values, so this module
reads the values from the document again.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from extauthz.commands.errors import UsageError
from extauthz.terminal import say, tables
from phiscan.finding import Finding, Gap, ScanReport
from phiscan.text import content_coding

_LONGEST: Final = 80  # characters of a value on a screen


def allow(args: argparse.Namespace) -> None:
    """Check that values may be shown on standard output, and warn.

    Raises:
        UsageError: they may not.
    """
    if not args.show_values:
        if args.values_anywhere:
            raise UsageError("--values-anywhere: no values are shown; add --show-values")
        return
    if args.format not in ("table", "json", "jsonl"):
        raise UsageError(
            "--show-values: such files are shared; show values as a table, json or jsonl"
        )
    if not (sys.stdout.isatty() or args.values_anywhere):
        raise UsageError(
            "--show-values: standard output is no terminal, so PHI would be stored; "
            "add --values-anywhere if you want that"
        )
    say.problem("warning: found values are shown; whoever sees this output sees PHI")


def found(data: bytes, report: ScanReport, limit: int) -> tuple[str, ...]:
    """Return the value of each finding, in order.

    It is empty where a finding has no byte range.

    Args:
        data: the document as it was scanned.
        report: of the scan.
        limit: bytes that may come out of its content codings.
    """
    plain = content_coding.undo(data, report.encodings, limit)
    text = plain.data if plain.gap is Gap.NONE else b""
    return tuple(_value(text, finding) for finding in report.findings)


def lines(path: str, report: ScanReport, values: Sequence[str]) -> Iterator[str]:
    """Yield the document's name, then one line for each finding."""
    pairs = [
        (finding, value) for finding, value in zip(report.findings, values, strict=False) if value
    ]
    if not pairs:
        return
    yield path
    yield from tables.lines((_row(finding, value) for finding, value in pairs), indent="  ")
    yield ""


def _row(finding: Finding, value: str) -> tuple[str, ...]:
    place = finding.location
    cut = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}\u2026"
    name = finding.identifier or "-"
    return (
        name,
        finding.info_type,
        f"{place.start}-{place.end}",
        place.field or "-",
        cut,
    )


def _value(text: bytes, finding: Finding) -> str:
    start, end = finding.location.start, finding.location.end
    return text[start:end].decode(errors="replace") if 0 <= start < end else ""
