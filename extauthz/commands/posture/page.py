"""The posture as one HTML page for auditors. It loads nothing and runs no script."""

from collections.abc import Iterator, Sequence
from typing import Final

from extauthz.commands.pages.html import Markup, document, element, numbers, section, table
from extauthz.commands.pages.style import STYLE
from extauthz.commands.posture import coverage_lines
from extauthz.commands.posture.sources import Audited
from extauthz.posture.times import written
from mesh.posture.acceptance import Accepted
from mesh.posture.verdict import State, Verdict

_MOST: Final = 5000
"""Cells of one state that are listed. The JSON report has all of them."""


def page(audited: Audited, accepted: Accepted, version: str) -> str:
    """Return the page."""
    report = audited.report
    counts = report.counts
    body = [
        element("h1", "Posture: where the guard is up"),
        element(
            "p",
            f"{audited.source}, judged at {written(report.at)} by phiguard {version}",
            class_="soft",
        ),
        element(
            "p",
            coverage_lines.board(report, accepted),
            class_="holds" if not counts[State.DOWN] and not counts[State.UNKNOWN] else "broken",
        ),
        numbers((str(state), counts[state]) for state in State),
        section("By namespace", [_coverage(audited, accepted)]),
        section("DOWN", _cells(report.verdicts, State.DOWN, accepted)),
        section("UNKNOWN", _cells(report.verdicts, State.UNKNOWN, accepted)),
        section("UP", _cells(report.verdicts, State.UP, accepted)),
        section("Not counted", [_omitted(audited)]),
        section("Not read", [_problems(audited)]),
    ]
    return document("Posture", STYLE, *body)


def _coverage(audited: Audited, accepted: Accepted) -> Markup:
    rows = coverage_lines.rows(audited.report, accepted)
    return table(("namespace", "cells", "UP", "UNKNOWN", "DOWN", "accepted"), rows, empty="None.")


def _cells(verdicts: Sequence[Verdict], state: State, accepted: Accepted) -> Iterator[Markup]:
    found = [each for each in verdicts if each.state is state]
    yield table(
        ("cell", "verdict", "why", "source", "as of"),
        [
            (
                str(each.cell),
                _title(each, accepted),
                each.line.removeprefix(f"{each.cell}: {each.title}: "),
                each.decisive.source,
                "" if each.decisive.at is None else written(each.decisive.at)[:19],
            )
            for each in found[:_MOST]
        ],
        empty=f"No cell is {state}.",
    )
    if len(found) > _MOST:
        yield element("p", f"{len(found) - _MOST} more are in the JSON report.")


def _title(verdict: Verdict, accepted: Accepted) -> str:
    known = accepted.of(verdict)
    if known is None:
        return verdict.title
    return f"{verdict.title}; accepted until {known.until} by {known.by}: {known.reason}"


def _omitted(audited: Audited) -> Markup:
    rows = [(each.name, each.why) for each in audited.report.omitted]
    return table(("what", "why"), rows, empty="Nothing was left out.")


def _problems(audited: Audited) -> Markup:
    return table(
        ("what could not be read",), [(each,) for each in audited.problems], empty="All was read."
    )
