"""`phiguard detectors`: list the detectors, or check files of custom detectors."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands import engine
from extauthz.commands.errors import UsageError
from extauthz.commands.groups import subcommands
from extauthz.commands.output import formats, problems
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.output.problems import Problem
from extauthz.detection import detector_sets
from extauthz.detection.detector_sets import DetectorSet
from extauthz.terminal import json_text, say, tables, tones
from phiscan.detectors import GROUPS, ON_DEMAND
from phiscan.identifiers import InfoType
from phiscan.patterns.detector import Detector

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


_HEAD: Final = ("group", "detector", "class", "infoType", "likelihood")


class Listed(TypedDict):
    """One detector."""

    group: str
    on: Annotated[bool, "whether it runs when nobody chooses"]
    detector: str
    infoType: str
    title: Annotated[str, "what the infoType is"]
    identifier: Annotated[str | None, "class A to R of the infoType"]
    kind: str
    likelihood: Annotated[str, "without context"]


class Detectors(TypedDict):
    """Every detector, by group."""

    detectors: list[Listed]


class CheckedSet(TypedDict):
    """One file of custom detectors."""

    file: str
    name: Annotated[str | None, "of the set; null when it cannot be used"]
    detectors: Annotated[int, "how many"]
    problems: list[Problem]


class CheckedSets(TypedDict):
    """What is wrong with files of custom detectors."""

    usable: bool
    files: list[CheckedSet]
    clash: Annotated[str, "what two files both name; empty for nothing"]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `detectors` with its own subcommands."""
    parser = subparsers.add_parser("detectors", help="list detectors, or check custom ones")
    actions = subcommands(parser)
    listed = actions.add_parser("list", help="list every detector by group")
    engine.add_detectors(listed)
    formats.add(listed, JsonForm(Detectors), text=formats.TABLE)
    listed.set_defaults(run=_list)
    checked = actions.add_parser("check", help="report the problems of files with custom detectors")
    checked.add_argument("paths", type=Path, nargs="+", metavar="FILE")
    formats.add(checked, JsonForm(CheckedSets))
    checked.set_defaults(run=_check)


def _list(args: argparse.Namespace) -> int:
    sets = [engine.read_set(path) for path in args.detectors]
    known = detector_sets.vocabulary(sets)
    groups = [*GROUPS.items(), *((each.name, each.detectors) for each in sets)]
    found = [
        _listed(group, detector, known[detector.info_type])
        for group, detectors in groups
        for detector in detectors
    ]
    if args.format == formats.JSON:
        json_text.write(Detectors(detectors=found))
    else:
        say.lines(tables.lines(map(_row, found), _HEAD))
    return 0


def _listed(group: str, detector: Detector, info_type: InfoType) -> Listed:
    return Listed(
        group=group,
        on=group not in ON_DEMAND,
        detector=detector.name,
        infoType=info_type.name,
        title=info_type.title,
        identifier=info_type.identifier.value if info_type.identifier else None,
        kind=info_type.kind.value,
        likelihood=detector.bare.name,
    )


def _row(each: Listed) -> tuple[str, ...]:
    return (
        each["group"] if each["on"] else f"{each['group']} (off)",
        each["detector"],
        each["identifier"] or each["kind"],
        each["infoType"],
        each["likelihood"],
    )


def _check(args: argparse.Namespace) -> int:
    checked: list[CheckedSet] = []
    sets: list[DetectorSet] = []
    for path in args.paths:
        found, wrong = detector_sets.check(_text(path), file=str(path))
        one = CheckedSet(
            file=str(path),
            name=None if found is None else found.name,
            detectors=0 if found is None else len(found.detectors),
            problems=problems.plain(wrong),
        )
        checked.append(one)
        if found is not None:
            sets.append(found)
        if args.format != formats.JSON:
            problems.tell(wrong)
            say.lines(_said(one))
    clash = detector_sets.clash(sets)
    is_usable = not clash and len(sets) == len(args.paths)
    if args.format == formats.JSON:
        json_text.write(CheckedSets(usable=is_usable, files=checked, clash=clash))
    elif clash:
        say.line(tones.judged(f"error: {clash} (rename one)"))
    return int(not is_usable)


def _said(checked: CheckedSet) -> list[str]:
    if checked["name"] is None:
        return []
    number = checked["detectors"]
    return [f"{checked['name']}: {number} detector{'s' * (number != 1)}, all examples hold"]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: {(error.strerror or 'unreadable').lower()}; give a file of detectors"
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text; give detectors written in YAML") from None
