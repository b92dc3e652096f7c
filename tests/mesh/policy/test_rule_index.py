from hypothesis import given
from hypothesis import strategies as st

from mesh.message.facts import Facts, Operation
from mesh.policy.decide import decide
from mesh.policy.matching import peer_matches
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from mesh.policy.rule_index import EdgeIndex, Memory
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES

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
    found = EdgeIndex(rules).rules_from(source)
    assert {rule.name for rule in rules if any(peer_matches(p, source) for p in rule.sources)} <= {
        r.name for r in found
    }
    assert len(found) == len({rule.name for rule in found})


def test_the_index_leaves_out_rules_of_other_exact_sources():
    rules = tuple(Rule(p, (Peer((p,)),), (Target(),)) for p in PRINCIPALS)
    assert [rule.name for rule in EdgeIndex(rules).rules_from(PRINCIPALS[0])] == [PRINCIPALS[0]]


def test_a_memory_forgets_everything_when_it_is_full():
    memory = Memory[int, int]()
    for number in range(20_000):
        assert memory.keep(number, -number) == -number
    assert 0 not in memory
    assert memory[19_999] == -19_999
    assert len(memory) < 16_385


def test_what_is_remembered_changes_no_answer():
    """Strangers, paths and kinds of content without end: after each flood the edge is decided as
    before."""
    allow = Disclosure(allow=frozenset({"A"}))
    rule = Rule("r", (Peer(),), (Target(operation=OperationMatch(paths=("/a/*",))),), allow)
    policy = Policy("p", "d", rules=(rule,))
    finding = Finding.of(
        INFO_TYPES["PERSON_NAME"], Likelihood.LIKELY, "", Location(), Subject.PATIENT
    )
    seen = ScanReport((finding,), verdict=Verdict.PHI)
    facts = Facts(
        source=PRINCIPALS[0],
        destination=PRINCIPALS[1],
        mtls=True,
        operation=Operation("GET", "/a/1"),
    )
    first = decide(facts, seen, policy)
    for number in range(17_000):
        stranger = Facts(
            source=f"cluster.local/ns/a/sa/s{number}", destination=PRINCIPALS[1], mtls=True
        )
        decide(
            stranger,
            ScanReport((finding._replace(info_type=str(number)),), verdict=Verdict.PHI),
            policy,
        )
    assert decide(facts, seen, policy) == first
    assert max(map(len, (policy.index.ways, policy.index.matches, policy.index.voices))) <= 16_384
