from mesh.message.facts import Facts, Operation
from mesh.policy.decide import decide
from mesh.policy.decision_cache import Memory
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES

PRINCIPALS = [f"cluster.local/ns/a/sa/{sa}" for sa in "xy"]


def test_a_memory_forgets_everything_when_it_is_full():
    memory = Memory[int, int]()
    for number in range(20_000):
        assert memory.keep(number, -number) == -number
    assert 0 not in memory
    assert memory[19_999] == -19_999
    assert len(memory) < 16_385


def test_what_is_remembered_changes_no_answer():
    """The edge is decided as before after each flood of peers, paths and kinds of content."""
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
    assert (
        max(map(len, (policy.cache.between, policy.cache.combined, policy.cache.rulings))) <= 16_384
    )
