import random
from dataclasses import replace
from functools import partial

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
    facts,
    inbound,
    learned,
    observe,
    observed,
    outbound,
    reports,
)
from mesh_strategies import found

from mesh.message import identity, paths
from mesh.message.facts import Direction, Operation, Protocol
from mesh.observed.learn import propose
from mesh.observed.learn_text import render
from mesh.observed.observation import merge
from mesh.observed.proposal import Mark
from mesh.observed.proposal_caveats import ends_of, mark_of, operation_of, unread_operations
from mesh.observed.route_template import pattern_of
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Mode
from mesh.policy.policy import Policy
from mesh.policy_file.load import parse
from phiscan.finding import Coverage, Gap, ScanReport, Subject, Verdict


def marks(observations, least=1):
    return [marked.mark for marked in propose(observations, min_count=least).marked]


@given(MESSAGES, st.sampled_from([TOLD, WATCHING]))
@settings(deadline=None)
def test_all_that_was_seen_and_not_marked_is_let_through(messages, watching):
    observations = [observe(message, watching) for message in messages]
    proposal = propose(observations, min_count=1)
    policy = learned(observations)
    principals = {service.host: service.principal for service in proposal.services}
    unread = unread_operations(observations, principals)
    for (about, report), observation in zip(messages, observations, strict=True):
        if operation_of(observation, principals) in unread:
            continue
        if mark_of(observation, principals) is None:
            assert decide(about, report, policy).action in {Action.ALLOW, Action.ALERT}


def sees(message, probe, observation, principals):
    """Whether an observation covers the edge, method and (widened) path of a probe."""
    seen = observation.sighting
    ends = ends_of(observation, principals)
    path = paths.normalise(probe.operation.path)
    destination = probe.destination or principals.get(probe.service, "")
    pattern = pattern_of(seen.route)
    return (
        mark_of(observation, principals) is None
        and (ends.source, ends.destination, seen.method)
        == (probe.source, destination, probe.operation.method)
        and path is not None
        and pattern is not None
        and identity.matches(pattern, path)
    )


@given(MESSAGES, facts(), reports())
@settings(deadline=None)
def test_nothing_else_is_let_through_with_mutual_tls(messages, probe, report):
    observations = observed(messages, TOLD)
    proposal = propose(observations, min_count=1)
    principals = {service.host: service.principal for service in proposal.services}
    decision = decide(probe, report, learned(observations))
    if decision.action is not Action.ALLOW:
        return  # denied; an alert is what unencrypted traffic without PHI gets under any policy
    covering = [each for each in observations if sees(messages, probe, each, principals)]
    assert covering
    if report.verdict is Verdict.PHI:
        held = [
            o
            for o in covering
            if o.sighting.direction is probe.direction and o.sighting.verdict is Verdict.PHI
        ]
        flowed = {name for observation in held for name in observation.content.identifiers}
        own = [
            finding
            for finding in report.findings
            if finding.identifier and finding.subject is not Subject.PROVIDER
        ]
        assert {finding.info_type for finding in own} <= flowed


@given(MESSAGES, st.randoms(), st.integers(1, 3))
@settings(deadline=None)
def test_neither_order_nor_splitting_changes_what_is_proposed(
    messages, chance: random.Random, least
):
    observations = [observe(message, TOLD) for message in messages]
    shuffled = chance.sample(observations, len(observations))
    cut = chance.randint(0, len(shuffled))
    parts = (*merge(shuffled[:cut]), *merge(shuffled[cut:]))
    texts = {
        render(propose(each, min_count=least), name="x", least=least)
        for each in (observations, shuffled, parts)
    }
    assert len(texts) == 1


def test_identifiers_are_listed_exactly_as_seen_in_their_direction():
    policy = learned(observed([(inbound(), SSN), (inbound(direction=Direction.RESPONSE), PHI)]))
    rule = policy.rules[0]
    assert (rule.name, rule.request.allow) == (
        "ehr-to-billing",
        {"PERSON_NAME", "US_SOCIAL_SECURITY_NUMBER"},
    )
    assert (rule.response.allow, rule.response.otherwise) == ({"PERSON_NAME"}, Action.DENY)


def test_identifiers_of_messages_without_phi_need_no_permission():
    alone = ScanReport((found("EMAIL_ADDRESS"),), verdict=Verdict.IDENTIFIERS)
    assert learned(observed([(inbound(), alone), (inbound(), PHI)])).rules[0].request.allow == {
        "PERSON_NAME"
    }


def test_operations_that_hold_other_identifiers_are_rules_of_their_own():
    policy = learned(
        observed([(inbound("/claims"), SSN), (inbound("/invoices"), PHI), (inbound("/bills"), PHI)])
    )
    assert {rule.name: rule.targets[0].operation.paths for rule in policy.rules} == {
        "ehr-to-billing": ("/bills", "/invoices"),
        "ehr-to-billing-2": ("/claims",),
    }


def test_phi_without_mutual_tls_is_marked_and_not_opened():
    unencrypted = inbound(source="")
    observations = observed([(unencrypted, PHI), (inbound(), NOTHING)])
    assert marks(observations) == [Mark.UNENCRYPTED]
    assert "without PHI came" not in render(propose(observations, min_count=1), name="x", least=1)
    assert decide(unencrypted, PHI, learned(observations)).action is Action.DENY


def test_what_is_seen_less_often_than_asked_is_marked_as_rare():
    observations = observed(
        [(inbound("/claims"), PHI)] * 3 + [(inbound("/claims"), SSN), (inbound("/bills"), PHI)]
    )
    policy = learned(observations, least=3)
    assert marks(observations, least=3) == [Mark.RARE, Mark.RARE_IDENTIFIER]
    text = render(propose(observations, min_count=3), name="x", least=3)
    assert (
        f"# * {EHR} -> {BILLING} POST /claims (request): 1 message, US_SOCIAL_SECURITY_NUMBER"
        in text
    )
    assert decide(inbound("/claims"), PHI, policy).action is Action.ALLOW
    assert decide(inbound("/claims"), SSN, policy).action is Action.DENY
    assert decide(inbound("/bills"), PHI, policy).action is Action.DENY


def test_one_message_that_two_sidecars_saw_is_one():
    both = [(outbound(), PHI), (inbound(), PHI)]
    assert marks(observed(both, TOLD), least=2) == [Mark.RARE]
    with_number = observed([*both, (outbound(), SSN), (inbound(), SSN)], TOLD)
    assert marks(with_number, least=2) == [Mark.RARE_IDENTIFIER]


def test_only_what_is_rare_or_leaves_the_mesh_has_a_rule_to_uncomment():
    cut = ScanReport(coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF)
    seen = [
        (inbound(source=""), PHI),
        (outbound("/other"), PHI),
        (inbound(), cut),
        (outbound(service=OUTSIDE), PHI),
        (inbound(), PHI),
    ]
    found_rules = {
        marked.mark: marked.rule is not None
        for marked in propose(observed(seen), min_count=2).marked
    }
    assert {mark for mark, has_rule in found_rules.items() if has_rule} == {Mark.OUTSIDE, Mark.RARE}
    assert len(found_rules) == 5


def test_what_could_not_be_read_is_marked():
    cut = ScanReport(coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF)
    socket = inbound(protocol=Protocol.UPGRADE)
    assert marks(observed([(inbound(), cut), (socket, NOTHING)])) == [Mark.UNREAD]


UNREADABLE = {
    "upgrade": ({"protocol": Protocol.UPGRADE}, NOTHING),
    "tcp": ({"protocol": Protocol.TCP}, NOTHING),
    "cut off": ({}, replace(PHI, coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF)),
    "media": ({}, replace(NOTHING, coverage=Coverage.UNSCANNABLE, gap=Gap.UNKNOWN_ENCODING)),
    "out of time": ({}, replace(NOTHING, coverage=Coverage.UNSCANNABLE, gap=Gap.OUT_OF_TIME)),
}


@pytest.mark.parametrize("enforcing", [False, True])
@pytest.mark.parametrize("way", [inbound, outbound, partial(outbound, service=OUTSIDE)])
@pytest.mark.parametrize(("more", "report"), UNREADABLE.values(), ids=UNREADABLE)
def test_nothing_is_proposed_to_open_what_could_not_be_read(more, report, way, enforcing):
    """Not even as a rule to uncomment."""
    watching = replace(TOLD, mode=Mode.ENFORCE if enforcing else Mode.DISCOVER)
    proposal = propose(observed([(way(**more), report)] * 5, watching), min_count=1)
    assert proposal.rules == ()
    assert [marked.rule for marked in proposal.marked] == [None]


@pytest.mark.parametrize(("more", "report"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_answer_opens_nothing_where_no_request_was_read(more, report):
    answer = inbound(direction=Direction.RESPONSE)
    asked = [(inbound(**more), report)] * 3 + [(answer, PHI)] * 3
    assert propose(observed(asked), min_count=1).rules == ()
    assert marks(observed(asked)) == [Mark.UNREAD]
    assert propose(observed([*asked, (inbound(), NOTHING)]), min_count=1).rules != ()


def test_a_rule_to_uncomment_opens_what_was_read_and_not_what_was_not_beside_it():
    read, unread = outbound(service=OUTSIDE), outbound(service=OUTSIDE, protocol=Protocol.UPGRADE)
    (marked,) = propose(observed([(read, PHI), (unread, SSN)]), min_count=1).marked
    assert marked.messages == 2
    assert marked.rule is not None
    assert (marked.rule.messages, marked.rule.request.allow) == (1, ("PERSON_NAME",))


def test_unusual_methods_and_paths_are_marked_and_hold_nothing_of_the_callers():
    messages = [(inbound(method="ZEBULON"), PHI), (inbound("/claims/../zebulon"), PHI)]
    text = render(propose(observed(messages), min_count=1), name="x", least=1)
    assert marks(observed(messages)) == [Mark.AMBIGUOUS, Mark.METHOD]
    assert "zebulon" not in text.lower()


def test_what_the_guard_refused_is_not_proposed():
    enforcing = Policy("p", "0" * 64)
    assert marks(observed([(inbound(), PHI)], enforcing)) == [Mark.STOPPED]


def test_what_the_guard_masked_is_proposed_masked():
    text = render(propose(observed([(inbound(), SSN)]), min_count=1), name="x", least=1)
    masking = parse(
        text.replace("monitor", "enforce").replace(
            ", US_SOCIAL_SECURITY_NUMBER]", "], redact: [US_SOCIAL_SECURITY_NUMBER]"
        ),
        file="x",
    )
    again = learned(observed([(inbound(), SSN)], masking))
    assert again.rules[0].request.redact == {"US_SOCIAL_SECURITY_NUMBER"}
    assert decide(inbound(), SSN, again).action is Action.REDACT


def test_a_mask_gives_way_where_the_identifier_flowed_as_it_was():
    """What one rule redacts stays redacted where another rule of the edge allows it."""
    seen = observe((inbound("/claims"), SSN))
    masked = observe((inbound("/bills"), SSN))
    hidden = replace(
        masked, content=replace(masked.content, masked={"US_SOCIAL_SECURITY_NUMBER": 1})
    )
    policy = learned([seen, hidden])
    assert decide(inbound("/claims"), SSN, policy).action is Action.ALLOW


def test_a_mask_stays_where_the_identifier_flowed_as_it_was_only_by_chance():
    bare, masked = observe((inbound("/claims"), SSN)), observe((inbound("/bills"), SSN))
    hidden = replace(
        masked, content=replace(masked.content, masked={"US_SOCIAL_SECURITY_NUMBER": 1})
    )
    policy = learned([bare, observe((inbound("/claims"), PHI)), hidden, hidden], least=2)
    assert decide(inbound("/bills"), SSN, policy).action is Action.REDACT
    assert decide(inbound("/claims"), SSN, policy).action is Action.DENY


def test_a_hosts_principal_is_guessed_from_what_receivers_took():
    messages = [(outbound(), PHI), (inbound(), PHI), (inbound(source=LAB, destination=CLAIMS), PHI)]
    proposal = propose(observed(messages, WATCHING), min_count=1)
    assert [(s.host, s.principal, s.guessed) for s in proposal.services] == [
        (BILLING_HOST, BILLING, True)
    ]
    assert "a guess" in render(proposal, name="x", least=1)
    assert decide(outbound(), PHI, learned(observed(messages, WATCHING))).action is Action.ALLOW


def test_a_host_that_nobody_is_seen_to_serve_stays_unknown():
    observations = observed([(outbound(), PHI), (inbound("/other"), PHI)], WATCHING)
    assert propose(observations).services == ()
    assert Mark.UNSEEN_RECEIVER in marks(observations)


def test_of_two_that_may_serve_a_host_its_namesake_does():
    observations = observed(
        [(outbound(), PHI), (inbound(), PHI), (inbound(destination=CLAIMS), PHI)], WATCHING
    )
    assert [s.principal for s in propose(observations).services] == [BILLING]


def test_no_traffic_gives_a_policy_that_opens_nothing():
    assert learned([]).rules == ()


def hl7(kind="ADT^A01", **more):
    return replace(
        inbound(**more), protocol=Protocol.MLLP, operation=Operation(message_type=kind, port=2575)
    )


def test_message_types_are_learned_in_place_of_methods_and_paths():
    answer = replace(hl7("ORU^R01"), direction=Direction.RESPONSE)
    seen = observed([(hl7(), PHI), (hl7("ORU^R01"), PHI), (answer, NOTHING), (inbound(), PHI)])
    text = render(propose(seen, min_count=1), name="p", least=1)
    assert 'operation: {protocols: [MLLP], messageTypes: ["ADT^A01", "ORU^R01"]}' in text
    policy = parse(text, file="p.yaml")
    assert decide(hl7(), PHI, policy).action is Action.ALLOW
    assert decide(answer, NOTHING, policy).action is Action.ALLOW
    assert decide(hl7("ADT^A08"), PHI, policy).action is Action.DENY


@pytest.mark.parametrize(
    ("message", "report", "mark"),
    [
        (hl7(""), PHI, Mark.MESSAGE_TYPE),
        (hl7("ANA^RUZ"), PHI, Mark.MESSAGE_TYPE),
        (hl7(mtls=False), NOTHING, Mark.HL7_UNENCRYPTED),
        (hl7(mtls=False), PHI, Mark.UNENCRYPTED),
    ],
)
def test_of_what_no_rule_for_mllp_can_name_none_is_proposed(message, report, mark):
    found = propose(observed([(message, report)]), min_count=1)
    assert [marked.mark for marked in found.marked] == [mark]
    assert found.rules == ()
    assert "ANA" not in render(found, name="p", least=1)
