from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from judgements import JUDGEMENT, SPAN, TRACE
from opentelemetry.context import Context
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from extauthz.records.allow_list import Key
from extauthz.records.judgement import ledger_record
from extauthz.records.spans import parent_of, span_attributes
from mesh.message.facts import Direction, Operation, Protocol, Vantage
from mesh.policy.decision import Action
from phiscan.finding import Coverage, Gap, Location

# pieces of which a `traceparent` could be made, right and wrong
PIECES = st.sampled_from(
    [
        "00",
        "01",
        "cc",
        "ff",
        "-",
        TRACE,
        SPAN,
        "0" * 32,
        "0" * 16,
        TRACE.upper(),
        " ",
        "\t",
        "0",
        "zz",
    ]
)
RIGHT = st.tuples(
    st.sampled_from(["", " ", "\t"]),
    st.sampled_from(["00", "01", "fe", "ff"]),
    st.sampled_from([TRACE, "0" * 32, "f" * 32]),
    st.sampled_from([SPAN, "0" * 16, "f" * 16]),
    st.sampled_from(["00", "01", "02", "ff"]),
    st.sampled_from(["", " ", "-", "-more", "- x", "more"]),
).map(lambda p: f"{p[0]}{p[1]}-{p[2]}-{p[3]}-{p[4]}{p[5]}")


@given(
    RIGHT
    | st.lists(PIECES, max_size=9).map("".join)
    | st.text(st.characters(exclude_characters="\n"))
)
@example("")
@example(f"01-{TRACE}-{SPAN}-01-" + "x" * 600)
def test_a_parent_is_read_as_the_sdk_reads_it(traceparent):
    context = TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())
    expected = get_current_span(context).get_span_context()
    parent = parent_of(traceparent)

    assert (parent is None) is not expected.is_valid
    if parent is not None:
        assert (parent.trace_id, parent.span_id) == (expected.trace_id, expected.span_id)
        assert (parent.trace_flags, parent.is_remote) == (expected.trace_flags, True)


def test_every_attribute_is_of_the_closed_set():
    assert set(span_attributes(JUDGEMENT)) <= set(Key)


def test_what_audit_rules_would_have_done_is_an_attribute_and_in_the_record():
    decision = replace(JUDGEMENT.decision, audits=(("a", Action.ALERT), ("b", Action.DENY)))
    judgement = replace(JUDGEMENT, decision=decision)
    assert span_attributes(judgement)["phiguard.audits"] == ("ALERT a", "DENY b")
    assert ledger_record(judgement)["audits"] == {"a": "ALERT", "b": "DENY"}


@pytest.mark.parametrize(
    ("rules", "policy", "named"),
    [
        (("r1",), "clinic", {"security_rule.name": "r1", "security_rule.ruleset.name": "clinic"}),
        (("r1", "r2"), "clinic", {"security_rule.ruleset.name": "clinic"}),
        ((), "", {}),
    ],
)
def test_the_standard_attributes_name_the_policy_and_the_one_rule_that_spoke(rules, policy, named):
    decision = replace(JUDGEMENT.decision, rules=rules)
    attributes = span_attributes(replace(JUDGEMENT, decision=decision, policy=policy))

    assert {k: v for k, v in attributes.items() if k.startswith("security_rule")} == named


def test_no_attribute_holds_the_path():
    assert "536-22-8790" not in str(span_attributes(JUDGEMENT))


def test_every_attribute_has_its_own_value():
    part = Location("a", 1, 2)
    report = replace(JUDGEMENT.report, parts=("csv", "text"), opaque=(part, part, part))
    facts = replace(
        JUDGEMENT.facts,
        destination="cluster.local/ns/c/sa/d",
        service="d.c.svc.cluster.local",
        mtls=True,
        direction=Direction.RESPONSE,
        vantage=Vantage.OUTBOUND,
        protocol=Protocol.MLLP,
        operation=Operation(message_type="ADT^A01"),
    )
    decision = replace(
        JUDGEMENT.decision,
        enforced=False,
        rules=("r1", "r2"),
        policy="9212d0",
        coverage=Coverage.TRUNCATED,
        gap=Gap.MALFORMED,
    )
    judged = replace(JUDGEMENT, report=report, facts=facts, decision=decision, observed=True)

    assert span_attributes(judged) == {
        "phiguard.decision": "DENY",
        "phiguard.enforced": False,
        "phiguard.observed": True,
        "phiguard.reason": "MINIMUM_NECESSARY",
        "phiguard.decision_id": "decision-1",
        "phiguard.identifiers": ("A",),
        "phiguard.info_types": ("PERSON_NAME",),
        "phiguard.findings": 1,
        "phiguard.verdict": "phi",
        "phiguard.coverage": "TRUNCATED",
        "phiguard.gap": "MALFORMED",
        "phiguard.media": "json",
        "phiguard.media.parts": ("csv", "text"),
        "phiguard.opaque": 3,
        "phiguard.body.size": 12,
        "phiguard.policy.digest": "9212d0",
        "phiguard.policy.name": "clinic",
        "phiguard.rules": ("r1", "r2"),
        "phiguard.audits": (),
        "phiguard.direction": "response",
        "phiguard.vantage": "outbound",
        "phiguard.protocol": "MLLP",
        "phiguard.message_type": "ADT^A01",
        "phiguard.source": "cluster.local/ns/a/sa/b",
        "phiguard.destination": "cluster.local/ns/c/sa/d",
        "phiguard.service": "d.c.svc.cluster.local",
        "phiguard.mtls": True,
        "security_rule.ruleset.name": "clinic",
    }


@pytest.mark.parametrize(("written", "told"), [("ANA^RUZ", "OTHER"), ("", None)])
def test_of_a_message_type_only_words_of_the_tables_leave(written, told):
    facts = replace(JUDGEMENT.facts, operation=Operation(message_type=written))
    found = span_attributes(replace(JUDGEMENT, facts=facts))
    assert found.get("phiguard.message_type") == told


@pytest.mark.parametrize(
    ("written", "kept"), [("ADT^A01", "ADT^A01"), ("ANA^RUZ", "OTHER"), ("", None)]
)
def test_a_ledger_record_says_a_message_type_of_the_tables_and_no_other(written, kept):
    operation = Operation(message_type=written)
    facts = replace(JUDGEMENT.facts, protocol=Protocol.MLLP, operation=operation)
    record = ledger_record(replace(JUDGEMENT, facts=facts))
    assert (record["protocol"], record["messageType"]) == ("MLLP", kept)
