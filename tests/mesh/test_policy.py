from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mesh.decision import Mode
from mesh.match import peer_matches
from mesh.policy import Peer, Policy, Rule, Target, Terms

PRINCIPALS = [f"cluster.local/ns/{ns}/sa/{sa}" for ns in "ab" for sa in "xy"]
PATTERNS = [*PRINCIPALS, "cluster.local/ns/a/*", "*"]
PEERS = st.builds(
    Peer,
    st.lists(st.sampled_from(PATTERNS), max_size=2).map(tuple),
    st.lists(st.sampled_from(["a", "b*", "*"]), max_size=1).map(tuple),
)


@given(
    st.lists(st.lists(PEERS, min_size=1, max_size=2).map(tuple), max_size=6), st.sampled_from([*PRINCIPALS, "", "?"])
)
def test_the_index_misses_no_rule_that_names_the_source(sources, source):
    rules = tuple(Rule(str(n), peers, (Target(),)) for n, peers in enumerate(sources))
    found = Policy("p", "d", rules=rules).rules_from(source)
    assert {rule.name for rule in rules if any(peer_matches(p, source) for p in rule.sources)} <= {
        r.name for r in found
    }
    assert len(found) == len({rule.name for rule in found})


def test_the_index_leaves_out_rules_of_other_exact_sources():
    rules = tuple(Rule(p, (Peer((p,)),), (Target(),)) for p in PRINCIPALS)
    assert [rule.name for rule in Policy("p", "d", rules=rules).rules_from(PRINCIPALS[0])] == [PRINCIPALS[0]]


def test_a_policy_enforces_when_any_of_it_does():
    rule = Rule("r", (Peer(),), (Target(),), mode=Mode.ENFORCE)
    assert Policy("p", "d").enforces
    assert not Policy("p", "d", mode=Mode.MONITOR).enforces
    assert Policy("p", "d", mode=Mode.MONITOR, rules=(rule,)).enforces


def test_a_policy_of_another_day_drops_what_has_expired():
    terms = Terms("o", "r", date(2026, 1, 31))
    policy = Policy("p", "d", rules=(Rule("r", (Peer(),), (Target(),), terms=terms),), today=date(2026, 1, 1))
    assert policy.on(date(2026, 1, 31)) is policy
    assert len(policy.rules_from("x")) == 1
    assert policy.on(date(2026, 2, 1)).rules_from("x") == ()
    assert policy.on(date(2026, 2, 1)).rules == policy.rules
