from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mesh_strategies import ALL_FACTS, BILLING, EHR, POLICIES

from mesh.analysis.endpoint_classes import (
    MOST,
    Operations,
    Parties,
    TooManyError,
    messages,
    trials,
)
from mesh.analysis.equivalence_classes import OperationClasses
from mesh.message.facts import Protocol, Vantage
from mesh.policy.matching import edge_of, rules_on
from mesh.policy.policy import OperationMatch, Peer, Policy, Rule, Target

BLOCKS = [
    ip_network(text)
    for text in ("10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/16", "2001:db8::/32", "10.0.0.0/9")
]


SOURCES, TARGETS = (Peer((EHR,)),), (Peer((BILLING,)),)


def rule(sources=SOURCES, targets=TARGETS, **changes):
    return Rule("r", tuple(sources), tuple(Target(peer) for peer in targets), **changes)


@given(POLICIES)
@settings(deadline=None)
def test_a_rule_names_both_ends_of_its_pairs(policy):
    for each in policy.in_force:
        opened = {p for target in each.targets for p in target.operation.protocols}
        for protocol in opened or {Protocol.HTTP}:
            targets = tuple(_wide(target, protocol) for target in each.targets)
            rule = replace(each, claims=(), headers=(), targets=targets)
            _names_both_ends(replace(policy, rules=(rule,)), each, policy, protocol)


def _names_both_ends(alone, rule, policy, protocol):
    operations = Operations((alone,))
    for source, destination in Parties(policy.in_force).pairs(rule):
        for operation in operations.between(source, destination):
            if operation.protocol is not protocol:
                continue
            for facts in messages(source, destination, operation):
                assert rules_on(alone, edge_of(facts, alone)).names == (rule.name,)


def _wide(target, protocol):
    return replace(target, operation=OperationMatch(protocols=(protocol,)))


@given(ALL_FACTS, POLICIES)
def test_whom_a_rule_names_is_at_the_end_of_a_pair_that_it_names(facts, policy):
    facts = replace(facts, claims=None, headers=None)
    policy = replace(policy, services={})
    for each in policy.in_force:
        alone = replace(policy, rules=(replace(each, claims=(), headers=()),))
        if rules_on(alone, edge_of(facts, alone)).named and (
            facts.source or facts.vantage is Vantage.INBOUND
        ):
            assert list(Parties(policy.in_force).pairs(each))


@given(st.lists(st.sampled_from(BLOCKS), unique=True))
def test_a_block_stands_for_what_no_narrower_block_holds(blocks):
    found = {
        source.label: source
        for source, _ in Parties([rule([Peer(blocks=tuple(blocks))])]).pairs(rule([Peer()]))
    }
    for block in blocks:
        address = ip_address(found[f"addresses {block}"].address)
        assert min((b for b in blocks if address in b), key=lambda b: b.num_addresses) == block
    assert not any(ip_address(found[""].address) in block for block in blocks)


def test_a_block_that_narrower_ones_fill_stands_for_nobody():
    halves = (ip_network("10.0.0.0/9"), ip_network("10.128.0.0/9"))
    labels = {
        s.label
        for s, _ in Parties([rule([Peer(blocks=(BLOCKS[0], *halves))])]).pairs(rule([Peer()]))
        if not s.principal
    }
    assert labels == {"", "addresses 10.0.0.0/9", "addresses 10.128.0.0/9"}


def test_only_a_workloads_own_sidecar_sends_outside():
    outside = rule([Peer()], [Peer(hosts=("api.example",))])
    pairs = list(Parties([outside, rule()]).pairs(outside))
    assert {destination.label for _, destination in pairs} == {"outside api.example"}
    assert EHR in {source.label for source, _ in pairs}
    assert all(source.principal for source, _ in pairs)
    assert {
        f.vantage for s, d in pairs for f in messages(s, d, next(iter(OperationClasses([]))))
    } == {Vantage.OUTBOUND}


def test_more_than_can_be_tried_is_refused():
    many = tuple(Peer((f"cluster.local/ns/a/sa/w{n}",)) for n in range(400))
    wide = rule(many, many)
    with pytest.raises(TooManyError, match=str(MOST)):
        trials((Policy("p", "d", rules=(wide,)),), Parties([wide]).pairs(wide))


def test_more_operations_than_can_be_tried_are_refused_before_any_is_made(monkeypatch):
    def made(_):
        raise AssertionError("an operation was made")

    monkeypatch.setattr(OperationClasses, "__iter__", made)
    paths = tuple(f"/p{n}" for n in range(400))
    hosts = tuple(f"h{n}.example" for n in range(400))
    target = Target(Peer((BILLING,)), OperationMatch(paths=paths, hosts=hosts))
    wide = Rule("r", (Peer((EHR,)),), (target,))
    with pytest.raises(TooManyError, match=str(MOST)):
        trials((Policy("p", "d", rules=(wide,)),), Parties([wide]).pairs(wide))


@given(POLICIES)
def test_operations_are_as_many_as_are_counted(policy):
    entries = [to.operation for each in policy.rules for to in each.targets]
    assert len(OperationClasses(entries)) == len(list(OperationClasses(entries)))
