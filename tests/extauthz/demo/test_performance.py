"""A scenario with another outcome than expected has a problem, whatever differs."""

import dataclasses

import pytest

from extauthz.demo import payloads
from extauthz.demo.client import Response
from extauthz.demo.lab import Delivery
from extauthz.demo.observed import Observed
from extauthz.demo.performance import content_problems, decision_problems
from extauthz.demo.scenarios import SCENARIOS
from mesh.policy.decision import Action, Reason
from phiscan.finding import Verdict

_REDACTED = SCENARIOS[0]
_DENIED = SCENARIOS[1]
_WITHHELD = SCENARIOS[8]
_NO = Observed(Action.DENY, Reason.MINIMUM_NECESSARY, Verdict.PHI, (), 1.0)
_FORBIDDEN = Response(403, {}, b"")
_MASKED = payloads.patient_bundle(with_ssn=True).replace(payloads.SSN.encode(), b"***-**-****")


def _delivery(body: bytes, encoding: str = "") -> Delivery:
    return Delivery("billing", "/claims", {"content-encoding": encoding}, body)


def test_an_outcome_as_expected_has_no_problems() -> None:
    assert decision_problems(_DENIED.expected, _FORBIDDEN, [_NO]) == []
    assert content_problems(_DENIED, _FORBIDDEN, ()) == []
    assert content_problems(_REDACTED, Response(200, {}, b""), (_delivery(_MASKED),)) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"action": Action.ALLOW}, "decision is ALLOW, expected DENY"),
        (
            {"reason": Reason.EDGE_NOT_ALLOWED},
            "reason is EDGE_NOT_ALLOWED, expected MINIMUM_NECESSARY",
        ),
        ({"verdict": Verdict.NONE}, "verdict is none, expected phi"),
    ],
)
def test_another_decision_is_a_problem(change: dict[str, object], problem: str) -> None:
    other = dataclasses.replace(_NO, **change)  # type: ignore[arg-type]  # fields of Observed

    assert decision_problems(_DENIED.expected, _FORBIDDEN, [other]) == [problem]


def test_another_status_is_a_problem() -> None:
    assert decision_problems(_DENIED.expected, Response(200, {}, b""), [_NO]) == [
        "status is 200, expected 403"
    ]


def test_a_gate_that_was_not_asked_is_a_problem() -> None:
    assert "decisions is 0, expected 1" in decision_problems(_DENIED.expected, _FORBIDDEN, [])


def test_a_denied_message_that_arrives_is_a_problem() -> None:
    assert "reached the application" in content_problems(_DENIED, _FORBIDDEN, (_delivery(b"{}"),))


def test_a_message_that_has_to_arrive_and_does_not_is_a_problem() -> None:
    assert "did not reach the application" in content_problems(
        _REDACTED, Response(200, {}, b""), ()
    )


def test_a_number_that_was_not_masked_is_a_problem() -> None:
    unmasked = _delivery(payloads.patient_bundle(with_ssn=True))

    assert "the receiver sees a value it must not" in content_problems(
        _REDACTED, Response(200, {}, b""), (unmasked,)
    )


def test_a_masked_document_that_is_no_longer_json_is_a_problem() -> None:
    assert "the receiver got broken JSON" in content_problems(
        _REDACTED, Response(200, {}, b""), (_delivery(_MASKED[:-1]),)
    )


def test_an_answer_that_shows_a_record_to_the_wrong_caller_is_a_problem() -> None:
    shown = Response(403, {}, payloads.patient_bundle())
    problems = content_problems(_WITHHELD, shown, (_delivery(b""),))

    assert "the receiver sees a value it must not" in problems
