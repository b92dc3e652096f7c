"""The demo's report: the table of outcomes and the span tree of one request.

It uses colour only on a terminal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from extauthz.demo.otlp_sink import Span
from extauthz.demo.performance import ScenarioOutcome
from extauthz.demo.scenarios import Way
from extauthz.records.allow_list import Key
from mesh.policy.decision import Action

_HEADER: Final = (
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
_SHADES: Final = {
    Action.ALLOW.value: "32",
    Action.ALERT.value: "33",
    Action.REDACT.value: "36",
    Action.DENY.value: "31",
    "refused": "31",
}
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


@dataclass(frozen=True, slots=True)
class Reporter:
    """Writes the demo's report."""

    out: TextIO

    def line(self, text: str = "") -> None:
        """Write one line and flush it, so that a person sees the progress."""
        self.out.write(text + "\n")
        self.out.flush()

    def table(self, outcomes: Sequence[ScenarioOutcome]) -> None:
        """Write one row for each outcome, and its problems below it."""
        rows = [_row(outcome) for outcome in outcomes]
        widths = [
            max(len(row[column]) for row in (_HEADER, *rows)) for column in range(len(_HEADER))
        ]
        self.line(_joined(_HEADER, widths))
        self.line(_joined(["-" * width for width in widths], widths))
        for row, outcome in zip(rows, outcomes, strict=True):
            shade = _SHADES.get(row[6], "") if not outcome.problems else "31;1"
            self.line(self._shaded(_joined(row, widths), shade))
            for problem in outcome.problems:
                self.line(self._shaded(f"   {outcome.scenario.name}: {problem}", "31;1"))

    def tree(self, spans: Iterable[Span]) -> None:
        """Write a trace as a tree, with the service and the length of each span."""
        spans = list(spans)
        known = {span.identity for span in spans}
        for root in (span for span in spans if span.parent not in known):
            self._branch(root, spans, depth=0)

    def _branch(self, span: Span, spans: list[Span], *, depth: int) -> None:
        shown = " ".join(
            f"{key}={span.attributes[key]}" for key in _SHOWN if key in span.attributes
        )
        indent = "  " * depth + ("└ " if depth else "")
        self.line(
            f"  {indent + span.name:<72} {span.milliseconds:8.2f} ms"
            f"  {span.service:<20} {shown}".rstrip()
        )
        for child in (other for other in spans if other.parent == span.identity):
            self._branch(child, spans, depth=depth + 1)

    def _shaded(self, text: str, shade: str) -> str:
        return f"\033[{shade}m{text}\033[0m" if shade and self.out.isatty() else text


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


def _joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    *texts, number = cells
    padded = [text.ljust(width) for text, width in zip(texts, widths, strict=False)]
    return "  ".join([*padded, number.rjust(widths[-1])]).rstrip()
