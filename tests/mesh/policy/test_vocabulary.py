"""A policy may name the infoTypes of its vocabulary, and no others."""

import pytest

from mesh.analysis.diff import diff
from mesh.analysis.diff_text import changes, summed_up
from mesh.analysis.graph import graph
from mesh.message.facts import Facts
from mesh.policy.decide import decide
from mesh.policy.decision import Action
from mesh.policy.vocabulary import Vocabulary
from mesh.policy_file.load import check, parse
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES, Identifier, InfoType, InfoTypeKind

CHART = InfoType(
    "CLINIC_CHART", InfoTypeKind.IDENTIFIER, "our chart number", Identifier.MEDICAL_RECORD
)
ARM = InfoType("STUDY_ARM", InfoTypeKind.HEALTH, "arm of a study")
WORDS = Vocabulary({**INFO_TYPES, CHART.name: CHART, ARM.name: ARM})
EHR, LAB = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/clinic/sa/lab"
HEAD = "apiVersion: phiguard.dev/v1alpha1\nkind: SegmentationPolicy\nmetadata: {name: p}\nspec:\n"


def text(phi, groups=""):
    rule = (
        f"  rules: [{{name: r, from: [{{principals: [{EHR}]}}], to: [{{principals: [{LAB}]}}], "
        f"phi: {{request: {phi}}}}}]\n"
    )
    return (
        HEAD
        + f"  services: [{{host: lab.clinic.svc.cluster.local, principal: {LAB}}}]\n"
        + groups
        + rule
    )


def read(phi, groups="", words=WORDS):
    return parse(text(phi, groups), file="p.yaml", vocabulary=words)


def warnings(phi, words=WORDS, groups=""):
    return [
        (p.line, p.column, p.message)
        for p in check(text(phi, groups), file="p.yaml", vocabulary=words)[1]
    ]


def found(info_type):
    finding = Finding.of(
        info_type,
        Likelihood.LIKELY,
        "",
        Location("", 0, 1),
        Subject.PATIENT,
    )
    return ScanReport((finding,), verdict=Verdict.PHI)


def decided(policy, info_type):
    return decide(
        Facts(source=EHR, destination=LAB, mtls=True, redactable=True), found(info_type), policy
    ).action


def test_a_rule_names_an_own_info_type_by_itself_and_its_class_still_covers_it():
    narrow = read("{allow: [H], deny: [CLINIC_CHART]}")
    assert decided(narrow, CHART) is Action.DENY
    assert decided(narrow, INFO_TYPES["MEDICAL_RECORD_NUMBER"]) is Action.ALLOW
    assert decided(read("{allow: [H]}"), CHART) is Action.ALLOW
    assert decided(read("{allow: [CLINIC_CHART]}"), CHART) is Action.ALLOW


def test_groups_hold_own_info_types_and_clinical_holds_own_health_information():
    own = "  identifierGroups: {ours: [CLINIC_CHART, A]}\n"
    assert read("{allow: [ours]}", own).rules[0].request.allow == {"CLINIC_CHART", "A"}
    assert "STUDY_ARM" in read("{deny: [clinical]}").rules[0].request.deny
    assert "STUDY_ARM" not in parse(text("{deny: [clinical]}"), file="p.yaml").rules[0].request.deny


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        (
            "CLINIC_CHART",
            "declare it in a DetectorSet in the policy's folder and give that folder, or give "
            "the set with `--detectors`",
        ),
        ("PERSON_NAMES", "did you mean `PERSON_NAME`?"),
        ("SSM", "write an infoType, a class A to R, a group, or `*`"),
    ],
)
def test_an_undeclared_info_type_is_an_error_at_its_place_with_a_hint(word, hint):
    policy, (problem,) = check(text(f"{{allow: [{word}]}}"), file="p.yaml")
    assert (policy, problem.line, problem.message, problem.hint) == (
        None,
        6,
        f"unknown infoType, class or group `{word}`",
        hint,
    )


def test_what_no_detector_finds_is_a_warning_at_its_place():
    unseen = Vocabulary(WORDS.info_types, frozenset({"PASSWORD", "STUDY_ARM"}))
    assert warnings("{deny: [PASSWORD]}", unseen) == [
        (6, 154, "no running detector finds `PASSWORD`")
    ]
    # a group as an entry gives no warning for its single members
    assert warnings("{deny: [clinical]}", unseen) == []
    assert warnings("{deny: [PASSWORD]}") == []


def test_warnings_know_what_an_own_info_type_is():
    assert [m for *_, m in warnings("{allow: [CLINIC_CHART], deny: [H]}")] == [
        "`CLINIC_CHART` is allowed without effect in `request` of rule `r`"
    ]
    assert [m for *_, m in warnings("{redact: [STUDY_ARM]}")] == [
        "`STUDY_ARM` cannot be masked, so `request` of rule `r` denies it"
    ]


def test_a_difference_in_an_own_info_type_is_reported():
    (change,) = changes(diff(read("{allow: [A]}"), read("{allow: [A, CLINIC_CHART]}")))
    assert str(change).startswith("clinic/lab may now receive CLINIC_CHART from clinic/ehr")


def test_an_info_type_that_is_found_no_longer_opens():
    found_before = diff(read("{allow: [A]}"), parse(text("{allow: [A]}"), file="p.yaml"))
    assert [(s.name, s.before, s.after, s.opens) for s in found_before.settings] == [
        ("infoType `CLINIC_CHART`", "found", "not found", True),
        ("infoType `STUDY_ARM`", "found", "not found", True),
    ]
    assert not diff(parse(text("{allow: [A]}"), file="p.yaml"), read("{allow: [A]}")).opens


def test_every_identifier_means_the_own_ones_too():
    own = {name for name, info_type in WORDS.info_types.items() if info_type.identifier}
    assert summed_up(own, WORDS.info_types) == "every identifier"
    assert summed_up(own - {CHART.name}, WORDS.info_types) == "every identifier except CLINIC_CHART"


def test_a_graph_shows_a_class_as_whole_only_with_the_own_info_types_in_it():
    labels = {
        a.label
        for phi in ("{allow: [H]}", "{allow: [H], deny: [CLINIC_CHART]}")
        for a in graph(read(phi)).arrows
    }
    assert labels == {"H", "H+"}
