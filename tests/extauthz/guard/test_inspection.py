import asyncio
from dataclasses import replace

import pytest
from clinic_proto import DESCRIPTORS, METHOD, Patient
from running_guard import ALLOWED, BILLING, DENIED, EHR, Guard

from extauthz.guard.inspection import Call
from extauthz.records import logs
from extauthz.records.allow_list import SpanName
from extauthz.records.logs import LogEvent
from extauthz.settings import Limits
from mesh.exchange.events import Body, Head
from mesh.message.facts import Facts, Operation
from mesh.message.headers import Headers
from mesh.policy.decision import Action, Reason
from phiscan.engine import Engine
from phiscan.protobuf import schemas

FACTS = Facts(source=EHR, destination=BILLING, mtls=True, redactable=True)
CALL = Call(SpanName.INSPECT)
SSN = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9", "ssn": "536-22-8790"}'


@pytest.fixture
def guard(tmp_path, engine):
    return Guard(tmp_path, engine)


@pytest.fixture
def inspections(guard):
    return guard.worker._inspections


def receive(inspection, event):
    return asyncio.run(inspection.receive(event))


def judge(inspections, body, call=CALL):
    inspection = inspections.open(call)
    assert receive(inspection, Head(FACTS)) is None
    return receive(inspection, Body(body, end=True))


def test_a_judgement_has_its_record_its_span_and_its_trace(guard, inspections):
    judgement = judge(inspections, DENIED)
    record, span = guard.records()[0], guard.span("phiguard.inspect")

    assert (judgement.decision.action, judgement.policy) == (Action.DENY, "clinic")
    assert record["id"] == span.attributes["phiguard.decision_id"] == judgement.id
    assert record["trace"] == judgement.trace == format(span.context.trace_id, "032x")
    assert record["infoTypes"]["EMAIL_ADDRESS"] == 1


def test_the_record_is_kept_before_the_answer_and_the_span_is_made_after_it(guard, run):
    async def scenario():
        async with guard as g:
            inspection = g.worker._inspections.open(CALL)
            await inspection.receive(Head(FACTS))
            await inspection.receive(Body(DENIED, end=True))
            answered = len(g.records()), len(g.spans.get_finished_spans())
            await asyncio.sleep(0)
            return answered, (len(g.records()), len(g.spans.get_finished_spans()))

    assert run(scenario()) == ((1, 0), (1, 1))


def test_a_redaction_shows_both_scans_and_one_decision(guard, inspections):
    judgement = judge(inspections, SSN)
    names = [s.name for s in guard.spans.get_finished_spans()]

    assert b"536-22-8790" not in judgement.body
    assert names == ["phiguard.scan", "phiguard.decide", "phiguard.scan", "phiguard.inspect"]


def test_the_policy_is_pinned_when_a_message_begins(guard, inspections):
    inspection = inspections.open(CALL)
    receive(inspection, Head(FACTS))
    guard.policy.write_text(
        guard.policy.read_text().replace("allow: [PERSON_NAME, MEDICAL", "allow: [MEDICAL")
    )
    guard.worker.refresh_policy()

    assert receive(inspection, Body(ALLOWED, end=True)).decision.action is Action.ALLOW
    assert judge(inspections, ALLOWED).decision.action is Action.DENY


def test_a_refusal_without_facts_is_enforced_where_the_policy_enforces_anywhere(inspections):
    judgement = inspections.open(CALL).refuse(Reason.OVERLOADED, None)

    assert (judgement.decision.effect, judgement.facts) == (Action.DENY, Facts())


def test_a_fault_in_a_scan_is_denied_and_its_place_is_logged(guard, inspections, monkeypatch):
    def fails(_findings):
        raise KeyError("536-22-8790")

    logged = []
    monkeypatch.setattr("phiscan.scanner.verdict", fails)
    monkeypatch.setattr(logs, "emit", lambda *args, **fields: logged.append((args, fields)))
    judgement = judge(inspections, ALLOWED)

    assert judgement.decision.reason is Reason.INTERNAL_ERROR
    ((args, fields),) = logged
    assert (args[0], fields["error"]) == (LogEvent.INTERNAL_ERROR, "KeyError")
    assert fields["where"].startswith("test_inspection.py:")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, (2.0, 2.0)),
        (100.0, (2.0, 0.0)),
        (1.0, (0.5, 0.0)),
        (0.0, (0.0, 0.0)),
        (-1.0, (0.0, 0.0)),
    ],
)
def test_half_of_what_a_caller_leaves_is_for_the_scan(tmp_path, engine, seconds, expected):
    inspections = Guard(tmp_path, engine, limits=Limits(scan_seconds=2.0)).worker._inspections

    budget = inspections.budget(Call(SpanName.AUTHORIZE, seconds=seconds))
    assert (budget.seconds, budget.seconds_per_mib) == expected


def test_what_a_message_waits_for_a_process_is_taken_from_its_callers_time(inspections):
    call = Call(SpanName.AUTHORIZE, seconds=10.0)
    assert inspections.budget(call, 9.0).seconds == 0.5
    assert inspections.budget(call, 11.0).seconds == 0.0
    assert inspections.budget(CALL, 9.0).seconds == inspections.limits.scan_seconds


def test_no_repr_shows_a_body(inspections):
    judgement = judge(inspections, SSN)
    # its random id may hold these digits
    assert "536" not in repr(judgement).replace(judgement.id, "")
    assert "ssn" not in repr(judge(inspections, SSN))
    assert "secret" not in repr(Call(SpanName.INSPECT, {"a": "secret"}))


def test_a_grpc_message_is_read_by_the_type_of_its_method(tmp_path, engine):
    typed = Engine(engine.matcher.detectors, serialized=engine.serialized())
    typed.schemas = schemas.parse(DESCRIPTORS)
    message = Patient(ssn=536228790, diagnosis="E11.9").SerializeToString()
    facts = replace(FACTS, operation=Operation("POST", METHOD))
    decided = []
    for name, each in (("untyped", engine), ("typed", typed)):
        (tmp_path / name).mkdir()
        inspection = Guard(tmp_path / name, each).worker._inspections.open(CALL)
        receive(inspection, Head(facts, Headers((("content-type", "application/grpc"),))))
        decided.append(
            receive(inspection, Body(b"\0" + len(message).to_bytes(4) + message, end=True))
        )

    # Without the schema, the SSN is a number without a label, which is no finding.
    assert [j.report.verdict.value for j in decided] == ["none", "phi"]
    assert Patient.FromString(decided[1].body[5:]).ssn == 0
