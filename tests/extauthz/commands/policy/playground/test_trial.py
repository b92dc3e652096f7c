import orjson
import pytest

from extauthz.commands.policy.playground.command import _STARTER as STARTER
from extauthz.commands.policy.playground.trial import Trial

REQUEST = {
    "source": "cluster.local/ns/clinic/sa/ehr",
    "destination": "cluster.local/ns/finance/sa/billing",
    "mtls": True,
    "method": "POST",
    "path": "/claims",
    "body": '{"patientName": "Ana Ruiz", "diagnosis": "E11.9", "ssn": "536-22-8790"}',
}


@pytest.fixture
def answer(engine):
    trial = Trial(engine, ())
    return lambda policy=STARTER, **more: trial.answer(
        orjson.dumps({"policy": policy, "request": REQUEST | more})
    )


def test_the_page_shows_decision_explanation_and_findings_without_values(answer):
    said = answer()
    assert (said["problems"], said["decision"], said["reason"]) == (
        [],
        "REDACT",
        "REDACTED_BY_RULE",
    )
    assert said["explanation"][0].startswith("REDACT REDACTED_BY_RULE")
    assert {"infoType": "US_SOCIAL_SECURITY_NUMBER", "class": "G", "field": "ssn"} in said[
        "findings"
    ]
    masked = said.pop("masked")
    assert "8790" not in masked
    assert "Ana Ruiz" in masked  # the policy lets names pass
    assert "Ana" not in orjson.dumps(said).decode()
    assert answer(body="hello")["masked"] is None


def test_a_broken_policy_gives_its_problems_and_a_wrong_request_says_what(answer):
    said = answer("spec: [")
    assert said["problems"]
    assert "decision" not in said
    assert answer(source="Ana")["request"] == "`source` is not in its form"
    assert answer(path="x")["request"] == "`path` is not in its form"


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"policy": 1, "request": {}}', b"\xff"])
def test_what_the_page_does_not_send_is_one_problem(engine, data):
    assert len(Trial(engine, ()).answer(data)["problems"]) == 1
