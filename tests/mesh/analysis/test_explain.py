from dataclasses import replace

import pytest
from mesh_strategies import BILLING, EHR, found

from mesh.analysis.explain import Branch, explain, says
from mesh.exchange.events import Outcome
from mesh.message.facts import Direction, Facts, Operation, Vantage
from mesh.policy.decide import decide
from mesh.policy.decision import Uneventful
from mesh.policy.policy import Disclosure, Peer, Policy, Rule, Target
from phiscan.finding import Coverage, Gap, ScanReport, Subject, Verdict

CLAIM = Disclosure(frozenset({"PERSON_NAME"}), deny=frozenset({"G"}))
ONE = Rule("claims", (Peer((EHR,)),), (Target(Peer((BILLING,))),), CLAIM)
TWO = replace(ONE, name="also", request=Disclosure(frozenset({"*"})), mtls=False)
FACTS = Facts(source=EHR, destination=BILLING, mtls=True, operation=Operation("POST", "/claims"))
REPORT = ScanReport((found("PERSON_NAME"), found("US_SOCIAL_SECURITY_NUMBER")), verdict=Verdict.PHI)


def lines(tree):
    """The tree as text, one line per branch."""
    yield tree.text
    for number, branch in enumerate(tree.below, 1):
        last = number == len(tree.below)
        for place, line in enumerate(lines(branch)):
            lead = ("└─ " if last else "├─ ") if place == 0 else ("   " if last else "│  ")
            yield lead + line


def told(*rules, facts=FACTS, report=REPORT):
    policy = Policy(name="clinic", digest="0123456789abcdef", rules=rules)
    return list(lines(explain(Outcome(facts, decide(facts, report, policy), report), policy)))


def test_a_denial_is_explained_from_the_edge_to_the_entry_that_denies():
    assert told(ONE) == [
        "DENY MINIMUM_NECESSARY because of US_SOCIAL_SECURITY_NUMBER",
        f"├─ edge: {EHR} -> {BILLING}, POST /claims, request, mutual TLS",
        "│  └─ named by claims",
        "├─ media: read as empty",
        "├─ content: verdict phi, coverage COMPLETE",
        "│  ├─ PERSON_NAME (A): allow (PERSON_NAME), says claims",
        "│  └─ US_SOCIAL_SECURITY_NUMBER (G): deny (G), says claims",
        "└─ policy: clinic, mode enforce, revision 0123456789ab",
    ]


def test_each_of_several_rules_is_shown():
    said = told(ONE, TWO)
    assert "│  └─ named by also (mtls any)" in said
    assert said[said.index("│  └─ US_SOCIAL_SECURITY_NUMBER (G)") + 1 :][:2] == [
        "│     ├─ deny (G), says claims",
        "│     └─ allow (*), says also",
    ]


def test_what_audit_rules_would_have_done_is_reported():
    said = told(TWO, replace(ONE, name="tried", audit=True))
    assert said[0] == "ALLOW ALLOWED_BY_RULE"
    assert said[-3:-1] == [
        "├─ AUDIT rules, which decide nothing",
        "│  └─ tried: DENY if it were the only rule",
    ]


def test_an_edge_that_no_rule_names_and_a_gap_are_shown():
    report = ScanReport(coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF)
    facts = replace(
        FACTS, vantage=Vantage.OUTBOUND, service="billing", operation=Operation("GET", "/a/../b")
    )
    said = told(facts=facts, report=report)
    assert (
        f"├─ edge: {EHR} -> billing, GET /a/../b, request, seen by the sender, ambiguous path"
        in said
    )
    assert "│  └─ no rule names it: defaultAction DENY" in said
    assert "├─ content: verdict none, coverage TRUNCATED CUT_OFF" in said
    assert "│  └─ nothing was found" in said


def test_what_was_read_and_what_the_rules_list_is_shown():
    lists = replace(ONE, request=replace(CLAIM, media=frozenset({"hl7v2", "fhir+json"})))
    report = replace(REPORT, media="multipart", parts=("csv", "text"))
    said = told(lists, TWO, report=report)
    assert said[0] == "DENY MEDIA_NOT_ALLOWED"
    at = said.index("├─ media: read as multipart with csv, text")
    assert said[at + 1] == "│  └─ claims lists fhir+json, hl7v2"
    assert said[at + 2].startswith("├─ content: ")


def test_the_response_is_explained_by_the_responses_part():
    said = told(ONE, facts=replace(FACTS, direction=Direction.RESPONSE))
    assert "│  ├─ PERSON_NAME (A): otherwise DENY, says claims" in said


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (found("EMAIL_ADDRESS"), "otherwise DENY"),
        (found("DIAGNOSIS", Subject.NOBODY), "nothing, so it flows"),
        (found("US_SOCIAL_SECURITY_NUMBER"), "deny (G)"),
        (found("PERSON_NAME", Subject.PROVIDER), "allow (PERSON_NAME)"),
        (found("EMAIL_ADDRESS", Subject.PROVIDER), "nothing, so it flows"),
    ],
)
def test_a_rule_says_the_strictest_entry_that_names_a_finding(finding, said):
    assert says(CLAIM, finding, phi=True) == said


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (found("EMAIL_ADDRESS"), "no entry forbids it, and the message is no PHI"),
        (found("PERSON_NAME"), "no entry forbids it, and the message is no PHI"),
        (found("US_SOCIAL_SECURITY_NUMBER"), "deny (G)"),
    ],
)
def test_without_health_context_only_what_forbids_by_name_is_said(finding, said):
    assert says(CLAIM, finding, phi=False) == said


def test_what_is_explained_of_a_message_without_health_context_is_what_happens():
    seen = ScanReport((found("US_SOCIAL_SECURITY_NUMBER"),), verdict=Verdict.IDENTIFIERS)
    said = told(ONE, report=seen)
    assert said[0] == "DENY NAMED_BY_ENTRY because of US_SOCIAL_SECURITY_NUMBER"
    assert "│  └─ US_SOCIAL_SECURITY_NUMBER (G): deny (G), says claims" in said


def test_deny_wins_over_redact_and_redact_over_allow():
    names = frozenset({"PERSON_NAME"})
    assert (
        says(Disclosure(names, names, names), found("PERSON_NAME"), phi=True)
        == "deny (PERSON_NAME)"
    )
    assert says(Disclosure(names, names), found("PERSON_NAME"), phi=True) == "redact (PERSON_NAME)"


def test_a_tree_is_drawn_with_its_branches():
    tree = Branch("a", (Branch("b", (Branch("c"),)), Branch("d", (Branch("e"),))))
    assert list(lines(tree)) == ["a", "├─ b", "│  └─ c", "└─ d", "   └─ e"]


@pytest.mark.parametrize(
    ("facts", "report", "said"),
    [
        (FACTS, ScanReport(), "counted in a summary, but for the first such message on the edge"),
        (replace(FACTS, mtls=None), ScanReport(), "one of its own"),
        (FACTS, REPORT, "one of its own"),
    ],
)
def test_where_decisions_are_summed_up_it_says_how_this_one_is_recorded(facts, report, said):
    policy = Policy("clinic", "0" * 12, rules=(ONE,), uneventful=Uneventful.SUMMARY)
    outcome = Outcome(facts, decide(facts, report, policy), report)
    assert list(lines(explain(outcome, policy)))[-2] == f"├─ record: {said}"
    assert not any("record:" in line for line in told(ONE, facts=facts, report=report))
