"""The demo's report: the table of outcomes and the span tree of one request."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from extauthz.demo.otlp_sink import Span
from extauthz.demo.performance import ScenarioOutcome
from extauthz.demo.scenarios import Way
from extauthz.records.allow_list import Key
from extauthz.terminal import tables, trees
from extauthz.terminal.drawn import Drawn
from extauthz.terminal.screen import Screen
from extauthz.terminal.trees import Branch

_HEAD: Final = (
    "",
    "from",
    "to",
    "payload",
    "verdict",
    "identifiers",
    "decision",
    "reason",
    "guard ms",
)
_HOW: Final = {
    Way.SIDECAR: "",
    Way.BYPASS: " (bypass)",
    Way.PLAINTEXT: " (plain)",
    Way.FORGED: " (forged)",
    Way.MLLP: " (MLLP)",
}
_SHOWN: Final = (
    Key.VANTAGE,
    Key.DIRECTION,
    Key.DECISION,
    Key.REASON,
    "ext_authz_status",
    "http.status_code",
)


def table(outcomes: Sequence[ScenarioOutcome], screen: Screen | None = None) -> list[Drawn]:
    """Return one row for each outcome.

    Args:
        screen: where the lines go, when that is not the standard output.
    """
    return tables.lines(map(_row, outcomes), _HEAD, screen)


def problems(outcomes: Sequence[ScenarioOutcome]) -> list[str]:
    """Return one line for each difference from what was expected."""
    return [f"{each.scenario.name}: {problem}" for each in outcomes for problem in each.problems]


def trace(spans: Iterable[Span], screen: Screen | None = None) -> list[Drawn]:
    """Return a trace as a tree, with the length and the service of each span.

    Args:
        screen: where the lines go, when that is not the standard output.
    """
    found = list(spans)
    known = {span.identity for span in found}
    roots = (span for span in found if span.parent not in known)
    return [line for root in roots for line in trees.lines(_branch(root, found), screen)]


def _branch(span: Span, spans: list[Span]) -> Branch:
    below = (each for each in spans if each.parent == span.identity)
    return Branch("  ".join(_words(span)), [_branch(each, spans) for each in below])


def _words(span: Span) -> Iterator[str]:
    yield span.name
    yield f"{span.milliseconds:.2f} ms"
    yield span.service
    yield from (f"{key}={span.attributes[key]}" for key in _SHOWN if key in span.attributes)


def _row(outcome: ScenarioOutcome) -> tuple[str, ...]:
    scenario, seen = outcome.scenario, outcome.observed
    ends = (scenario.caller.name + _HOW[scenario.way], scenario.callee.name, scenario.payload)
    mark = "FAIL" if outcome.problems else "ok"
    if seen is None:
        return (mark, *ends, "-", "-", "refused", f"by Envoy with {outcome.status}", "-")
    identifiers = " ".join(seen.identifiers) or "-"
    return (
        mark,
        *ends,
        seen.verdict.value,
        identifiers,
        seen.action.value,
        seen.reason.value,
        f"{outcome.guard_milliseconds:.1f}",
    )
