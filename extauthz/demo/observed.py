"""Reads the guard's decisions from the spans that it exported.

So the demo's table shows what a collector would show.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from extauthz.demo.otlp_sink import Span
from extauthz.records.allow_list import Key
from mesh.policy.decision import Action, Reason
from phiscan.finding import Verdict

_WORST_FIRST: Final = (Verdict.PHI, Verdict.IDENTIFIERS, Verdict.HEALTH, Verdict.NONE)


@dataclass(frozen=True, slots=True)
class Observed:
    """One decision of the guard.

    Args:
        identifiers: classes A to R, in order.
        milliseconds: length of the span.
    """

    action: Action
    reason: Reason
    verdict: Verdict
    identifiers: tuple[str, ...]
    milliseconds: float

    @property
    def rank(self) -> tuple[int, int]:
        """A sort key: greater is stricter, and among equals it has the worse verdict."""
        return self.action.rank, -_WORST_FIRST.index(self.verdict)


def observe(spans: Iterable[Span]) -> list[Observed]:
    """Return the decisions among the spans, in order."""
    return [_decision(span) for span in spans if Key.DECISION in span.attributes]


def _decision(span: Span) -> Observed:
    listed = span.attributes.get(Key.IDENTIFIERS, "")
    return Observed(
        action=Action(span.attributes[Key.DECISION]),
        reason=Reason(span.attributes[Key.REASON]),
        verdict=Verdict(span.attributes[Key.VERDICT]),
        identifiers=tuple(name for name in listed.split(",") if name),
        milliseconds=span.milliseconds,
    )
