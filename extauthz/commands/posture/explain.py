"""`phiguard posture explain`: every piece of evidence about a cell, and what is missing."""

import argparse
import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from typing import TYPE_CHECKING, Final

from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.posture import judged, report_file, sources
from extauthz.posture.times import written
from extauthz.terminal import json_text, say
from mesh.posture.acceptance import Accepted
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.verdict import Verdict

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MOST: Final = 50
_GET: Final = {
    Layer.DECLARED: "`phiguard posture collect kubernetes://`, or `kubectl get -A -o json` of each "
    "kind",
    Layer.EFFECTIVE: "the dump of each pod's proxy: `kubectl exec -n NAMESPACE POD -c istio-proxy "
    "-- pilot-agent request GET 'config_dump?include_eds' > proxies/NAMESPACE.POD.json`",
    Layer.OBSERVED: "the ledgers of all replicas: --ledger DIR, once for each",
    Layer.PROVED: "a canary: `phiguard posture probe`, in a namespace that opted in",
}


def add_parser(actions: "_Subparsers") -> None:
    """Add `explain`."""
    parser = actions.add_parser("explain", help="show all evidence about a cell")
    sources.add_source(parser)
    parser.add_argument(
        "cell",
        metavar="CELL",
        help="its name, or a glob of names: clinic/Deployment/ehr/inbound/8080/mesh",
    )
    judged.add_choice(parser)
    formats.add(
        parser,
        JsonForm(file="posture.schema.json", pointer="/properties/cells/items", is_list=True),
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explain. Return the exit code of an audit of these cells. Raises UsageError."""
    audited = judged.audited(args)
    known = judged.accepted(args, audited.report.at)
    found = _named(audited.report.verdicts, args.cell)
    if not found:
        near = f"; there are {len(audited.report.verdicts)} cells, `audit --all` lists them"
        raise UsageError(f"{args.cell}: no such cell{near}")
    if args.format == formats.JSON:
        json_text.write([report_file.cell_value(each, known) for each in found])
    else:
        _tell(found, known, audited.report.at)
    report = type(audited.report)(audited.report.at, tuple(found), ())
    return judged.code(report, known, strict=False)


def _tell(found: Sequence[Verdict], known: Accepted, now: float) -> None:
    for verdict in found[:_MOST]:
        say.lines([*lines(verdict, known, now), ""])
    if len(found) > _MOST:
        say.note(f"{len(found) - _MOST} more cells have such a name")


def _named(verdicts: Sequence[Verdict], name: str) -> list[Verdict]:
    """The cell of this name, or all that a glob names. Names hold `*` for any port."""
    exact = [each for each in verdicts if str(each.cell) == name]
    glob = re.compile(translate(name))
    return exact or [each for each in verdicts if glob.fullmatch(str(each.cell))]


def lines(verdict: Verdict, accepted: Accepted, now: float) -> Iterator[str]:
    """Yield what there is to say of a cell.

    Args:
        now: of the audit, in Unix seconds.
    """
    yield verdict.line
    known = accepted.of(verdict)
    if known is not None:
        yield f"  accepted until {known.until} by {known.by}: {known.reason}"
    for layer in Layer:
        found = [each for each in verdict.evidence if each.layer is layer]
        for each in found:
            yield from _evidence(each, now)
        if not found:
            yield f"  {layer}: missing"
        if not found or any(each.stance is Stance.UNKNOWN for each in found):
            yield f"    to get it: {_GET[layer]}"


def _evidence(each: Evidence, now: float) -> Iterator[str]:
    pod = f" pod {each.pod}:" if each.pod else ""
    yield f"  {each.layer}: {each.stance}:{pod} {each.text}"
    since = "at no known time" if each.at is None else f"{written(each.at)}, {_age(now - each.at)}"
    yield f"    from {each.source or 'nobody'}, {since}"
    if each.object:
        yield f"    in {each.object}"
    if each.fix:
        yield f"    to do: {each.fix}"


def _age(seconds: float) -> str:
    return f"{seconds:.0f} s before" if seconds >= 0 else f"{-seconds:.0f} s in the future"
