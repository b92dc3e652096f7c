"""`phiguard detectors`: list the detectors, or check files of custom detectors."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import engine, table
from extauthz.commands.errors import UsageError
from extauthz.detection import detector_sets
from extauthz.detection.detector_sets import DetectorSet
from phiscan.detectors import GROUPS, ON_DEMAND
from phiscan.identifiers import InfoType

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `detectors` with its own subcommands."""
    parser = subparsers.add_parser("detectors", help="list detectors, or check custom ones")
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|check")
    listed = actions.add_parser("list", help="list every detector by group")
    engine.add_detectors(listed)
    listed.set_defaults(run=_list)
    checked = actions.add_parser("check", help="report the problems of files with custom detectors")
    checked.add_argument("paths", type=Path, nargs="+", metavar="FILE")
    checked.set_defaults(run=_check)


def _list(args: argparse.Namespace) -> int:
    sets = [engine.read_set(path) for path in args.detectors]
    known = detector_sets.vocabulary(sets)
    rows = [("group", "detector", "class", "infoType", "likelihood")]
    for group, detectors in [*GROUPS.items(), *((each.name, each.detectors) for each in sets)]:
        shown = f"{group} (off)" if group in ON_DEMAND else group
        rows += [
            (shown, d.name, _class(known[d.info_type]), d.info_type, d.bare.name) for d in detectors
        ]
    sys.stdout.write("\n".join(table.aligned(rows)) + "\n")
    return 0


def _check(args: argparse.Namespace) -> int:
    failed = False
    sets: list[DetectorSet] = []
    for path in args.paths:
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"{path}: {(error.strerror or 'unreadable').lower()}; give a file of detectors"
            ) from None
        except UnicodeDecodeError:
            raise UsageError(f"{path}: not UTF-8 text; give detectors written in YAML") from None
        found, problems = detector_sets.check(text, file=str(path))
        for problem in problems:
            sys.stdout.write(f"{problem}\n")
        failed |= found is None
        if found is not None:
            number = len(found.detectors)
            sys.stdout.write(
                f"{found.name}: {number} detector{'s' * (number != 1)}, all examples hold\n"
            )
            sets.append(found)
    if clash := detector_sets.clash(sets):
        sys.stdout.write(f"error: {clash} (rename one)\n")
    return int(failed or bool(clash))


def _class(info_type: InfoType) -> str:
    return info_type.identifier.value if info_type.identifier else info_type.kind.value
