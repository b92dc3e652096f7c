"""`phiguard policy diff`: what opens and what closes between two policies, as text or JSON."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from extauthz.commands import policies
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import json_text, say, screen, tones
from extauthz.terminal.tones import Tone
from mesh.analysis.diff import Diff, diff
from mesh.analysis.diff_text import Change, audit_words, changes, setting_words, untried_words
from mesh.analysis.endpoint_classes import TooManyError

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class Setting(TypedDict):
    """A setting of the policy that differs."""

    name: str
    before: str
    after: str
    opens: bool


class RuleChange(TypedDict):
    """A rule that differs and decides nothing: an AUDIT rule."""

    rule: str
    how: Annotated[str, "added, removed or changed"]


class Untried(TypedDict):
    """A rule that differs, and asks for what the comparison does not try."""

    rule: str
    how: Annotated[str, "added, removed or changed"]
    asksFor: Annotated[str, "claims, headers, ..."]


Changed = TypedDict(
    "Changed",
    {
        "what": str,
        "opens": bool,
        "from": Annotated[list[str], "who sends"],
        "to": Annotated[list[str], "who answers"],
        "operations": list[str],
        "direction": Annotated[str, "request or response"],
        "mtls": Annotated[bool, "whether the messages are encrypted"],
        "infoTypes": list[str],
        "before": str,
        "after": str,
        "says": Annotated[str, "all of it as a line"],
    },
)
"""Messages that are judged otherwise."""


class Difference(TypedDict):
    """What opens and what closes between two policies."""

    opens: Annotated[bool, "whether anything opens"]
    untried: list[Untried]
    audits: list[RuleChange]
    settings: list[Setting]
    changes: list[Changed]


def add_parser(actions: "_Subparsers") -> None:
    """Add `diff`."""
    parser = actions.add_parser(
        "diff", help="report what opens and what closes between two policies"
    )
    parser.add_argument("old", type=Path, metavar="OLD", help="file or folder")
    parser.add_argument("new", type=Path, metavar="NEW", help="file or folder")
    formats.add(parser, JsonForm(Difference), text=formats.TABLE)
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
    if args.format == formats.JSON:
        json_text.write(_plain(found))
    else:
        say.lines(_lines(found))
    return int(found.opens)


def _lines(found: Diff) -> list[str]:
    said = [(s.opens, setting_words(s)) for s in found.settings] + [
        (c.opens, str(c)) for c in changes(found)
    ]
    where = screen.of(sys.stdout)
    lines: list[str] = [
        tones.painted(f"+ {words}", Tone.CARE, where)
        if opens
        else tones.painted(f"- {words}", Tone.GOOD, where)
        for opens, words in sorted(said, key=lambda line: not line[0])
    ]
    opening = sum(opens for opens, _ in said)
    lines += [f"? {untried_words(change)}" for change in found.untried]
    lines += [f"  {audit_words(change)}" for change in found.audits]
    return [*lines, f"{opening} open, {len(said) - opening} close" if lines else "no difference"]


def _plain(found: Diff) -> Difference:
    settings: list[Setting] = [
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


def _change(change: Change) -> Changed:
    return {
        "what": change.what.value,
        "opens": change.opens,
        "from": list(change.sources),
        "to": list(change.destinations),
        "operations": list(change.operations),
        "direction": change.direction.value,
        "mtls": change.encrypted,
        "infoTypes": list(change.names),
        "before": change.before,
        "after": change.after,
        "says": str(change),
    }
