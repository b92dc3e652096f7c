from hypothesis import given
from hypothesis import strategies as st

from mesh.policy.matching import peer_matches
from mesh.policy.policy import Peer, Rule, Target
from mesh.policy.rule_index import RuleIndex

PRINCIPALS = [f"cluster.local/ns/{ns}/sa/{sa}" for ns in "ab" for sa in "xy"]
PATTERNS = [*PRINCIPALS, "cluster.local/ns/a/*", "*"]
PEERS = st.builds(
    Peer,
    st.lists(st.sampled_from(PATTERNS), max_size=2).map(tuple),
    st.lists(st.sampled_from(["a", "b*", "*"]), max_size=1).map(tuple),
)


@given(
    st.lists(st.lists(PEERS, min_size=1, max_size=2).map(tuple), max_size=6),
    st.sampled_from([*PRINCIPALS, "", "?"]),
)
def test_the_index_misses_no_rule_that_names_the_source(sources, source):
    rules = tuple(Rule(str(n), peers, (Target(),)) for n, peers in enumerate(sources))
    found = RuleIndex(rules).rules_from(source)
    assert {rule.name for rule in rules if any(peer_matches(p, source) for p in rule.sources)} <= {
        r.name for r in found
    }
    assert len(found) == len({rule.name for rule in found})


def test_the_index_leaves_out_rules_of_other_exact_sources():
    rules = tuple(Rule(p, (Peer((p,)),), (Target(),)) for p in PRINCIPALS)
    assert [rule.name for rule in RuleIndex(rules).rules_from(PRINCIPALS[0])] == [PRINCIPALS[0]]


def test_a_rule_with_one_exact_source_and_a_pattern_is_found_from_both():
    peers = (Peer((PRINCIPALS[0], "cluster.local/ns/b/*")),)
    index = RuleIndex([Rule("r", peers, (Target(),))])
    for source in (PRINCIPALS[0], PRINCIPALS[3]):
        assert [rule.name for rule in index.rules_from(source)] == ["r"]
