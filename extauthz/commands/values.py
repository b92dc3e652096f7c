"""The found values themselves, for whoever asks to see them. The only place of the project that shows one.

A report holds places and no values; this reads them out of the document again.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from extauthz.commands import table
from extauthz.commands.errors import UsageError
from phiscan.finding import Finding, Gap, ScanReport
from phiscan.text import content_coding

_LONGEST: Final = 80  # characters of a value on a screen


def allow(args: argparse.Namespace) -> None:
    """Check that values may be shown where standard output goes, and warn. Raises UsageError when
    they may not."""
    if not args.show_values:
        if args.values_anywhere:
            raise UsageError("--values-anywhere: there are no values; add --show-values")
        return
    if args.format == "sarif":
        raise UsageError(
            "--show-values: SARIF files are passed on; write values as a table or jsonl"
        )
    if not (sys.stdout.isatty() or args.values_anywhere):
        raise UsageError(
            "--show-values: standard output is no terminal, so PHI would be kept; add "
            "--values-anywhere if it shall be"
        )
    sys.stderr.write(
        "phiguard: warning: found values are shown; whoever sees this output sees PHI\n"
    )


def found(data: bytes, report: ScanReport, limit: int) -> tuple[str, ...]:
    """The value of each finding, in their order; empty where a finding has no place in the
    document.

    Args:
        data: the document as it was scanned.
        report: what the scan said.
        limit: bytes that may come out of its content codings.
    """
    plain = content_coding.undo(data, report.encodings, limit)
    text = plain.data if plain.gap is Gap.NONE else b""
    return tuple(_value(text, finding) for finding in report.findings)


def lines(path: str, report: ScanReport, values: Sequence[str]) -> Iterator[str]:
    """What a person reads: the document, then a line a finding."""
    pairs = [
        (finding, value) for finding, value in zip(report.findings, values, strict=False) if value
    ]
    if not pairs:
        return
    yield table.shown(path)
    yield from (
        "  " + line for line in table.aligned(_row(finding, value) for finding, value in pairs)
    )
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
        table.shown(cut),
    )


def _value(text: bytes, finding: Finding) -> str:
    start, end = finding.location.start, finding.location.end
    return text[start:end].decode(errors="replace") if 0 <= start < end else ""
