"""`phiguard rest status`: when the catalogue was made, and what could not be read."""

import argparse
import sys
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import orjson

from atrest.catalogue import Kept
from atrest.source import Unlisted
from extauthz.commands.rest import catalogues
from extauthz.commands.table import aligned, shown
from extauthz.rest.store import Run, Store
from phiscan.finding import Verdict

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest status`."""
    parser = subparsers.add_parser("status", help="what was scanned, and what could not be read")
    catalogues.add_option(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the status. Returns 2 when something could not be read, or not whole."""
    with catalogues.opened(args) as store:
        status = _status(store)
    if args.format == "json":
        sys.stdout.write(orjson.dumps(status, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(status)))
    return 2 if status["notRead"] or status["notSeenWhole"] else 0


def _status(store: Store) -> dict[str, Any]:
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
        "sources": [{"source": name, **counts} for name, counts in sorted(sources.items())],
        "notRead": not_read,
        "notSeenWhole": partly,
    }


def _run(run: Run) -> dict[str, str | None]:
    return {"began": run.began, "ended": run.ended or None}


def _problem(kept: Kept, reason: str) -> dict[str, str]:
    return {
        "source": kept.source,
        "object": kept.name,
        "key": kept.key,
        "reason": reason,
        "detail": kept.detail,
    }


def _place(place: Unlisted) -> dict[str, str]:
    return {
        "source": place.source,
        "object": place.name,
        "key": "",
        "reason": place.reason.value,
        "detail": place.detail,
    }


def _lines(status: dict[str, Any]) -> list[str]:
    last = status["lastRun"]
    if last is None:
        return ["no run yet"]
    ended = last["ended"] or "not ended: `phiguard rest scan` with the same sources goes on"
    lines = [f"{status['runs']} runs; the last began {last['began']}, ended {ended}", ""]
    rows: list[tuple[str, ...]] = [
        ("source", "units", "with PHI", "encrypted", "not encrypted", "not known")
    ]
    rows += [
        (
            shown(each["source"]),
            *(str(each.get(name, 0)) for name in ("units", "phi", "UP", "DOWN", "UNKNOWN")),
        )
        for each in status["sources"]
    ]
    lines += aligned(rows)
    for title, name in (("not read", "notRead"), ("not seen whole", "notSeenWhole")):
        found = [
            (each["reason"], shown(f"{each['source']} {each['object']}"), shown(each["detail"]))
            for each in status[name]
        ]
        lines += ["", f"{title}:", *aligned(found)] if found else []
    return lines
