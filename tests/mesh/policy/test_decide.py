"""Properties that hold for all inputs, and inputs that no scan gives (tests/cases lacks those)."""

from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mesh_strategies import (
    ALL_FACTS,
    BILLING,
    COVERAGES,
    DISCLOSURES,
    EHR,
    FINDINGS,
    POLICIES,
    VERDICTS,
    found,
    reports,
)

from mesh.message.facts import Direction, Facts, Operation, Vantage
from mesh.policy.decide import decide, refuse
from mesh.policy.decision import Action, Decision, Mode, Reason
from mesh.policy.matching import edge_of, rules_on
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target, Terms
from phiscan.finding import Coverage, Finding, Gap, ScanReport, Subject, Verdict
from phiscan.identifiers import Identifier

FACTS = Facts(
    source=EHR,
    destination=BILLING,
    mtls=True,
    redactable=True,
    operation=Operation("POST", "/claims"),
)


def report(*findings: Finding, **changes: Any) -> ScanReport:
    return replace(ScanReport(findings, verdict=Verdict.PHI), **changes)


def rule(name: str = "r", **changes: Any) -> Rule:
    return replace(Rule(name, (Peer((EHR,)),), (Target(Peer((BILLING,))),)), **changes)


def policy(*rules: Rule, **changes: Any) -> Policy:
    return replace(Policy("p", "d", rules=rules), **changes)


def spoke(decision: Decision) -> tuple[Action, Reason]:
    return decision.action, decision.reason


# --- for all inputs


@given(ALL_FACTS, reports(), POLICIES)
def test_every_input_has_one_decision(facts, seen, rules):
    decision = decide(facts, seen, rules)
    assert decision.reason is not Reason.INTERNAL_ERROR or seen.gap is Gap.INTERNAL_ERROR
    assert decision == decide(facts, seen, rules)
    assert (decision.verdict, decision.coverage, decision.policy) == (
        seen.verdict,
        seen.coverage,
        "d",
    )
    assert bool(decision.redact) is (decision.action is Action.REDACT)


@given(ALL_FACTS, reports(), POLICIES, st.randoms(use_true_random=False))
def test_order_does_not_matter(facts, seen, rules, random):
    shuffled_rules = random.sample(rules.rules, len(rules.rules))
    shuffled_findings = random.sample(seen.findings, len(seen.findings))
    decision = decide(facts, seen, rules)
    assert decision == decide(facts, seen, replace(rules, rules=tuple(shuffled_rules)))
    assert decision == decide(facts, replace(seen, findings=tuple(shuffled_findings)), rules)


@given(ALL_FACTS, reports(), POLICIES, FINDINGS)
def test_another_finding_never_loosens(facts, seen, rules, finding):
    more = replace(seen, findings=(*seen.findings, finding))
    assert decide(facts, seen, rules).action.rank <= decide(facts, more, rules).action.rank


@given(ALL_FACTS, reports(), POLICIES)
def test_a_worse_verdict_never_loosens(facts, seen, rules):
    worse = VERDICTS[VERDICTS.index(seen.verdict) + 1 :] if seen.identifiers else ()
    for verdict in worse:
        decision = decide(facts, replace(seen, verdict=verdict), rules)
        assert decide(facts, seen, rules).action.rank <= decision.action.rank


@given(ALL_FACTS, reports(), POLICIES, COVERAGES)
def test_less_coverage_never_loosens(facts, seen, rules, coverage):
    whole = replace(seen, coverage=Coverage.COMPLETE, gap=Gap.NONE)
    less = replace(seen, coverage=coverage[0], gap=coverage[1])
    assert decide(facts, whole, rules).action.rank <= decide(facts, less, rules).action.rank


@given(ALL_FACTS, reports(), POLICIES)
def test_dropping_mutual_tls_never_loosens_but_for_the_alert_without_phi(facts, seen, rules):
    secure, plain = (decide(replace(facts, mtls=mtls), seen, rules) for mtls in (True, False))
    assume(spoke(plain) != (Action.ALERT, Reason.UNENCRYPTED) or seen.verdict is Verdict.PHI)
    assert secure.action.rank <= plain.action.rank


@given(ALL_FACTS, reports(), POLICIES)
def test_unencrypted_phi_never_passes_silently(facts, seen, rules):
    decision = decide(
        replace(facts, mtls=False, vantage=Vantage.INBOUND),
        replace(seen, verdict=Verdict.PHI),
        rules,
    )
    assert decision.action is not Action.ALLOW


@given(ALL_FACTS, reports(), POLICIES, DISCLOSURES)
def test_no_other_rule_cancels_a_denial(facts, seen, rules, disclosure):
    other = Rule("z", (Peer(),), (Target(),), disclosure, disclosure, mtls=False)
    denier = rule(
        "denier",
        request=Disclosure(deny=frozenset({"*"})),
        response=Disclosure(deny=frozenset({"*"})),
    )
    facts = replace(FACTS, direction=facts.direction)
    seen = report(found("PERSON_NAME"), *seen.findings)
    decision = decide(facts, seen, replace(rules, rules=(*rules.rules, other, denier)))
    assert decision.action is Action.DENY


@given(ALL_FACTS, reports(), POLICIES)
def test_audit_rules_change_nothing_but_what_is_told_of_them(facts, seen, rules):
    without = replace(rules, rules=rules.in_force)
    decision = decide(facts, seen, rules)
    assert replace(decision, audits=()) == decide(facts, seen, without)
    watched = replace(rules, rules=tuple(replace(rule, audit=True) for rule in rules.rules))
    assert replace(decide(facts, seen, watched), audits=()) == decide(
        facts, seen, replace(rules, rules=())
    )


@given(ALL_FACTS, reports(), POLICIES)
def test_an_audit_rule_tells_what_it_would_do_as_the_only_rule(facts, seen, rules):
    told = dict(decide(facts, seen, rules).audits)
    for each in rules.auditing:
        alone = replace(rules, rules=(replace(each, audit=False),))
        matches = rules_on(alone, edge_of(facts, alone))
        action = (
            decide(facts, seen, alone).action if matches.named or matches.unsure else Action.ALLOW
        )
        assert told.get(each.name, Action.ALLOW) is action


# --- entries that name something hold in every message


@given(ALL_FACTS, reports(), POLICIES)
def test_an_entry_of_deny_that_names_what_was_found_denies_whatever_the_verdict(facts, seen, rules):
    named = Disclosure(deny=frozenset({"US_SOCIAL_SECURITY_NUMBER"}))
    never = Rule("never", (Peer(),), (Target(),), named, named, mtls=False)
    seen = replace(seen, findings=(*seen.findings, found("US_SOCIAL_SECURITY_NUMBER")))
    facts = replace(FACTS, direction=facts.direction, mtls=facts.mtls)
    assert decide(facts, seen, replace(rules, rules=(*rules.rules, never))).action is Action.DENY


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


# --- reports that no scan gives


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


# --- AUDIT rules


def audit(name: str, **changes: Any) -> Rule:
    return rule(name, audit=True, **changes)


def test_what_audit_rules_would_have_done_is_recorded_by_name():
    open_rule = rule(request=Disclosure(allow=frozenset({"*"})))
    seen = report(found("PERSON_NAME"), found("URL"))
    audits = (
        audit("denies", request=Disclosure(allow=frozenset({"A"}))),
        audit("allows", request=Disclosure(allow=frozenset({"*"}))),
        audit("masks", request=Disclosure(allow=frozenset({"A"}), otherwise=Action.REDACT)),
        audit("alerts", request=Disclosure(otherwise=Action.ALERT)),
        audit("of another edge", targets=(Target(Peer((EHR,))),)),
    )
    decision = decide(FACTS, seen, policy(open_rule, *audits))
    assert (*spoke(decision), decision.rules) == (Action.ALLOW, Reason.ALLOWED_BY_RULE, ("r",))
    assert decision.audits == (
        ("alerts", Action.ALERT),
        ("denies", Action.DENY),
        ("masks", Action.REDACT),
    )


def test_an_audit_rule_opens_no_edge_and_lists_no_protocol():
    decision = decide(FACTS, ScanReport(), policy(audit("a")))
    assert (*spoke(decision), decision.rules, decision.audits) == (
        Action.DENY,
        Reason.EDGE_NOT_ALLOWED,
        (),
        (),
    )


def test_an_audit_rule_that_cannot_be_evaluated_would_deny():
    facts = replace(FACTS, operation=Operation("POST", "/x/../claims"))
    listing = audit("a", targets=(Target(Peer((BILLING,)), OperationMatch(paths=("/claims",))),))
    decision = decide(facts, ScanReport(), policy(rule(), listing))
    assert (decision.action, decision.audits) == (Action.ALLOW, (("a", Action.DENY),))


def test_phi_on_an_edge_that_only_the_default_opens_has_a_reason_of_its_own():
    decision = decide(FACTS, report(found("URL")), policy(default_action=Action.ALLOW))
    assert (*spoke(decision), decision.rules) == (Action.ALLOW, Reason.ALLOWED_BY_DEFAULT, ())
    assert decision.identifiers == (Identifier.URL,)
    assert decide(FACTS, ScanReport(), policy(default_action=Action.ALLOW)).reason is Reason.NO_PHI


# --- exceptions

LAST_DAY = date(2026, 12, 31)
URL = Disclosure(allow=frozenset({"URL"}))
EXCEPTION = rule("exception", request=URL, terms=Terms("privacy office", "migration", LAST_DAY))


@pytest.mark.parametrize(
    ("today", "reason"),
    [
        (date(2026, 12, 31), Reason.ALLOWED_BY_RULE),
        (date(2027, 1, 1), Reason.EDGE_NOT_ALLOWED),
        (None, Reason.EDGE_NOT_ALLOWED),  # the day is unknown
    ],
)
def test_an_exception_opens_its_edge_until_its_last_day(today, reason):
    assert decide(FACTS, report(found("URL")), policy(EXCEPTION, today=today)).reason is reason


@pytest.mark.parametrize(
    ("lasting", "action"),
    [
        (Disclosure(), Action.ALLOW),
        (Disclosure(deny=frozenset({"URL"})), Action.DENY),  # no rule cancels a denial
        (Disclosure(redact=frozenset({"N"})), Action.REDACT),
    ],
)
def test_an_exception_allows_what_a_rule_does_not_name_and_lifts_no_denial(lasting, action):
    rules = policy(EXCEPTION, rule("lasting", request=lasting), today=LAST_DAY)
    assert decide(FACTS, report(found("URL")), rules).action is action


def test_an_exception_never_tightens_an_edge():
    loose = rule("loose", request=Disclosure(otherwise=Action.ALERT), mode=Mode.MONITOR)
    with_it, without = policy(EXCEPTION, loose, today=LAST_DAY), policy(loose)
    decisions = [decide(FACTS, report(found("PERSON_NAME")), rules) for rules in (with_it, without)]
    assert [(d.action, d.enforced) for d in decisions] == [(Action.ALERT, False)] * 2


@given(ALL_FACTS, reports(), POLICIES)
def test_an_expired_exception_is_as_if_it_were_not_there(facts, seen, rules):
    lasting = tuple(r for r in rules.rules if r.terms is None)
    assert decide(facts, seen, replace(rules, today=date(2027, 1, 1))) == decide(
        facts, seen, replace(rules, rules=lasting)
    )


# --- enforcement


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


def test_an_exception_that_alone_names_an_edge_brings_its_mode():
    terms = Terms("o", "r", date(2026, 12, 31))
    alone = rule(mode=Mode.ENFORCE, terms=terms)
    rules = policy(alone, mode=Mode.MONITOR, today=date(2026, 6, 1))
    assert decide(FACTS, report(found("PERSON_NAME")), rules).enforced


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
