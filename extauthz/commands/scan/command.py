"""`phiguard scan` reports the PHI in files: its location and its class, never its value."""

import argparse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extauthz.commands import documents, engine, values
from extauthz.commands.errors import FOUND, UNREAD, UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.scan import baseline, outputs, sarif, table
from extauthz.commands.scan.examine import Examiner, examine_all, recognizers_of
from extauthz.commands.scan.examined import FAILS, Counted, Examined, Judged, judge
from extauthz.commands.scan.reading import Reading
from extauthz.commands.scan.selection import Selection
from extauthz.terminal import say
from phiscan.engine import Engine
from phiscan.finding import ScanReport

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MIB: Final = 1024 * 1024
_JSON: Final = JsonForm(file="scan.schema.json", pointer="/$defs/scan")
_STREAMED: Final = ("json", "jsonl", "sarif")
"""Forms that are written while documents are read."""


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `scan`."""
    parser = subparsers.add_parser("scan", help="report the PHI in files")
    formats.add(parser, _JSON, text=formats.TABLE, others=("jsonl", "sarif", "junit", "html"))
    parser.add_argument(
        "--fail-on",
        choices=tuple(FAILS),
        default="phi",
        help="the least that makes the exit code 1: PHI; also identifiers without health context; "
        "also health information about nobody; or any finding (default: %(default)s)",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="do not count the findings that FILE lists (`phiguard baseline write`)",
    )
    parser.add_argument(
        "--show-values", action="store_true", help="show the found values too, on a terminal only"
    )
    parser.add_argument(
        "--values-anywhere",
        action="store_true",
        help="with --show-values: also write values to a file or a pipe, which then holds PHI",
    )
    add_reading(parser)
    parser.set_defaults(run=run)


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add what is read, and how."""
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a file, a folder with all its files, or - for stdin",
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="PATTERN",
        help="leave out of a folder what this pattern of .gitignore's form matches",
    )
    parser.add_argument(
        "--force-exclude",
        action="store_true",
        help="leave out also files that are named here themselves, for hooks that name each file",
    )
    parser.add_argument(
        "--all-files",
        action="store_true",
        help="read also what git ignores and does not track, and what .phiguardignore leaves out",
    )
    parser.add_argument(
        "--no-inline-ignores",
        dest="inline_ignores",
        action="store_false",
        help="take no notice of `phiguard:ignore(INFOTYPE) reason` in a document",
    )
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="processes (default: %(default)s)"
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
        "--max-bytes",
        type=int,
        default=64 * _MIB,
        metavar="N",
        help="cut longer documents off (default: %(default)s)",
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


def run(args: argparse.Namespace) -> int:
    """Scan all documents.

    Returns:
        0 when all are clean. Else the sum of 1, for what `--fail-on` names or a credential, and 2,
        for a document that could not be read whole or a folder that holds none.
    """
    values.allow(args)
    known = baseline.NOTHING if args.baseline is None else baseline.read(args.baseline)
    scan = Scan(args)
    known_again = baseline.Baseline(known)
    totals = _Totals()
    judged = totals.taking(judge(each, known_again, args.fail_on) for each in scan.examined())
    _print(args, scan, judged)
    for line in totals.lines(scan.selection, known_again):
        say.problem(line)
    for message in scan.failed:
        say.problem(message)
    return FOUND * totals.fails | UNREAD * (totals.partly or bool(scan.failed))


class Scan:
    """The documents of one command line, examined as they are asked for.

    Raises:
        UsageError: the arguments make no sense.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        for option, number in (("--max-bytes", args.max_bytes), ("--jobs", args.jobs)):
            if number <= 0:
                raise UsageError(f"{option} {number}: too small; give a number above 0")
        self._args = args
        self.failed: list[str] = []
        self.selection = Selection(args.exclude, args.all_files, args.force_exclude)
        models = recognizers_of(args.models)
        self.engine: Engine = engine.load(args)
        self._examiner = Examiner(self.engine, args, models)

    def examined(self) -> Iterator[Examined]:
        """Yield every document that could be read."""
        args = self._args
        paths: Iterable[str] = self.selection.paths(args.paths, self.failed.append)
        with Reading(is_streaming=args.format in _STREAMED) as reading:
            if reading.is_shown:
                paths = list(paths)
                reading.expect(len(paths), sum(map(documents.size, paths)))
            yield from examine_all(self._examiner, paths, args.jobs, reading, self.failed)


class _Totals:
    """What was counted over all documents, for the exit code and the last lines."""

    def __init__(self) -> None:
        self.fails = self.partly = False
        self._inline = self._known = 0
        self._faults: list[str] = []

    def taking(self, documents: Iterable[Judged]) -> Iterator[Judged]:
        """Pass documents on, and count them."""
        for each in documents:
            self.fails |= each.fails
            self.partly |= not each.examined.is_whole
            self._inline += each.count(Counted.INLINE)
            self._known += each.count(Counted.BASELINE)
            self._faults += faults(each.examined)
            yield each

    def lines(self, selection: Selection, known: baseline.Baseline) -> Iterator[str]:
        """What was left out, so that nobody takes it for clean."""
        yield from left_out(selection)
        if self._inline:
            yield f"{_number(self._inline, 'finding')} ignored by a comment beside it"
        if self._known:
            yield f"{_number(self._known, 'finding')} known to the baseline"
        if known.gone:
            yield f"{_number(known.gone, 'finding')} of the baseline gone; write it again"
        yield from self._faults


def faults(examined: Examined) -> Iterator[str]:
    """Comments of a document that do not say what they ignore, or why."""
    path = examined.path
    for line, what in examined.faults:
        yield f"{path}:{line}: a `phiguard:ignore` {what}"


def left_out(selection: Selection) -> Iterator[str]:
    """What was not read, so that nobody takes it for clean."""
    for who, count in sorted(selection.left_out.items()):
        if who:
            number = _number(count, "file or folder", "files or folders")
            yield f"{number} left out by {who}"


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def _print(args: argparse.Namespace, scan: Scan, judged: Iterator[Judged]) -> None:
    info_types, unread = scan.engine.info_types, scan.failed
    if args.format == formats.TABLE:
        summary = table.Summary(info_types, args.fail_on)
        say.lines(_table(summary, judged, names_new=args.baseline is not None))
        return
    printers: dict[str, Callable[[], Iterator[str]]] = {
        formats.JSON: lambda: outputs.json_document(judged, unread),
        "jsonl": lambda: outputs.json_lines(judged),
        "sarif": lambda: sarif.pieces(judged, info_types),
        "junit": lambda: outputs.junit(judged, unread, info_types),
        "html": lambda: outputs.page(judged, unread, info_types),
    }
    output_file.write(printers[args.format](), None)


def _table(summary: table.Summary, judged: Iterator[Judged], *, names_new: bool) -> list[str]:
    """The table; beside a baseline also where the new findings stand, as there are few."""
    found_values: list[str] = []
    new: list[str] = []

    def rows() -> Iterator[tuple[str, ScanReport]]:
        for each in judged:
            found = each.examined
            found_values.extend(values.lines(found.path, found.report, found.values))
            if names_new and each.fails:
                path = found.path
                new.extend(f"{path}:{what}" for what in outputs.lines(each, summary.info_types))
            yield found.path, found.report

    shown = table.lines(rows(), summary)
    return [*found_values, *shown, *(("", "not in the baseline:", *new) if new else ())]
