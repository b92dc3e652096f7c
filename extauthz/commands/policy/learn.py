"""`phiguard policy learn`: a first policy from counted traffic, or the drift from a policy."""

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from extauthz.commands import policies
from extauthz.commands.errors import UsageError
from extauthz.commands.table import aligned
from extauthz.records.edges import observation_store
from mesh.analysis.diff_text import short
from mesh.observed.drift import Drift, Drifted, drift
from mesh.observed.jsonl import CountedEdges, EdgesError
from mesh.observed.learn import MIN_COUNT, propose
from mesh.observed.learn_text import render

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

# matches "learned" and "clinic-2.east"; not "-clinic", "Clinic"
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_HEAD: Final = (
    "what",
    "from",
    "to",
    "operation",
    "direction",
    "identifiers",
    "messages",
    "last seen",
)


def add_parser(actions: "_Subparsers") -> None:
    """Add `learn`."""
    parser = actions.add_parser(
        "learn", help="propose a policy from counted traffic, or show drift from one"
    )
    parser.add_argument(
        "edges",
        type=Path,
        nargs="+",
        metavar="EDGES",
        help="files or folders that `serve --edges` wrote",
    )
    parser.add_argument(
        "--against", type=Path, metavar="FILE|DIR", help="report the drift from this policy instead"
    )
    parser.add_argument(
        "--format",
        choices=("table", "json"),
        default="table",
        help="of the drift report (default: %(default)s)",
    )
    parser.add_argument(
        "--min-count",
        type=int,
        default=MIN_COUNT,
        metavar="N",
        help="fewer messages are rare: marked, not proposed (default: %(default)s)",
    )
    parser.add_argument(
        "--name",
        default="learned",
        metavar="NAME",
        help="of the proposed policy (default: %(default)s)",
    )
    policies.add_detectors(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a proposal, or with `--against` the drift. Return 1 when there is drift, else 0."""
    if args.min_count < 1:
        raise UsageError(f"--min-count {args.min_count}: too small; give 1 or more")
    if not _NAME.fullmatch(args.name):
        raise UsageError(
            f"--name {args.name}: not a name; write lower-case letters, digits, `.` and `-`"
        )
    try:
        edges = observation_store.read(args.edges)
    except EdgesError as error:
        raise UsageError(str(error)) from None
    if edges.left_out:
        sys.stderr.write(f"phiguard: {_full(edges)}\n")
    if args.against is not None:
        return _report(
            edges,
            drift(edges.observations, policies.usable(args.against, args.detectors)),
            args.format,
        )
    proposal = propose(edges.observations, min_count=args.min_count)
    sys.stdout.write(
        render(proposal, name=args.name, least=args.min_count, left_out=edges.left_out)
    )
    return 0


def _full(edges: CountedEdges) -> str:
    return (
        f"incomplete: a store was full at {edges.limit:,} edges, "
        f"and {edges.left_out:,} messages were not counted; "
        "learn from what is there, then begin a new folder"
    )


def _report(edges: CountedEdges, found: Drift, form: str) -> int:
    if form == "json":
        sys.stdout.buffer.write(
            orjson.dumps(_plain(edges, found), option=orjson.OPT_INDENT_2) + b"\n"
        )
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(found)))
    return int(found.found)


def _lines(found: Drift) -> list[str]:
    rows = [_HEAD, *map(_row, found.drifted)] if found.drifted else []
    lines = [*aligned(rows), *([""] if rows else [])]
    lines += [f"rule `{name}`: nothing seen uses it" for name in found.unused]
    lines += [f"exception `{name}`: nothing seen uses it" for name in found.exceptions]
    lines += [
        f"? rule `{name}` asks for what is not counted "
        "(claims, headers, addresses, hosts, ports): compared without"
        for name in found.partly
    ]
    unused = len(found.unused) + len(found.exceptions)
    total = f"{len(found.drifted)} seen and not allowed, {unused} allowed and not seen"
    return [*lines, total if found.found else "no drift"]


def _row(drifted: Drifted) -> tuple[str, ...]:
    place = drifted.place
    return (
        f"{place.what.value} ({place.reason.value}{', refused' if drifted.stopped else ''})",
        short(place.ends.source),
        short(place.ends.destination) if place.ends.destination else place.ends.host or short(""),
        " ".join(filter(None, (place.method, place.route))) or "-",
        place.direction.value,
        " ".join(drifted.identifiers) or "-",
        f"{drifted.messages:,}",
        drifted.last.isoformat(),
    )


def _plain(edges: CountedEdges, found: Drift) -> dict[str, object]:
    return {
        "drift": found.found,
        "notCounted": edges.left_out,
        "seen": [_plain_place(drifted) for drifted in found.drifted],
        "unusedRules": found.unused,
        "unusedExceptions": found.exceptions,
        "comparedInPart": found.partly,
    }


def _plain_place(drifted: Drifted) -> dict[str, object]:
    place = drifted.place
    return {
        "what": place.what.name,
        "reason": place.reason.value,
        "source": place.ends.source,
        "destination": place.ends.destination,
        "host": place.ends.host,
        "method": place.method,
        "route": place.route,
        "direction": place.direction.value,
        "infoTypes": drifted.identifiers,
        "messages": drifted.messages,
        "last": drifted.last.isoformat(),
        "refused": drifted.stopped,
    }
