"""Decisions on inputs that no scan gives, which tests/cases lacks."""

from dataclasses import replace
from typing import Any, cast

import pytest
from mesh_strategies import (
    BILLING,
    EHR,
    found,
)
from one_edge import FACTS, policy, report, rule, spoke

from mesh.message.facts import Direction, Operation, Vantage
from mesh.policy.decide import decide, refuse
from mesh.policy.decision import Action, Mode, Reason
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Target
from phiscan.finding import Coverage, Gap, ScanReport, Subject, Verdict
from phiscan.identifiers import Identifier

IDENTIFIERS = replace(
    report(found("PERSON_NAME"), found("US_SOCIAL_SECURITY_NUMBER")), verdict=Verdict.IDENTIFIERS
)


NAMED = Action.DENY, Reason.NAMED_BY_ENTRY
OPEN = Action.ALLOW, Reason.NO_PHI


@pytest.mark.parametrize(
    ("disclosure", "expected"),
    [
        (Disclosure(deny=frozenset({"US_SOCIAL_SECURITY_NUMBER"})), NAMED),
        (Disclosure(deny=frozenset({"G"})), NAMED),
        (Disclosure(redact=frozenset({"G"})), (Action.REDACT, Reason.NAMED_BY_ENTRY)),
        (Disclosure(deny=frozenset({"A"}), redact=frozenset({"G"})), NAMED),
        (Disclosure(deny=frozenset({"MEDICAL_RECORD_NUMBER"})), OPEN),  # none was found
        (Disclosure(deny=frozenset({"*"})), OPEN),  # a star speaks of PHI
        (Disclosure(redact=frozenset({"*"})), OPEN),
        (Disclosure(otherwise=Action.DENY), OPEN),  # so does `otherwise`
        (Disclosure(allow=frozenset({"A"})), OPEN),
    ],
)
def test_without_health_context_only_entries_that_name_something_act(disclosure, expected):
    assert spoke(decide(FACTS, IDENTIFIERS, policy(rule(request=disclosure)))) == expected


@pytest.mark.parametrize("verdict", [Verdict.NONE, Verdict.HEALTH])
def test_an_entry_that_names_health_information_acts_on_it_alone(verdict):
    seen = replace(report(found("DIAGNOSIS", Subject.NOBODY)), verdict=verdict)
    named = rule(request=Disclosure(deny=frozenset({"DIAGNOSIS"})))
    assert spoke(decide(FACTS, seen, policy(named))) == NAMED


def test_a_named_entry_that_cannot_be_masked_denies():
    named = rule(request=Disclosure(redact=frozenset({"G"})))
    facts = replace(FACTS, redactable=False)
    assert spoke(decide(facts, IDENTIFIERS, policy(named))) == (
        Action.DENY,
        Reason.REDACTION_UNAVAILABLE,
    )


def test_what_a_named_entry_decides_says_its_infotypes():
    named = rule(request=Disclosure(redact=frozenset({"G"})))
    decision = decide(FACTS, IDENTIFIERS, policy(named))
    assert decision.tipped == decision.redact == ("US_SOCIAL_SECURITY_NUMBER",)
    assert decision.identifiers == IDENTIFIERS.identifiers


@pytest.mark.parametrize(
    ("entry", "expected"),
    [("G", (Action.DENY, Reason.AMBIGUOUS_PATH)), ("MEDICAL_RECORD_NUMBER", OPEN), ("*", OPEN)],
)
def test_a_rule_that_cannot_be_evaluated_denies_where_it_could_name_what_was_found(entry, expected):
    paths = Target(operation=OperationMatch(paths=("/claims",)))
    unsure = rule("unsure", targets=(paths,), request=Disclosure(deny=frozenset({entry})))
    facts = replace(FACTS, operation=Operation("POST", "/x/../claims"))
    assert spoke(decide(facts, IDENTIFIERS, policy(rule(), unsure))) == expected


@pytest.mark.parametrize("bad", [None, "policy", policy(rule(targets=None))])
def test_whatever_goes_wrong_is_an_enforced_denial(bad):
    decision = decide(FACTS, report(found("PERSON_NAME")), cast("Any", bad))
    assert (*spoke(decision), decision.enforced) == (Action.DENY, Reason.INTERNAL_ERROR, True)


def test_a_verdict_that_its_findings_do_not_bear_out_is_denied():
    decision = decide(
        FACTS, report(found("DIAGNOSIS")), policy(rule(request=Disclosure(allow=frozenset({"*"}))))
    )
    assert spoke(decision) == (Action.DENY, Reason.INTERNAL_ERROR)


@pytest.mark.parametrize("on_unscannable", [Action.DENY, Action.ALERT])
@pytest.mark.parametrize(
    ("gap", "reason"),
    [(Gap.OUT_OF_TIME, Reason.OUT_OF_TIME), (Gap.INTERNAL_ERROR, Reason.INTERNAL_ERROR)],
)
def test_a_gap_of_the_guard_denies_whatever_on_unscannable_says(on_unscannable, gap, reason):
    seen = ScanReport(coverage=Coverage.UNSCANNABLE, gap=gap)
    assert spoke(decide(FACTS, seen, policy(rule(), on_unscannable=on_unscannable))) == (
        Action.DENY,
        reason,
    )


@pytest.mark.parametrize(
    ("findings", "action"),
    [
        # `otherwise` concerns individuals only
        ([found("US_HEALTHCARE_NPI", Subject.PROVIDER)], Action.ALLOW),
        ([found("DIAGNOSIS")], Action.ALLOW),
        ([found("US_HEALTHCARE_NPI")], Action.DENY),
        ([found("LICENSE_NUMBER", Subject.PROVIDER)], Action.REDACT),  # named by its class
        ([found("PROCEDURE")], Action.DENY),  # health information named by its infoType
    ],
)
def test_stars_and_otherwise_concern_individuals_only(findings, action):
    disclosure = Disclosure(
        allow=frozenset({"PERSON_NAME"}),
        redact=frozenset({"LICENSE_NUMBER"}),
        deny=frozenset({"PROCEDURE"}),
    )
    seen = report(found("PERSON_NAME"), *findings)
    assert decide(FACTS, seen, policy(rule(request=disclosure))).action is action


def test_a_class_entry_rules_a_provider_too():
    disclosure = Disclosure(allow=frozenset({"*"}), deny=frozenset({"K"}))
    seen = report(found("PERSON_NAME"), found("US_DEA_NUMBER", Subject.PROVIDER))
    decision = decide(FACTS, seen, policy(rule(request=disclosure)))
    assert (*spoke(decision), decision.tipped) == (
        Action.DENY,
        Reason.MINIMUM_NECESSARY,
        ("US_DEA_NUMBER",),
    )


PLAIN = replace(FACTS, mtls=False)
WAIVED = Disclosure(allow=frozenset({"PERSON_NAME"}))
STRICT = Disclosure(allow=frozenset({"G"}), deny=frozenset({"URL"}), redact=frozenset({"F"}))


@pytest.mark.parametrize(
    ("info_type", "plain", "encrypted"),
    [
        ("PERSON_NAME", Reason.UNENCRYPTED, Reason.ALLOWED_BY_RULE),
        ("US_SOCIAL_SECURITY_NUMBER", Reason.MINIMUM_NECESSARY, Reason.ALLOWED_BY_RULE),
        ("EMAIL_ADDRESS", Reason.REDACTED_BY_RULE, Reason.REDACTED_BY_RULE),
        ("URL", Reason.MINIMUM_NECESSARY, Reason.MINIMUM_NECESSARY),
    ],
)
def test_without_mutual_tls_the_other_rules_allow_nothing_but_restrict_as_ever(
    info_type, plain, encrypted
):
    rules = policy(rule("waived", request=WAIVED, mtls=False), rule("strict", request=STRICT))
    seen = report(found(info_type))
    assert (decide(PLAIN, seen, rules).reason, decide(FACTS, seen, rules).reason) == (
        plain,
        encrypted,
    )


@pytest.mark.parametrize(
    ("choices", "strictest"),
    [
        ((Action.ALERT, Action.DENY, Action.REDACT), Action.DENY),
        ((Action.ALERT, Action.REDACT), Action.REDACT),
        ((Action.ALERT,), Action.ALERT),
    ],
)
def test_the_strictest_otherwise_applies_to_what_no_entry_names(choices, strictest):
    rules = policy(
        *(rule(str(n), request=Disclosure(otherwise=choice)) for n, choice in enumerate(choices))
    )
    assert decide(FACTS, report(found("URL")), rules).action is strictest


def test_the_rules_that_name_the_edge_are_listed_sorted():
    assert decide(FACTS, ScanReport(), policy(*map(rule, "cab"))).rules == ("a", "b", "c")


REDACT = policy(rule(request=Disclosure(redact=frozenset({"*"}))))


@pytest.mark.parametrize(
    ("facts", "seen", "reason"),
    [
        (FACTS, report(found("PERSON_NAME")), Reason.REDACTED_BY_RULE),
        (
            replace(FACTS, redactable=False),
            report(found("PERSON_NAME")),
            Reason.REDACTION_UNAVAILABLE,
        ),
        (
            FACTS,
            report(found("PERSON_NAME"), found("PERSON_NAME", start=-1)),
            Reason.REDACTION_UNAVAILABLE,
        ),
        (
            FACTS,
            report(found("PERSON_NAME"), found("DIAGNOSIS", start=-1)),
            Reason.REDACTED_BY_RULE,
        ),
        (
            FACTS,
            report(found("PERSON_NAME"), coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF),
            Reason.TRUNCATED,
        ),
    ],
)
def test_redaction_needs_a_body_that_can_be_replaced_and_was_seen_whole(facts, seen, reason):
    assert decide(facts, seen, REDACT).reason is reason


def test_health_information_cannot_be_masked_so_a_rule_that_redacts_it_denies():
    disclosure = Disclosure(allow=frozenset({"A"}), redact=frozenset({"DIAGNOSIS"}))
    decision = decide(
        FACTS, report(found("PERSON_NAME"), found("DIAGNOSIS")), policy(rule(request=disclosure))
    )
    assert spoke(decision) == (Action.DENY, Reason.REDACTION_UNAVAILABLE)


def test_redaction_of_a_part_is_unavailable_even_where_unscannable_messages_pass():
    seen = report(found("PERSON_NAME"), coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF)
    decision = decide(FACTS, seen, replace(REDACT, on_unscannable=Action.ALERT))
    assert spoke(decision) == (Action.DENY, Reason.REDACTION_UNAVAILABLE)


def test_a_denial_names_only_the_infotypes_that_tipped_it():
    disclosure = Disclosure(
        allow=frozenset({"DATE_OF_BIRTH"}),
        redact=frozenset({"G"}),
        deny=frozenset({"DIAGNOSIS", "URL"}),
    )
    seen = report(
        *map(found, ("DIAGNOSIS", "DATE_OF_BIRTH", "US_SOCIAL_SECURITY_NUMBER", "PERSON_NAME"))
    )
    decision = decide(FACTS, seen, policy(rule(request=disclosure)))
    assert (decision.tipped, decision.redact) == (("DIAGNOSIS", "PERSON_NAME"), ())


def test_phi_on_an_edge_that_only_the_default_opens_has_a_reason_of_its_own():
    decision = decide(FACTS, report(found("URL")), policy(default_action=Action.ALLOW))
    assert (*spoke(decision), decision.rules) == (Action.ALLOW, Reason.ALLOWED_BY_DEFAULT, ())
    assert decision.identifiers == (Identifier.URL,)
    assert decide(FACTS, ScanReport(), policy(default_action=Action.ALLOW)).reason is Reason.NO_PHI


@pytest.mark.parametrize(
    ("mode", "rule_modes", "enforced"),
    [
        (Mode.ENFORCE, [None], True),
        (Mode.MONITOR, [None], False),
        (Mode.DISCOVER, [], False),
        (Mode.ENFORCE, [], True),
        (Mode.MONITOR, [Mode.ENFORCE, None], True),  # one that enforces is enough
        (Mode.ENFORCE, [Mode.MONITOR], False),
        (Mode.ENFORCE, [Mode.MONITOR, None], True),
    ],
)
def test_an_edge_is_enforced_if_any_rule_that_names_it_enforces(mode, rule_modes, enforced):
    rules = policy(*(rule(str(n), mode=m) for n, m in enumerate(rule_modes)), mode=mode)
    assert decide(FACTS, report(found("PERSON_NAME")), rules).enforced is enforced
    assert refuse(Reason.OUT_OF_TIME, rules, FACTS).enforced is enforced


def test_a_rule_that_might_name_the_edge_counts_for_enforcement():
    listing = Target(Peer((BILLING,)), OperationMatch(paths=("/claims",)))
    rules = policy(
        rule("strict", targets=(listing,), mode=Mode.ENFORCE), rule("loose"), mode=Mode.MONITOR
    )
    facts = replace(FACTS, operation=Operation("POST", "/x/../claims"))
    decision = decide(facts, report(found("PERSON_NAME")), rules)
    assert (decision.reason, decision.enforced, decision.rules) == (
        Reason.AMBIGUOUS_PATH,
        True,
        ("loose", "strict"),
    )


@pytest.mark.parametrize(
    ("vantage", "caller", "forged"),
    [
        (Vantage.INBOUND, BILLING, False),  # the receiver's proxy asks as the destination
        (Vantage.INBOUND, EHR, True),
        (Vantage.OUTBOUND, EHR, False),  # the sender's proxy asks as the source
        (Vantage.OUTBOUND, BILLING, True),
        (Vantage.OUTBOUND, "", False),  # a plain listener proves nobody
    ],
)
def test_a_proxy_asks_for_its_own_end_only(vantage, caller, forged):
    facts = replace(FACTS, vantage=vantage, caller=caller, service="billing")
    rules = policy(rule(), services={"billing": BILLING})
    assert (decide(facts, ScanReport(), rules).reason is Reason.CALLER_MISMATCH) is forged


def test_one_kind_that_cannot_be_masked_denies_the_message():
    both = rule(request=Disclosure(frozenset({"*"}), redact=frozenset({"G", "DIAGNOSIS"})))
    seen = report(found("US_SOCIAL_SECURITY_NUMBER"), found("DIAGNOSIS"))
    assert spoke(decide(FACTS, seen, policy(both))) == (
        Action.DENY,
        Reason.REDACTION_UNAVAILABLE,
    )


def test_a_rule_that_might_name_the_edge_brings_the_policys_mode():
    paths = Target(Peer((BILLING,)), OperationMatch(paths=("/claims",)))
    unsure = rule("unsure", targets=(paths,))
    rules = policy(rule(mode=Mode.MONITOR), unsure, mode=Mode.ENFORCE)
    facts = replace(FACTS, operation=Operation("POST", "/x/../claims"))
    assert decide(facts, report(found("PERSON_NAME")), rules).enforced


def test_a_forged_check_is_refused_even_where_its_edge_is_only_monitored():
    rules = policy(rule(mode=Mode.MONITOR))
    decision = decide(replace(FACTS, caller="cluster.local/ns/evil/sa/x"), ScanReport(), rules)
    assert (*spoke(decision), decision.enforced) == (Action.DENY, Reason.CALLER_MISMATCH, True)


def test_a_refusal_without_facts_is_enforced_if_the_policy_enforces_anywhere():
    assert refuse(Reason.OVERLOADED, policy(rule(mode=Mode.ENFORCE), mode=Mode.MONITOR)).enforced
    assert not refuse(Reason.OVERLOADED, policy(rule(), mode=Mode.MONITOR)).enforced


def test_a_refusal_without_a_policy_is_enforced():
    decision = refuse(Reason.NO_POLICY)
    assert (*spoke(decision), decision.enforced, decision.policy) == (
        Action.DENY,
        Reason.NO_POLICY,
        True,
        "",
    )


def test_a_refusal_saw_nothing():
    decision = refuse(Reason.OUT_OF_TIME, policy(), FACTS)
    assert (decision.coverage, decision.gap, decision.policy) == (
        Coverage.UNSCANNABLE,
        Gap.OUT_OF_TIME,
        "d",
    )


def test_a_refusal_never_raises():
    decision = refuse(Reason.DRAINING, cast("Any", "no policy"), FACTS)
    assert (*spoke(decision), decision.enforced) == (Action.DENY, Reason.DRAINING, True)


def test_phi_without_a_finding_contradicts_itself_and_is_denied():
    everything = policy(rule(request=Disclosure(allow=frozenset({"*"}))))
    decision = decide(FACTS, ScanReport(verdict=Verdict.PHI), everything)
    assert spoke(decision) == (Action.DENY, Reason.INTERNAL_ERROR)


@pytest.mark.parametrize(
    ("direction", "action"), [(Direction.REQUEST, Action.ALLOW), (Direction.RESPONSE, Action.DENY)]
)
def test_a_finding_is_ruled_by_the_disclosure_of_the_messages_direction(direction, action):
    rules = policy(rule(request=Disclosure(allow=frozenset("A")), response=Disclosure()))
    facts = replace(FACTS, direction=direction)
    assert decide(facts, report(found("PERSON_NAME")), rules).action is action


def test_a_message_to_a_closed_namespace_is_denied_before_all_but_a_forged_check():
    closed = replace(policy(rule(mode=Mode.MONITOR)), closed={"finance": Mode.ENFORCE})
    judged = decide(replace(FACTS, mtls=False), IDENTIFIERS, closed)
    assert (spoke(judged), judged.enforced) == ((Action.DENY, Reason.NO_POLICY), True)
    forged = decide(replace(FACTS, caller="cluster.local/ns/x/sa/y"), IDENTIFIERS, closed)
    assert spoke(forged) == (Action.DENY, Reason.CALLER_MISMATCH)
    assert refuse(Reason.OVERLOADED, closed, FACTS).enforced
    watching = replace(closed, closed={"finance": Mode.MONITOR}, mode=Mode.MONITOR)
    assert not refuse(Reason.OVERLOADED, watching, FACTS).enforced
    assert not decide(FACTS, IDENTIFIERS, watching).enforced
