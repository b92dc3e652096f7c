"""`phiguard policy learn`: a first policy from counted traffic, or the drift from a policy."""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

import yaml

from extauthz.commands import policies
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.records.edges import observation_store
from extauthz.terminal import json_text, say, tables
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


class DriftedMessages(TypedDict):
    """Messages that were seen and that the policy does not allow."""

    what: str
    reason: str
    source: str
    destination: str
    host: str
    method: str
    route: str
    direction: Annotated[str, "request or response"]
    infoTypes: list[str]
    messages: int
    last: Annotated[str, "the day of the last one"]
    refused: Annotated[bool, "whether they were refused"]


class DriftFound(TypedDict):
    """With --against: how the traffic differs from a policy."""

    drift: Annotated[bool, "whether it differs"]
    notCounted: Annotated[int, "messages that a full store did not count"]
    seen: list[DriftedMessages]
    unusedRules: list[str]
    unusedExceptions: list[str]
    comparedInPart: Annotated[list[str], "rules that ask for what is not counted"]


class Proposed(TypedDict):
    """Without --against: a policy that lets the traffic through, and what looks wrong in it."""

    policy: Annotated[dict[str, object], "a SegmentationPolicy"]
    text: Annotated[str, "the same as YAML; its comments say what opens nothing, and why"]
    notCounted: Annotated[int, "messages that a full store did not count"]


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
    formats.add(parser, JsonForm(Proposed | DriftFound), text=formats.TABLE)
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
        say.problem(_full(edges))
    if args.against is not None:
        return _report(
            edges,
            drift(edges.observations, policies.usable(args.against, args.detectors)),
            args.format,
        )
    proposal = propose(edges.observations, min_count=args.min_count)
    text = render(proposal, name=args.name, least=args.min_count, left_out=edges.left_out)
    if args.format == formats.JSON:
        policy = yaml.safe_load(text)
        json_text.write(Proposed(policy=policy, text=text, notCounted=edges.left_out))
    else:
        say.lines(text.splitlines())
    return 0


def _full(edges: CountedEdges) -> str:
    return (
        f"incomplete: a store was full at {edges.limit:,} edges, "
        f"and {edges.left_out:,} messages were not counted; "
        "learn from what is there, then begin a new folder"
    )


def _report(edges: CountedEdges, found: Drift, form: str) -> int:
    if form == formats.JSON:
        json_text.write(_plain(edges, found))
    else:
        say.lines(_lines(found))
    return int(found.found)


def _lines(found: Drift) -> list[str]:
    lines: list[str] = []
    if found.drifted:
        lines += [*tables.lines(map(_row, found.drifted), _HEAD), ""]
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


def _plain(edges: CountedEdges, found: Drift) -> DriftFound:
    return {
        "drift": found.found,
        "notCounted": edges.left_out,
        "seen": [_plain_place(drifted) for drifted in found.drifted],
        "unusedRules": list(found.unused),
        "unusedExceptions": list(found.exceptions),
        "comparedInPart": list(found.partly),
    }


def _plain_place(drifted: Drifted) -> DriftedMessages:
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
        "infoTypes": list(drifted.identifiers),
        "messages": drifted.messages,
        "last": drifted.last.isoformat(),
        "refused": drifted.stopped,
    }
