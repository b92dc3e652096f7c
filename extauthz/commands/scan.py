"""`phiguard scan` reports the PHI in files: where and of what class, never its value."""

import argparse
import functools
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from extauthz.commands import documents, engine, sarif, table
from extauthz.commands.errors import UsageError
from phiscan.finding import Coverage, Finding, ScanReport, Verdict
from phiscan.identifiers import CREDENTIALS, InfoType
from phiscan.scanner import Engine, Limits

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scanned:
    """One document and its report."""

    path: str
    report: ScanReport
    seconds: float


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `scan`."""
    parser = subparsers.add_parser("scan", help="report the PHI in files")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder with all its files, or - for stdin")
    parser.add_argument("--format", choices=("table", "jsonl", "sarif"), default="table", help="default: %(default)s")
    parser.add_argument("--content-type", default="", metavar="TYPE", help="of every document; else it is recognised")
    parser.add_argument("--content-encoding", default="", metavar="CODING", help="of every document, such as gzip")
    parser.add_argument(
        "--max-bytes", type=int, default=64 * _MIB, metavar="N", help="longer documents are cut off (%(default)s)"
    )
    engine.add_detectors(parser)
    engine.add_choices(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Scan. Returns 0 when all is clean, 1 for PHI, a credential or a document not seen whole, 2 when one was unreadable."""
    if args.max_bytes <= 0:
        raise UsageError(f"--max-bytes {args.max_bytes}: too small; give a number above 0")
    failed: list[str] = []
    compiled = engine.load(args)
    scanned = _Watched(_scan_all(compiled, args, failed))
    printers: dict[str, Callable[[Iterator[Scanned]], None]] = {
        "jsonl": _jsonl,
        "table": functools.partial(_table, compiled.info_types),
        "sarif": functools.partial(_sarif, compiled.info_types),
    }
    printers[args.format](iter(scanned))
    for message in failed:
        sys.stderr.write(f"phiguard: {message}\n")
    return 2 if failed else int(scanned.found)


class _Watched:
    """Passes documents on, and remembers whether any of them is not clean."""

    def __init__(self, scanned: Iterator[Scanned]) -> None:
        self._scanned = scanned
        self.found = False

    def __iter__(self) -> Iterator[Scanned]:
        for each in self._scanned:
            self.found |= _is_worth_a_look(each.report)
            yield each


def _is_worth_a_look(report: ScanReport) -> bool:
    """Credentials are looked for only where somebody asks for them."""
    return (
        report.verdict is Verdict.PHI
        or report.coverage is not Coverage.COMPLETE
        or any(f.info_type in CREDENTIALS for f in report.findings)
    )


def _scan_all(compiled: Engine, args: argparse.Namespace, failed: list[str]) -> Iterator[Scanned]:
    limits = Limits(body=args.max_bytes, decoded=4 * args.max_bytes, seconds=60.0)
    for path in documents.names(args.paths):
        try:
            document = documents.read(path, args.max_bytes)
        except UsageError as error:
            failed.append(str(error))
            continue
        began = time.perf_counter()
        scanner = compiled.scanner(
            content_type=args.content_type,
            content_encoding=args.content_encoding,
            limits=limits,
            clock=time.monotonic,
        )
        scanner.feed(document.data)
        yield Scanned(document.path, scanner.finish(), time.perf_counter() - began)


def _jsonl(scanned: Iterator[Scanned]) -> None:
    for each in scanned:
        report = each.report
        line = {
            "path": each.path,
            "media": report.media,
            "verdict": report.verdict.value,
            "coverage": report.coverage.value,
            "reason": report.gap.value,
            "findings": [_finding(f) for f in report.findings],
            "bytes": report.size,
            "elapsedMs": round(each.seconds * 1000, 3),
        }
        sys.stdout.write(orjson.dumps(line).decode() + "\n")


def _finding(finding: Finding) -> dict[str, str | int | None]:
    return {
        "infoType": finding.info_type,
        "identifier": finding.identifier.value if finding.identifier else None,
        "likelihood": finding.likelihood.name,
        "detector": finding.detector,
        "field": finding.location.field,
        "start": finding.location.start,
        "end": finding.location.end,
    }


def _table(info_types: Mapping[str, InfoType], scanned: Iterator[Scanned]) -> None:
    rows = [(each.path, each.report) for each in scanned]
    sys.stdout.write(table.render(rows, info_types))


def _sarif(info_types: Mapping[str, InfoType], scanned: Iterator[Scanned]) -> None:
    sys.stdout.write(sarif.render(((each.path, each.report) for each in scanned), info_types))
