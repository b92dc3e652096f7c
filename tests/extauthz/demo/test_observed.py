"""The demo reads decisions from spans, under the names that telemetry uses."""

from extauthz.demo.observed import Observed, observe
from extauthz.demo.otlp_sink import Span
from mesh.policy.decision import Action, Reason
from phiscan.finding import Verdict


def _span(**attributes: str) -> Span:
    names = {f"phiguard.{key}": value for key, value in attributes.items()}
    return Span("t", "s", "p", "phiguard", "phiguard.inspect", 1, 1_000_000, 3_500_000, names)


def test_a_decision_span_is_read_and_others_are_passed_over() -> None:
    decided = _span(decision="DENY", reason="MINIMUM_NECESSARY", verdict="phi", identifiers="A,G")

    assert observe([_span(), decided]) == [
        Observed(Action.DENY, Reason.MINIMUM_NECESSARY, Verdict.PHI, ("A", "G"), 2.5),
    ]


def test_no_identifiers_are_none() -> None:
    (seen,) = observe([_span(decision="ALLOW", reason="NO_PHI", verdict="none", identifiers="")])

    assert seen.identifiers == ()


def test_the_stricter_decision_ranks_higher_and_among_equals_the_worse_content() -> None:
    allow_clean, allow_phi, deny = (
        Observed(action, Reason.NO_PHI, verdict, (), 1.0)
        for action, verdict in (
            (Action.ALLOW, Verdict.NONE),
            (Action.ALLOW, Verdict.PHI),
            (Action.DENY, Verdict.NONE),
        )
    )

    assert allow_clean.rank < allow_phi.rank < deny.rank
