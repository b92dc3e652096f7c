"""`phiguard rest status`: when the catalogue was made, and what could not be read."""

import argparse
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from atrest.catalogue import Kept
from atrest.source import Unlisted
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.rest import catalogues
from extauthz.rest.store import Run, Store
from extauthz.terminal import json_text, say, tables
from phiscan.finding import Verdict

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


_HEAD: Final = ("source", "units", "with PHI", "encrypted", "not encrypted", "not known")


class LastRun(TypedDict):
    """The last run of `phiguard rest scan`."""

    began: str
    ended: Annotated[str | None, "null when it was interrupted"]


class SourceCounts(TypedDict):
    """The units of a source: how many, how many hold PHI, and how their storage is encrypted."""

    source: str
    units: int
    phi: int
    UP: Annotated[int, "encrypted"]
    DOWN: Annotated[int, "not encrypted"]
    UNKNOWN: int


class NotRead(TypedDict):
    """What could not be read, or not whole."""

    source: str
    object: Annotated[str, "name of the unit; what the detectors found in it is masked"]
    key: Annotated[str, "of the unit; empty for a place that could not be listed"]
    reason: str
    detail: str


class Status(TypedDict):
    """What was scanned, and what could not be read."""

    lastRun: LastRun | None
    runs: int
    sources: list[SourceCounts]
    notRead: list[NotRead]
    notSeenWhole: list[NotRead]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest status`."""
    parser = subparsers.add_parser("status", help="what was scanned, and what could not be read")
    catalogues.add_option(parser)
    formats.add(parser, JsonForm(Status), text=formats.TABLE)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the status. Returns 2 when something could not be read, or not whole."""
    with catalogues.opened(args) as store:
        status = _status(store)
    if args.format == formats.JSON:
        json_text.write(status)
    else:
        say.lines(_lines(status))
    return 2 if status["notRead"] or status["notSeenWhole"] else 0


def _status(store: Store) -> Status:
    runs = store.runs()
    sources: dict[str, Counter[str]] = defaultdict(Counter)
    not_read, partly = [], []
    for kept in store.units():
        counts = sources[kept.source]
        counts["units"] += 1
        counts["phi"] += kept.verdict is Verdict.PHI
        counts[kept.protection.stored.value] += 1
        not_read += [_problem(kept, reason) for reason in sorted(kept.profile.unread)]
        partly += [_problem(kept, gap) for gap in sorted(kept.profile.gaps)]
    not_read += [_place(place) for place in store.unlisted()]
    return {
        "lastRun": _run(runs[-1]) if runs else None,
        "runs": len(runs),
        "sources": [_counts(name, counts) for name, counts in sorted(sources.items())],
        "notRead": not_read,
        "notSeenWhole": partly,
    }


def _counts(source: str, counts: Counter[str]) -> SourceCounts:
    return SourceCounts(
        source=source,
        units=counts["units"],
        phi=counts["phi"],
        UP=counts["UP"],
        DOWN=counts["DOWN"],
        UNKNOWN=counts["UNKNOWN"],
    )


def _run(run: Run) -> LastRun:
    return {"began": run.began, "ended": run.ended or None}


def _problem(kept: Kept, reason: str) -> NotRead:
    return {
        "source": kept.source,
        "object": kept.name,
        "key": kept.key,
        "reason": reason,
        "detail": kept.detail,
    }


def _place(place: Unlisted) -> NotRead:
    return {
        "source": place.source,
        "object": place.name,
        "key": "",
        "reason": place.reason.value,
        "detail": place.detail,
    }


def _lines(status: Status) -> list[str]:
    last = status["lastRun"]
    if last is None:
        return ["no run yet"]
    ended = last["ended"] or "not ended: `phiguard rest scan` with the same sources goes on"
    lines = [f"{status['runs']} runs; the last began {last['began']}, ended {ended}", ""]
    rows = [
        (
            each["source"],
            *map(str, (each["units"], each["phi"], each["UP"], each["DOWN"], each["UNKNOWN"])),
        )
        for each in status["sources"]
    ]
    lines += tables.lines(rows, _HEAD)
    for title, problems in (
        ("not read", status["notRead"]),
        ("not seen whole", status["notSeenWhole"]),
    ):
        found = [
            (each["reason"], f"{each['source']} {each['object']}", each["detail"])
            for each in problems
        ]
        lines += ["", f"{title}:", *tables.lines(found)] if found else []
    return lines
