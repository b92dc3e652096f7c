from dataclasses import replace
from ipaddress import ip_network
from types import MappingProxyType

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mesh_strategies import ALL_FACTS, BILLING, EHR, NAMES, POLICIES, found

from mesh.analysis.diff import MoveKind, RuleChange, diff
from mesh.analysis.flows import PROVIDERS_OWN, WITHOUT_CONTEXT
from mesh.message.facts import Direction, Vantage
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Mode, Uneventful
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from phiscan.finding import ScanReport, Verdict
from phiscan.identifiers import INFO_TYPES
from phiscan.media_names import MEDIA_NAMES

OPEN = Disclosure(allow=frozenset({"PERSON_NAME"}))


def rule(name="r", request=OPEN, **changes):
    sources, targets = (
        (Peer((EHR,)),),
        (Target(Peer((BILLING,)), OperationMatch(("POST",), ("/claims",))),),
    )
    return replace(Rule(name, sources, targets, request), **changes)


def policy(*rules, **changes):
    return Policy(name="p", digest="", rules=rules, **changes)


def moves(old, new):
    return {
        (d.facts.direction, d.facts.mtls, d.operation.labels[:2], move)
        for d in diff(old, new).differences
        for move in d.moves
    }


def names(old, new, *, opens):
    return {
        move.name
        for *_, move in moves(old, new)
        if move.what is MoveKind.IDENTIFIER and move.opens is opens
    }


@given(POLICIES)
@settings(max_examples=30, deadline=None)
def test_a_policy_does_not_differ_from_itself(one):
    assert diff(one, replace(one, rules=one.rules[::-1], digest="x")).empty


@given(POLICIES, POLICIES, ALL_FACTS, st.sampled_from(NAMES[:3]))
@settings(max_examples=settings.default.max_examples // 2, deadline=None)
def test_what_is_decided_differently_for_one_identifier_is_a_difference(old, new, facts, name):
    facts = replace(facts, vantage=Vantage.INBOUND, caller="", redactable=True)
    # what could not be evaluated never opens
    assume(facts.operation.port and "/../" not in facts.operation.path)
    assume(facts.mtls <= bool(facts.source and facts.destination))
    report = ScanReport((found(name),), verdict=Verdict.PHI)
    if decide(facts, report, old).action is not decide(facts, report, new).action:
        compared = diff(old, new)
        assert compared.settings or any(
            move.name == name
            and d.facts.direction is facts.direction
            and d.facts.mtls is facts.mtls
            for d in compared.differences
            for move in d.moves
        )


@given(POLICIES, POLICIES)
@settings(max_examples=20, deadline=None)
def test_every_difference_is_what_decide_says_of_its_witness(old, new):
    witnesses = {(d.facts.direction, d.facts.mtls, d.moves): d for d in diff(old, new).differences}
    for difference in list(witnesses.values())[:20]:
        for move in difference.moves:
            if (
                move.what is MoveKind.IDENTIFIER
                and INFO_TYPES.get(move.name, INFO_TYPES["DIAGNOSIS"]).identifier
            ):
                report = ScanReport((found(move.name),), verdict=Verdict.PHI)
                actions = tuple(
                    decide(difference.facts, report, each).action for each in (old, new)
                )
                assert actions == (move.before, move.after)


def test_a_new_rule_opens_its_edge_and_its_identifiers_and_nothing_else():
    assert moves(policy(), policy(rule())) == {
        (Direction.REQUEST, True, ("POST", "/claims"), move)
        for (*_, move) in moves(policy(), policy(rule()))
        if move.opens and move.name in {"", "PERSON_NAME"}
    }
    assert names(policy(), policy(rule()), opens=True) == {"PERSON_NAME"}


def test_a_rule_that_is_renamed_or_split_changes_nothing():
    two = rule("a", Disclosure(frozenset({"PERSON_NAME", "EMAIL_ADDRESS"})))
    split = rule("b"), rule("c", Disclosure(frozenset({"EMAIL_ADDRESS"})))
    assert diff(policy(two), policy(*split)).empty


def test_a_mask_that_is_taken_off_opens():
    masked = rule(request=Disclosure(redact=frozenset({"PERSON_NAME"})))
    everywhere = {"PERSON_NAME", f"PERSON_NAME{WITHOUT_CONTEXT}"}
    assert names(policy(masked), policy(rule()), opens=True) == everywhere
    assert names(policy(rule()), policy(masked), opens=False) == everywhere


def test_an_entry_that_only_repeats_otherwise_moves_messages_without_health_context():
    named = rule(request=Disclosure(deny=frozenset({"US_SOCIAL_SECURITY_NUMBER"})))
    silent = rule(request=Disclosure())
    alone = {f"US_SOCIAL_SECURITY_NUMBER{WITHOUT_CONTEXT}"}
    assert names(policy(named), policy(silent), opens=True) == alone
    assert names(policy(silent), policy(named), opens=False) == alone


def test_an_edge_that_opens_is_not_told_again_of_messages_without_health_context():
    found = names(policy(), policy(rule()), opens=True)
    assert found
    assert not any(name.endswith(WITHOUT_CONTEXT) for name in found)


def test_health_information_and_a_providers_number_are_reported_where_an_entry_names_them():
    strict = rule(request=replace(OPEN, deny=frozenset({"DIAGNOSIS", "US_HEALTHCARE_NPI"})))
    assert names(policy(rule()), policy(strict), opens=False) == {
        "DIAGNOSIS",
        f"DIAGNOSIS{WITHOUT_CONTEXT}",
        f"{PROVIDERS_OWN}US_HEALTHCARE_NPI",
        f"US_HEALTHCARE_NPI{WITHOUT_CONTEXT}",
    }


def test_without_mutual_tls_a_waiver_opens():
    waived = moves(policy(rule()), policy(rule(mtls=False)))
    assert {(mtls, move.name, move.opens) for _, mtls, _, move in waived} == {
        (False, "PERSON_NAME", True)
    }


def test_an_edge_that_is_only_watched_now_opens():
    (move,) = {move for *_, move in moves(policy(rule()), policy(rule(mode=Mode.MONITOR)))}
    assert (move.what, move.before, move.after, move.opens) == (
        MoveKind.ENFORCEMENT,
        "enforced",
        "recorded",
        True,
    )


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"mode": Mode.MONITOR}, "mode"),
        ({"default_action": Action.ALLOW}, "defaultAction"),
        ({"on_unscannable": Action.ALERT}, "onUnscannable"),
        ({"uneventful": Uneventful.SUMMARY}, "audit.uneventful"),
        ({"services": MappingProxyType({"billing": BILLING})}, "services `billing`"),
    ],
)
def test_a_looser_setting_opens_and_back_again_it_closes(change, name):
    looser = policy(**change)
    assert [(s.name, s.opens) for s in diff(policy(), looser).settings] == [(name, True)]
    assert [(s.name, s.opens) for s in diff(looser, policy()).settings] == [(name, False)]
    assert diff(policy(), looser).opens
    assert not diff(looser, policy()).opens


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"claims": (("role", ("nurse", "doctor")),)}, "claim role = nurse or doctor"),
        ({"headers": (("x-purpose", ("*",)),)}, "header x-purpose = *"),
    ],
)
def test_a_changed_rule_that_cannot_be_tried_is_named_and_counts_as_opening(change, about):
    compared = diff(policy(rule()), policy(rule(), rule("beyond", **change)))
    assert compared.untried == (RuleChange("beyond", "new", about),)
    assert (compared.opens, compared.empty) == (True, False)
    assert diff(policy(rule(**change)), policy(rule("renamed", **change))).empty
    assert [
        c.how for c in diff(policy(rule(**change)), policy(rule(mtls=False, **change))).untried
    ] == ["changed"]
    assert [c.how for c in diff(policy(rule(**change)), policy()).untried] == ["removed"]


def test_an_audit_rule_that_changes_is_reported_and_opens_nothing():
    watched = rule("watched", audit=True)
    compared = diff(policy(rule()), policy(rule(), watched))
    assert (compared.audits, compared.differences) == ((RuleChange("watched", "new"),), ())
    assert (compared.opens, compared.empty) == (False, False)
    assert diff(policy(watched), policy(replace(watched, audit=False))).opens


def test_hosts_outside_and_blocks_of_addresses_are_tried():
    outside = rule(targets=(Target(Peer(hosts=("*.partner.example",))),), mtls=False)
    (opened,) = {d.destination for d in diff(policy(), policy(outside)).differences}
    assert opened == "outside *.partner.example"
    network = Peer(blocks=(ip_network("10.0.0.0/8"), ip_network("10.1.0.0/16")))
    found_sources = {
        d.source for d in diff(policy(), policy(rule(sources=(network,), mtls=False))).differences
    }
    assert found_sources == {"addresses 10.0.0.0/8", "addresses 10.1.0.0/16"}
    narrowed = rule(sources=(Peer(blocks=network.blocks[1:]),), mtls=False)
    (closed,) = {
        d.source
        for d in diff(policy(rule(sources=(network,), mtls=False)), policy(narrowed)).differences
    }
    assert closed == "addresses 10.0.0.0/8"


def test_service_accounts_and_trust_domains_are_told_apart():
    nightly = rule(
        sources=(Peer(service_accounts=("*-nightly",), trust_domains=("partner.example",)),)
    )
    found_sources = {d.source for d in diff(policy(), policy(nightly)).differences}
    assert found_sources == {
        "partner.example/ns/*/sa/*-nightly",
        "partner.example/ns/finance/sa/*-nightly",
    }


def test_identifiers_that_are_no_longer_treated_as_phi_open():
    assert diff(policy(treat_identifiers_as_phi=True), policy()).opens


def media(*listed, **changes):
    return rule(request=replace(OPEN, media=frozenset(listed)), **changes)


def media_names(old, new, *, opens):
    return {m.name for *_, m in moves(old, new) if m.what is MoveKind.MEDIA and m.opens is opens}


def test_a_longer_list_of_media_opens_what_it_adds():
    old, new = policy(media("fhir+json")), policy(media("fhir+json", "csv"))
    assert media_names(old, new, opens=True) == {"csv"}
    assert media_names(old, new, opens=False) == set()
    assert media_names(new, old, opens=False) == {"csv"}
    assert diff(old, new).opens
    assert not diff(new, old).opens


def test_a_first_list_of_media_closes_all_others():
    assert media_names(policy(rule()), policy(media("csv")), opens=False) == MEDIA_NAMES.keys() - {
        "csv"
    }


def test_media_of_an_edge_that_opens_as_a_whole_are_not_told_one_by_one():
    assert media_names(policy(), policy(media("csv")), opens=True) == set()
