"""`phiguard scan` reports the PHI in files: its location and its class, never its value."""

import argparse
import functools
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson

from extauthz import recognizers
from extauthz.commands import documents, engine, sarif, table, values
from extauthz.commands.errors import UsageError
from extauthz.commands.progress import Progress, Silent
from phiscan.engine import Engine
from phiscan.finding import Coverage, ScanReport, Verdict
from phiscan.identifiers import InfoType, InfoTypeKind
from phiscan.recognizer import Recognizer, RecognizerError
from phiscan.scanner import Limits

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MIB: Final = 1024 * 1024
_SECONDS, _SECONDS_WITH_MODEL = 60.0, 3600.0
"""Time limits for one document. Models are slow."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """One document and its report.

    Args:
        path: of the document.
        report: of the scan.
        seconds: that the scan took.
        values: one for each finding, only when the user asked to see them.
    """

    path: str
    report: ScanReport
    seconds: float
    values: tuple[str, ...] = field(default=(), repr=False)


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `scan`."""
    parser = subparsers.add_parser("scan", help="report the PHI in files")
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a file, a folder with all its files, or - for stdin",
    )
    parser.add_argument(
        "--format",
        choices=("table", "jsonl", "sarif"),
        default="table",
        help="default: %(default)s",
    )
    parser.add_argument(
        "--content-type",
        default="",
        metavar="TYPE",
        help="of every document; without it, the type is recognised",
    )
    parser.add_argument(
        "--content-encoding", default="", metavar="CODING", help="of every document, such as gzip"
    )
    parser.add_argument(
        "--fail-on",
        choices=tuple(_FAILS),
        default="phi",
        help="the least that makes the exit code 1: PHI; also identifiers without health context; "
        "also health information about nobody; or any finding (default: %(default)s)",
    )
    parser.add_argument(
        "--max-bytes",
        type=int,
        default=64 * _MIB,
        metavar="N",
        help="cut longer documents off (default: %(default)s)",
    )
    parser.add_argument(
        "--show-values", action="store_true", help="show the found values too, on a terminal only"
    )
    parser.add_argument(
        "--values-anywhere",
        action="store_true",
        help="with --show-values: also write values to a file or a pipe, which then holds PHI",
    )
    parser.add_argument(
        "--model",
        dest="models",
        action="append",
        default=[],
        metavar="MODEL",
        help="also read prose with a model, which is slow: "
        "spacy:FOLDER, gliner:FOLDER, presidio[:CONFIG.yaml], python:FILE.py:FUNCTION",
    )
    engine.add_detectors(parser)
    engine.add_choices(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Scan all documents.

    Returns:
        0 when all are clean; 1 for what `--fail-on` names, a credential, or a document that was not
        read whole; 2 when a document is unreadable or a folder holds none.
    """
    if args.max_bytes <= 0:
        raise UsageError(f"--max-bytes {args.max_bytes}: too small; give a number above 0")
    values.allow(args)
    failed: list[str] = []
    args.recognizers = _recognizers(args.models)
    compiled = engine.load(args)
    scanned = _Watched(_scan_all(compiled, args, failed), _FAILS[args.fail_on])
    printers: dict[str, Callable[[Iterator[Scanned]], None]] = {
        "jsonl": _jsonl,
        "table": functools.partial(_table, table.Summary(compiled.info_types, args.fail_on)),
        "sarif": functools.partial(_sarif, compiled.info_types),
    }
    printers[args.format](iter(scanned))
    for message in failed:
        sys.stderr.write(f"phiguard: {message}\n")
    return 2 if failed else int(scanned.found)


def _recognizers(models: Sequence[str]) -> list[Recognizer]:
    try:
        return [recognizers.load(model) for model in models]
    except recognizers.ModelError as error:
        raise UsageError(str(error)) from None


class _Watched:
    """Passes reports on, and remembers whether any of them makes the exit code 1."""

    def __init__(self, scanned: Iterator[Scanned], fails: Callable[[ScanReport], bool]) -> None:
        self._scanned = scanned
        self._fails = fails
        self.found = False

    def __iter__(self) -> Iterator[Scanned]:
        for each in self._scanned:
            self.found |= self._fails(each.report) or _is_worth_a_look(each.report)
            yield each


def _verdict_in(*verdicts: Verdict) -> Callable[[ScanReport], bool]:
    return lambda report: report.verdict in verdicts


_FAILS: Final[Mapping[str, Callable[[ScanReport], bool]]] = {
    "phi": _verdict_in(Verdict.PHI),
    "identifiers": _verdict_in(Verdict.PHI, Verdict.IDENTIFIERS),
    "health": _verdict_in(Verdict.PHI, Verdict.IDENTIFIERS, Verdict.HEALTH),
    "any": lambda report: bool(report.findings),
}
"""The choices of `--fail-on`, from the least strict to the strictest."""


def _is_worth_a_look(report: ScanReport) -> bool:
    """Whether the exit code is 1 whatever `--fail-on` says.

    Credentials are found only where their group is on.
    """
    return report.coverage is not Coverage.COMPLETE or any(
        f.kind is InfoTypeKind.CREDENTIAL for f in report.findings
    )


def _scan_all(compiled: Engine, args: argparse.Namespace, failed: list[str]) -> Iterator[Scanned]:
    paths = documents.names(args.paths, failed.append)
    progress: Progress = Silent()
    # JSON lines on a terminal show the progress themselves
    if sys.stderr.isatty() and not (args.format == "jsonl" and sys.stdout.isatty()):
        known = list(paths)
        progress, paths = Progress(len(known), sum(map(documents.size, known))), iter(known)
    for path in paths:
        progress.begin(path)
        try:
            scanned = _scan(compiled, args, path, progress)
        except UsageError as error:
            failed.append(str(error))
            continue
        progress.end()
        yield scanned
    progress.clear()


def _scan(compiled: Engine, args: argparse.Namespace, path: str, progress: Progress) -> Scanned:
    """Scan one document, read in chunks. Raises UsageError when it cannot be read."""
    began = time.perf_counter()
    seconds = _SECONDS_WITH_MODEL if args.recognizers else _SECONDS
    limits = Limits(body=args.max_bytes, decoded=4 * args.max_bytes, seconds=seconds)
    scanner = compiled.scanner(
        content_type=args.content_type,
        content_encoding=args.content_encoding,
        limits=limits,
        clock=time.monotonic,
        recognizers=args.recognizers,
    )
    kept: list[bytes] = []
    for chunk in documents.chunks(path, args.max_bytes):
        scanner.feed(chunk)
        progress.read(len(chunk))
        if args.show_values:
            kept.append(chunk)
    try:
        report = scanner.finish()
    except RecognizerError as error:
        raise UsageError(f"{path}: {error}") from None
    shown = values.found(b"".join(kept), report, limits.decoded) if args.show_values else ()
    return Scanned(path, report, time.perf_counter() - began, shown)


def _jsonl(scanned: Iterator[Scanned]) -> None:
    for each in scanned:
        line = {
            "path": each.path,
            **each.report.to_dict(),
            "elapsedMs": round(each.seconds * 1000, 3),
        }
        if each.values:
            pairs = zip(each.report.findings, each.values, strict=True)
            line["findings"] = [{**finding.to_dict(), "value": value} for finding, value in pairs]
        sys.stdout.write(orjson.dumps(line).decode() + "\n")


def _table(summary: table.Summary, scanned: Iterator[Scanned]) -> None:
    shown: list[str] = []

    def rows() -> Iterator[tuple[str, ScanReport]]:
        for each in scanned:
            shown.extend(values.lines(each.path, each.report, each.values))
            yield each.path, each.report

    text = table.render(rows(), summary)
    sys.stdout.write("".join(f"{line}\n" for line in shown) + text)


def _sarif(info_types: Mapping[str, InfoType], scanned: Iterator[Scanned]) -> None:
    sys.stdout.writelines(sarif.pieces(((each.path, each.report) for each in scanned), info_types))
