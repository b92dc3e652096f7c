import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learn_strategies import (
    BILLING,
    BILLING_HOST,
    CLAIMS,
    EHR,
    LAB,
    MESSAGES,
    NOTHING,
    OUTSIDE,
    PHI,
    SSN,
    TOLD,
    WATCHING,
    inbound,
    observe,
    observed,
    outbound,
)

from mesh.message.facts import Direction, Operation, Protocol
from mesh.observed.drift import DriftKind, drift
from mesh.observed.learn import propose
from mesh.observed.learn_text import render
from mesh.observed.proposal import Ends
from mesh.observed.proposal_caveats import mark_of, operation_of, unread_operations
from mesh.policy.decision import Action, Reason
from mesh.policy_file.load import parse
from phiscan.finding import Coverage, Gap, ScanReport

HEAD = """
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: p}
spec:
"""
CLAIM = f"""
  services: [{{host: {BILLING_HOST}, principal: {BILLING}}}]
  rules:
  - name: claim
    from: [{{principals: ["{EHR}"]}}]
    to: [{{principals: ["{BILLING}"], operation: {{methods: [POST], paths: ["/claims", "/claims/*"]}}}}]
    phi: {{request: {{allow: [PERSON_NAME]}}, response: {{allow: ["*"], deny: [DIAGNOSIS]}}}}
"""


def policy(text=CLAIM, today=None):
    return parse(HEAD + text, file="p.yaml", today=today)


def places(*messages, against=None):
    found = drift(observed(messages), against or policy()).drifted
    return [(d.place.what, d.place.reason, d.identifiers) for d in found]


def rule(name, more):
    return f'  - name: {name}\n    from: [{{principals: ["{EHR}"]}}]\n    {more}\n'


def test_what_the_policy_lets_through_is_no_drift():
    assert not drift(observed([(inbound(), PHI), (outbound("/claims/7"), PHI)]), policy()).found


def test_an_edge_that_no_rule_names_is_reported_with_what_flowed_there():
    found = drift(
        observed(
            [(inbound("/bills"), SSN), (inbound("/bills", direction=Direction.RESPONSE), PHI)]
        ),
        policy(),
    )
    (edge,) = found.drifted
    assert (edge.place.what, edge.place.reason) == (DriftKind.EDGE, Reason.EDGE_NOT_ALLOWED)
    assert (edge.place.ends, edge.place.method, edge.place.route) == (
        Ends(EHR, BILLING),
        "POST",
        "/bills",
    )
    assert (edge.identifiers, edge.messages) == (("PERSON_NAME", "US_SOCIAL_SECURITY_NUMBER"), 1)
    assert found.found


def test_an_identifier_that_the_policy_denies_is_reported():
    assert places((inbound(), SSN)) == [
        (DriftKind.DENIED, Reason.MINIMUM_NECESSARY, ("US_SOCIAL_SECURITY_NUMBER",))
    ]
    assert places((inbound(direction=Direction.RESPONSE), PHI)) == [
        (DriftKind.DENIED, Reason.MINIMUM_NECESSARY, ("DIAGNOSIS",))
    ]


def test_messages_that_do_not_hold_what_is_denied_are_not_counted():
    found = drift(observed([(inbound(), SSN), *[(inbound(), PHI)] * 3]), policy())
    assert [(d.identifiers, d.messages) for d in found.drifted] == [
        (("US_SOCIAL_SECURITY_NUMBER",), 1)
    ]


def test_what_cannot_pass_whatever_it_holds_is_reported_with_its_reason():
    cut = ScanReport(coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF)
    socket = inbound(protocol=Protocol.UPGRADE)
    assert places((inbound(), cut)) == [(DriftKind.DENIED, Reason.TRUNCATED, ())]
    assert places((socket, NOTHING)) == [(DriftKind.DENIED, Reason.PROTOCOL_NOT_ALLOWED, ())]
    assert places((inbound("/claims/../x"), NOTHING)) == [
        (DriftKind.DENIED, Reason.AMBIGUOUS_PATH, ())
    ]


def test_phi_without_mutual_tls_is_reported():
    anyone = policy(CLAIM.replace(f'principals: ["{EHR}"]', ""))
    assert places((inbound(source=""), PHI), against=anyone) == [
        (DriftKind.DENIED, Reason.UNENCRYPTED, ("PERSON_NAME",))
    ]


def test_a_host_of_the_mesh_without_principal_and_a_host_outside_are_told_apart():
    bare = policy(CLAIM.replace("services:", "services: [] #"))
    assert [what for what, _, _ in places((outbound(), PHI), (inbound(), PHI), against=bare)] == [
        DriftKind.SERVICE
    ]
    assert [what for what, _, _ in places((outbound(service=OUTSIDE), PHI))] == [DriftKind.EDGE]


def test_messages_that_both_sidecars_saw_count_once():
    found = drift(observed([(inbound("/bills"), PHI), (outbound("/bills"), PHI)]), policy())
    assert [d.messages for d in found.drifted] == [1]


def test_a_rule_that_nothing_uses_is_reported_and_one_that_may_be_used_is_not():
    text = CLAIM + rule(
        "urgent", f'to: [{{principals: ["{BILLING}"], operation: {{paths: ["/claims/urgent"]}}}}]'
    )
    text += rule("labs", f'to: [{{principals: ["{BILLING}"], operation: {{paths: ["/labs"]}}}}]')
    text += rule("claims", f'to: [{{principals: ["{CLAIMS}"]}}]')
    found = drift(observed([(inbound("/claims/7"), PHI)]), policy(text))
    assert found.unused == ("claims", "labs")
    only_urgent = policy(text.replace('"/claims", "/claims/*"', '"/other"'))
    assert places((inbound("/claims/7"), NOTHING), against=only_urgent) == [
        (DriftKind.EDGE, Reason.EDGE_NOT_ALLOWED, ())
    ]


def test_an_audit_rule_is_used_by_what_it_would_name_and_names_nothing():
    text = CLAIM + rule("trial", f'action: AUDIT\n    to: [{{principals: ["{BILLING}"]}}]')
    found = drift(observed([(inbound(), PHI), (inbound("/bills"), PHI)]), policy(text))
    assert (found.unused, [d.place.what for d in found.drifted]) == ((), [DriftKind.EDGE])
    elsewhere = CLAIM + rule("trial", f'action: AUDIT\n    to: [{{principals: ["{CLAIMS}"]}}]')
    assert drift(observed([(inbound(), PHI)]), policy(elsewhere)).unused == ("trial",)


EXCEPTION = f"""
  exceptions:
  - name: move
    from: [{{principals: ["{LAB}"]}}]
    to: [{{principals: ["{BILLING}"]}}]
    allow: [PERSON_NAME]
    owner: privacy
    reason: ticket
    expires: 2026-12-31
"""


@pytest.mark.parametrize(
    ("source", "today", "unused"), [(EHR, 30, ("move",)), (LAB, 30, ()), (EHR, 31, ())]
)
def test_an_exception_in_force_that_nothing_uses_is_reported(source, today, unused):
    day = date(2026, 12, 30) if today == 30 else date(2027, 1, 1)
    found = drift(
        observed([(inbound(source=source), PHI), (inbound(), PHI)]), policy(CLAIM + EXCEPTION, day)
    )
    assert found.exceptions == unused


@pytest.mark.parametrize(
    "more",
    [
        f'to: [{{principals: ["{BILLING}"]}}]\n    when: {{claims: {{role: [doctor]}}}}',
        f'to: [{{principals: ["{BILLING}"], operation: {{ports: [80]}}}}]',
        f'to: [{{principals: ["{BILLING}"], operation: {{hosts: [x]}}}}]',
    ],
)
def test_a_rule_that_asks_for_what_is_not_counted_is_compared_without_it(more):
    found = drift(
        observed([(inbound("/bills"), NOTHING), (inbound(), PHI)]),
        policy(CLAIM + rule("asks", more)),
    )
    assert (found.partly, found.unused, found.drifted) == (("asks",), (), ())


def test_addresses_are_those_of_peers_without_an_identity():
    text = CLAIM + (
        f"  - name: net\n    from: [{{ipBlocks: [10.0.0.0/8]}}]\n    to: [{{principals: "
        f'["{BILLING}"]}}]\n'
    )
    seen = observed([(inbound(), PHI), (inbound("/bills"), NOTHING)])
    assert [d.place.route for d in drift(seen, policy(text)).drifted] == ["/bills"]
    assert drift(seen, policy(text)).unused == ("net",)
    assert not drift(
        observed([(inbound(), PHI), (inbound(source=""), NOTHING)]), policy(text)
    ).found


@given(MESSAGES)
@settings(deadline=None)
def test_a_learned_policy_shows_no_drift_from_what_was_not_marked(messages):
    observations = [observe(message, TOLD) for message in messages]
    proposal = propose(observations, min_count=1)
    learned = parse(render(proposal, name="x", least=1), file="x.yaml")
    principals = {service.host: service.principal for service in proposal.services}
    unread = unread_operations(observations, principals)
    plain = [
        o
        for o in observations
        if mark_of(o, principals) is None
        and operation_of(o, principals) not in unread
        and (o.sighting.source and o.sighting.encryption.value != "none")
    ]
    assert not drift(plain, learned).drifted
    assert drift(observations, learned).unused == ()


@given(MESSAGES, st.randoms())
@settings(deadline=None)
def test_order_does_not_matter(messages, chance: random.Random):
    observations = [observe(message, TOLD) for message in messages]
    assert drift(observations, policy()) == drift(
        chance.sample(observations, len(observations)), policy()
    )


def test_nothing_seen_leaves_every_rule_unused():
    found = drift((), policy())
    assert (found.unused, found.drifted, found.found) == (("claim",), (), True)
    assert Action.DENY is policy().default_action


def test_what_was_refused_every_time_is_reported_as_stopped():
    refused, passed = (
        observe((inbound("/bills"), PHI), policy()),
        observe((inbound("/bills"), PHI), WATCHING),
    )
    assert [d.stopped for d in drift([refused, refused], policy()).drifted] == [True]
    assert [d.stopped for d in drift([refused, passed], policy()).drifted] == [False]


def test_what_a_guard_masked_must_be_masked_or_allowed():
    masking = policy(
        CLAIM.replace(
            "allow: [PERSON_NAME]", "allow: [PERSON_NAME], redact: [US_SOCIAL_SECURITY_NUMBER]"
        )
    )
    masked = observed([(inbound(), SSN)], masking)
    assert [dict(each.content.masked) for each in masked] == [{"US_SOCIAL_SECURITY_NUMBER": 1}]
    assert not drift(masked, masking).found
    assert [d.identifiers for d in drift(masked, policy()).drifted] == [
        ("US_SOCIAL_SECURITY_NUMBER",)
    ]


def test_what_was_read_as_a_medium_that_the_policy_does_not_list_is_reported():
    listed = policy(CLAIM.replace("allow: [PERSON_NAME]", "allow: [PERSON_NAME], media: [json]"))
    as_json, as_parts = replace(PHI, media="json"), replace(PHI, media="multipart", parts=("csv",))
    assert places((inbound(), as_json), (inbound(), PHI), against=listed) == []
    assert places((inbound(), as_json), (inbound(), as_parts), against=listed) == [
        (DriftKind.DENIED, Reason.MEDIA_NOT_ALLOWED, ("csv", "multipart"))
    ]
    (found,) = drift(observed([(inbound(), as_json), (inbound(), as_parts)]), listed).drifted
    assert found.messages <= 2


HL7 = f"""
  rules:
  - name: admissions
    from: [{{principals: ["{EHR}"]}}]
    to: [{{principals: ["{BILLING}"], operation: {{protocols: [MLLP], messageTypes: ["ADT^*"]}}}}]
    phi: {{request: {{allow: [PERSON_NAME]}}}}
  - name: own
    from: [{{principals: ["{EHR}"]}}]
    to: [{{principals: ["{BILLING}"], operation: {{protocols: [MLLP], messageTypes: ["ZPM^*"]}}}}]
"""


def hl7(kind):
    return replace(inbound(), protocol=Protocol.MLLP, operation=Operation(message_type=kind))


def test_a_message_type_that_no_rule_names_is_an_unnamed_edge():
    found = places((hl7("ADT^A01"), NOTHING), (hl7("ORU^R01"), NOTHING), against=policy(HL7))
    assert [(what, reason) for what, reason, _ in found] == [
        (DriftKind.EDGE, Reason.EDGE_NOT_ALLOWED)
    ]
    sites = drift(observed([(hl7("ORU^R01"), NOTHING)]), policy(HL7)).drifted
    assert [(site.place.method, site.place.route) for site in sites] == [("", "ORU^R01")]


def test_a_rule_for_types_of_no_table_may_have_been_used():
    assert drift(observed([(hl7("ADT^A01"), NOTHING)]), policy(HL7)).unused == ("own",)
    assert drift(observed([(hl7("ZPM^Z01"), NOTHING)]), policy(HL7)).unused == ("admissions",)
