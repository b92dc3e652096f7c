"""What holds of a decision whatever the message, the report and the policy."""

from dataclasses import replace
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st
from mesh_strategies import (
    ALL_FACTS,
    COVERAGES,
    DISCLOSURES,
    FINDINGS,
    POLICIES,
    VERDICTS,
    found,
    reports,
)
from one_edge import FACTS, report, rule, spoke

from mesh.message.facts import Operation, Protocol, Vantage
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Mode, Reason
from mesh.policy.matching import closing_mode, edge_of, rules_on
from mesh.policy.policy import Disclosure, Peer, Rule, Target
from phiscan.finding import Coverage, Gap, Verdict


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


@given(ALL_FACTS, reports(), POLICIES)
def test_an_entry_of_deny_that_names_what_was_found_denies_whatever_the_verdict(facts, seen, rules):
    named = Disclosure(deny=frozenset({"US_SOCIAL_SECURITY_NUMBER"}))
    never = Rule("never", (Peer(),), (Target(),), named, named, mtls=False)
    seen = replace(seen, findings=(*seen.findings, found("US_SOCIAL_SECURITY_NUMBER")))
    facts = replace(FACTS, direction=facts.direction, mtls=facts.mtls)
    assert decide(facts, seen, replace(rules, rules=(*rules.rules, never))).action is Action.DENY


@given(ALL_FACTS, reports(), POLICIES)
def test_an_expired_exception_is_as_if_it_were_not_there(facts, seen, rules):
    lasting = tuple(r for r in rules.rules if r.terms is None)
    assert decide(facts, seen, replace(rules, today=date(2027, 1, 1))) == decide(
        facts, seen, replace(rules, rules=lasting)
    )


@given(ALL_FACTS, reports(), POLICIES, st.sampled_from(list(Mode)))
def test_closing_a_namespace_denies_all_that_goes_there_and_changes_nothing_else(
    facts, seen, rules, mode
):
    closing = replace(rules, closed={"finance": mode})
    edge = edge_of(facts, closing)
    closed, before = decide(facts, seen, closing), decide(facts, seen, rules)
    if closing_mode(closing, edge) is None:
        # a forged check is enforced where the policy enforces anywhere
        forged = closed.reason is Reason.CALLER_MISMATCH
        assert closed == (replace(before, enforced=closing.enforces) if forged else before)
    else:
        assert closed.action is Action.DENY
        assert closed.reason in {Reason.NO_POLICY, Reason.CALLER_MISMATCH}
        if closed.reason is Reason.NO_POLICY:
            assert closed.enforced is (mode is Mode.ENFORCE)


@given(ALL_FACTS, reports(), POLICIES)
def test_an_hl7_message_needs_a_rule_that_lists_mllp(facts, seen, policy):
    """So an upgrade loosens no policy that was written before MLLP could be read."""
    message = replace(
        facts, protocol=Protocol.MLLP, operation=Operation(port=80, message_type="ADT^A01")
    )
    rules = tuple(
        replace(
            rule,
            targets=tuple(
                replace(
                    target,
                    operation=replace(
                        target.operation,
                        protocols=tuple(
                            each for each in target.operation.protocols if each is not Protocol.MLLP
                        ),
                        message_types=(),
                    ),
                )
                for target in rule.targets
            ),
        )
        for rule in policy.rules
    )
    assert decide(message, seen, replace(policy, rules=rules)).action is Action.DENY
