"""What every command on a posture does with a source: audit it, or read a report of it."""

import argparse
from dataclasses import replace
from pathlib import Path

from extauthz.commands.errors import UsageError
from extauthz.commands.posture import report_file, sources
from extauthz.commands.posture.report_file import ReportError
from extauthz.commands.posture.sources import Audited
from mesh.posture import acceptance
from mesh.posture.acceptance import AcceptanceError, Accepted
from mesh.posture.audit import Report
from mesh.posture.verdict import State


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add which cells count, and what is accepted."""
    parser.add_argument(
        "--namespace",
        action="append",
        default=[],
        metavar="NAME",
        help="only cells of this namespace; may be repeated",
    )
    parser.add_argument(
        "--accept",
        type=Path,
        metavar="FILE",
        help="cells that may be DOWN, each with a reason, a name and a last day",
    )


def audited(args: argparse.Namespace) -> Audited:
    """Return the audit of a source, or the report that a file holds. Raises UsageError."""
    path = Path(args.source)
    found = _report(path) if path.is_file() else sources.audited(args)
    if not args.namespace:
        return found
    verdicts = tuple(
        v for v in found.report.verdicts if v.cell.workload.namespace in args.namespace
    )
    report = Report(found.report.at, verdicts, found.report.omitted)
    return replace(found, report=report)


def accepted(args: argparse.Namespace, now: float) -> Accepted:
    """Return what is accepted. Raises UsageError."""
    if args.accept is None:
        return Accepted()
    try:
        return acceptance.read(args.accept.read_text(encoding="utf-8"), now)
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"--accept {args.accept}: {why}; give a file that you can read") from None
    except UnicodeDecodeError:
        raise UsageError(f"--accept {args.accept}: is not UTF-8 text; write it as UTF-8") from None
    except AcceptanceError as error:
        raise UsageError(f"--accept {args.accept}: {error}; see docs/posture.md") from None


def code(report: Report, known: Accepted, *, strict: bool) -> int:
    """Return the exit code: 1 when a cell is DOWN and not accepted, or when there is no cell."""
    if not report.verdicts or acceptance.open_holes(report.verdicts, known):
        return 1
    return int(strict and report.counts[State.UNKNOWN] > 0)


def _report(path: Path) -> Audited:
    try:
        return report_file.read(path.read_bytes())
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"{path}: {why}; give a file that you can read") from None
    except ReportError as error:
        raise UsageError(f"{path}: {error}; give a folder, a report or kubernetes://") from None
