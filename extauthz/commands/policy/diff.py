"""`phiguard policy diff`: what opens and what closes between two policies, as text or JSON."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from extauthz.commands import policies
from extauthz.commands.errors import UsageError
from mesh.analysis.diff import Diff, diff
from mesh.analysis.diff_text import Change, audit_words, changes, setting_words, untried_words
from mesh.analysis.endpoint_classes import TooManyError

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `diff`."""
    parser = actions.add_parser(
        "diff", help="report what opens and what closes between two policies"
    )
    parser.add_argument("old", type=Path, metavar="OLD", help="file or folder")
    parser.add_argument("new", type=Path, metavar="NEW", help="file or folder")
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help="default: %(default)s"
    )
    policies.add_detectors(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the differences.

    Return 1 when anything opens, so that a pipeline can ask for review.
    """
    old, new = policies.usable(args.old, args.detectors), policies.usable(args.new, args.detectors)
    try:
        found = diff(old, new)
    except TooManyError as error:
        raise UsageError(f"{args.new}: {error}") from None
    if args.format == "json":
        sys.stdout.buffer.write(orjson.dumps(_plain(found), option=orjson.OPT_INDENT_2) + b"\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(found)))
    return int(found.opens)


def _lines(found: Diff) -> list[str]:
    said = [(s.opens, setting_words(s)) for s in found.settings] + [
        (c.opens, str(c)) for c in changes(found)
    ]
    lines = [
        f"{'+' if opens else '-'} {words}"
        for opens, words in sorted(said, key=lambda line: not line[0])
    ]
    opening = sum(opens for opens, _ in said)
    lines += [f"? {untried_words(change)}" for change in found.untried]
    lines += [f"  {audit_words(change)}" for change in found.audits]
    return [*lines, f"{opening} open, {len(said) - opening} close" if lines else "no difference"]


def _plain(found: Diff) -> dict[str, object]:
    settings = [
        {"name": s.name, "before": s.before, "after": s.after, "opens": s.opens}
        for s in found.settings
    ]
    return {
        "opens": found.opens,
        "untried": [{"rule": c.rule, "how": c.how, "asksFor": c.about} for c in found.untried],
        "audits": [{"rule": c.rule, "how": c.how} for c in found.audits],
        "settings": settings,
        "changes": [_change(c) for c in changes(found)],
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "what": change.what.value,
        "opens": change.opens,
        "from": change.sources,
        "to": change.destinations,
        "operations": change.operations,
        "direction": change.direction.value,
        "mtls": change.encrypted,
        "infoTypes": change.names,
        "before": change.before,
        "after": change.after,
        "says": str(change),
    }
