from dataclasses import replace

from mesh.message.facts import Facts, Operation, Protocol
from mesh.policy.decide import decide
from mesh.policy.decision_cache import Memory
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from phiscan.finding import (
    Coverage,
    Finding,
    Gap,
    Likelihood,
    Location,
    ScanReport,
    Subject,
    Verdict,
)
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


def test_a_remembered_decision_is_the_one_that_is_made_anew():
    """Each thing that a decision on HL7 over MLLP looks at is a part of what is remembered."""
    operation = OperationMatch(protocols=(Protocol.MLLP,), message_types=("ADT^*",))
    hides = Disclosure(redact=frozenset({"A"}), media=frozenset({"hl7v2"}))
    rule = Rule("r", (Peer(),), (Target(operation=operation),), hides)
    policy = Policy("p", "d", rules=(rule,))
    name = Finding.of(
        INFO_TYPES["PERSON_NAME"], Likelihood.LIKELY, "", Location("PID.5", 4, 9), Subject.PATIENT
    )
    outside = name._replace(location=Location("PID.5"))
    adt, orm = Operation(message_type="ADT^A01"), Operation(message_type="ORM^O01")
    base = Facts(
        source=PRINCIPALS[0],
        destination=PRINCIPALS[1],
        mtls=True,
        protocol=Protocol.MLLP,
        redactable=True,
        operation=adt,
    )
    seen = ScanReport((name,), verdict=Verdict.PHI, media="hl7v2")
    questions = [
        (facts, report)
        for facts in (base, replace(base, operation=orm), replace(base, redactable=False))
        for report in (
            seen,
            ScanReport(media="hl7v2"),
            replace(seen, findings=(outside,)),
            replace(seen, findings=(name, outside)),
            replace(seen, media="json"),
            replace(seen, parts=("json",)),
            replace(seen, opaque=("base64",)),
            replace(seen, coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF),
            replace(seen, coverage=Coverage.UNSCANNABLE, gap=Gap.MALFORMED),
            replace(seen, verdict=Verdict.IDENTIFIERS),
        )
    ]
    anew = [decide(facts, report, replace(policy)) for facts, report in questions]
    assert [decide(facts, report, policy) for facts, report in questions * 2] == anew * 2
    # whether one value or two stand outside of the body is one question
    assert len(policy.cache.decisions) == len(questions) - 3
    assert len(set(anew)) > 6
