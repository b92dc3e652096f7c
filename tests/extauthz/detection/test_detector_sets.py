import textwrap
from pathlib import Path

import pytest

from extauthz.detection.detector_sets import check, is_detector_set, parse, vocabulary
from mesh.policy_file.problems import PolicyError
from phiscan.finding import Likelihood, Subject
from phiscan.identifiers import INFO_TYPES, Identifier, InfoTypeKind

HEAD = (
    "apiVersion: phiguard.dev/v1alpha1\nkind: DetectorSet\nmetadata: {name: clinic}\n"
    "spec:\n  detectors:\n"
)
CHART = r"""  - name: chart_number
    infoType: CLINIC_CHART_NUMBER
    class: H
    pattern: '\bCH-\d{6}\b'
    context: [chart]
    likelihood: POSSIBLE
    subject: PATIENT
    match: ["chart CH-123456"]
    noMatch: ["CH-12"]
"""


def _problems(text):
    found, problems = check(text, file="d.yaml")
    assert found is None
    return [str(p) for p in problems]


def test_a_file_gives_detectors_and_the_info_types_that_they_bring():
    found = parse(HEAD + CHART, file="d.yaml")
    (detector,) = found.detectors
    assert (found.name, detector.name, detector.info_type) == (
        "clinic",
        "chart_number",
        "CLINIC_CHART_NUMBER",
    )
    assert (detector.bare, detector.supported, detector.subject) == (
        Likelihood.POSSIBLE,
        Likelihood.VERY_LIKELY,
        Subject.PATIENT,
    )
    assert vocabulary([found])["CLINIC_CHART_NUMBER"].identifier is Identifier.MEDICAL_RECORD
    assert "CLINIC_CHART_NUMBER" not in INFO_TYPES


def test_a_built_in_info_type_needs_no_class():
    text = HEAD + CHART.replace("CLINIC_CHART_NUMBER", "MEDICAL_RECORD_NUMBER").replace(
        "    class: H\n", ""
    )
    assert parse(text, file="d.yaml").info_types == ()


def test_own_health_information_has_no_identifier():
    text = HEAD + CHART.replace("class: H", "class: HEALTH").replace("    subject: PATIENT\n", "")
    found = parse(text, file="d.yaml")
    assert found.info_types[0].kind is InfoTypeKind.HEALTH
    assert found.detectors[0].subject is Subject.NOBODY


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (r"'\bCH-\d{6}\b'", "'CH(?=1)'", 9, "Hyperscan cannot run the pattern"),
        ('match: ["chart CH', 'match: ["CHART ch', 0, ""),
        ('["chart CH-123456"]', '["chart CH-1"]', 13, "finds nothing in this example"),
        ('["CH-12"]', '["CH-123456"]', 14, "finds something in this example"),
        ('match: ["chart CH-123456"]', "match: []", 13, "`match` is empty"),
        ("class: H\n", "class: Z\n", 8, "`class` is `Z`"),
        ("    class: H\n", "", 7, "is not built in and has no class"),
        ("CLINIC_CHART_NUMBER", "PERSON_NAME", 8, "has its class already"),
        ("CLINIC_CHART_NUMBER", "chart", 7, "is not an infoType's name"),
        ("name: chart_number", "name: ssn_dashed", 6, "exists already"),
        ("name: chart_number", "name: Chart", 6, "is not a detector's name"),
        (
            "    context: [chart]\n    likelihood: POSSIBLE",
            "    likelihood: UNLIKELY",
            10,
            "is never reported",
        ),
        ("subject: PATIENT", "validator: lunh", 12, "did you mean `luhn`"),
        ("subject: PATIENT", "suject: PATIENT", 12, "did you mean `subject`"),
        ("    pattern", "    patern", 6, "has no `pattern`"),
    ],
)
def test_a_problem_is_reported_with_its_line(old, new, line, message):
    text = HEAD + CHART.replace(old, new)
    if not message:  # patterns ignore case by default
        assert parse(text, file="d.yaml")
        return
    assert any(p.startswith(f"d.yaml:{line}:") and message in p for p in _problems(text)), (
        _problems(text)
    )


def test_two_detectors_of_one_name_are_an_error():
    assert any("exists already" in p for p in _problems(HEAD + CHART + CHART))


def test_one_info_type_has_one_class():
    other = CHART.replace("chart_number", "chart_again").replace("class: H", "class: R")
    assert any("another class above" in p for p in _problems(HEAD + CHART + other))


def test_a_file_with_an_error_gives_no_detector_at_all():
    with pytest.raises(PolicyError):
        parse(
            HEAD + CHART + CHART.replace("chart_number", "other").replace("class: H", "class: Z"),
            file="d.yaml",
        )


def test_a_policy_is_no_detector_set():
    assert is_detector_set(HEAD)
    assert not is_detector_set("kind: SegmentationPolicy\nmetadata: {name: DetectorSet}\n")


def test_the_example_of_the_documentation_holds():
    page = (Path(__file__).parents[3] / "docs" / "detection.md").read_text()
    block = page.split("says what is wrong with it.\n\n", 1)[1].split("\n\n`validator:`", 1)[0]
    assert check(textwrap.dedent(block), file="docs")[1] == ()


def test_an_example_that_the_validator_refuses_says_so():
    assert (
        "(the validator `luhn` refuses what the pattern finds"
        in _problems(HEAD + CHART + "    validator: luhn\n")[0]
    )
