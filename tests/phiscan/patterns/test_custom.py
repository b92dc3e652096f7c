import json

import pytest

from phiscan.detectors import DETECTORS
from phiscan.engine import Engine
from phiscan.finding import Likelihood, Subject, Verdict
from phiscan.identifiers import INFO_TYPES, Identifier, InfoType, InfoTypeKind
from phiscan.patterns.compiled import PatternError
from phiscan.patterns.custom import VALIDATORS, CustomDetector, Fault, faults

CHART = InfoType(
    "CLINIC_CHART_NUMBER", InfoTypeKind.IDENTIFIER, "chart number", Identifier.MEDICAL_RECORD
)
KNOWN = {**INFO_TYPES, CHART.name: CHART}


def _chart(**changes):
    return CustomDetector(
        **{"name": "chart", "info_type": CHART, "pattern": r"\bCH-\d{6}\b", **changes}
    )


def _scan(engine, data):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(data)
    return scanner.finish()


def test_a_detector_whose_examples_hold_has_no_faults():
    custom = _chart(matching=("see CH-123456", "ch-123456"), not_matching=("CH-12", "XCH-123456"))
    assert list(faults(custom, KNOWN)) == []


def test_an_example_that_does_not_hold_is_named():
    custom = _chart(matching=("CH-123456", "CH-1"), not_matching=("CH-123456",), caseless=False)
    assert list(faults(custom, KNOWN)) == [Fault(1, found=False), Fault(0, found=True)]


def test_case_counts_where_the_author_says_so():
    assert list(faults(_chart(caseless=False, matching=("ch-123456",)), KNOWN)) == [
        Fault(0, found=False)
    ]


def test_context_is_plain_words_whatever_characters_they_hold():
    custom = _chart(
        context=("file (no.)",),
        bare=Likelihood.UNLIKELY,
        matching=("file (no.) CH-123456",),
        not_matching=("CH-123456",),
    )
    assert list(faults(custom, KNOWN)) == []


def test_a_validator_prunes():
    custom = _chart(
        pattern=r"\b\d{11}\b",
        validator="luhn",
        matching=("79927398713",),
        not_matching=("79927398710",),
    )
    assert list(faults(custom, KNOWN)) == []


@pytest.mark.parametrize("name", sorted(VALIDATORS))
def test_no_validator_accepts_or_breaks_on_any_text(name):
    assert not VALIDATORS[name]("no such thing ²³")


@pytest.mark.parametrize("pattern", [r"a(?=b)", "a*", "(", r"(a)\1"])
def test_a_pattern_that_hyperscan_cannot_run_is_an_error(pattern):
    with pytest.raises(PatternError):
        list(faults(_chart(pattern=pattern, matching=("a",)), KNOWN))


def test_an_engine_reports_the_own_info_type_with_its_class_and_others_do_not_know_it():
    custom = _chart(subject=Subject.PATIENT)
    engine = Engine((custom.detector(),), info_types=KNOWN)
    report = _scan(engine, b"CH-123456 seen for pneumonia")
    assert [(f.info_type, f.identifier) for f in report.findings] == [
        (CHART.name, Identifier.MEDICAL_RECORD)
    ]
    assert report.verdict is Verdict.IDENTIFIERS
    assert CHART.name not in INFO_TYPES


def test_context_has_no_case():
    custom = _chart(
        context=("Study ID",),
        bare=Likelihood.UNLIKELY,
        matching=("study id CH-123456", "STUDY ID: CH-123456"),
    )
    assert list(faults(custom, KNOWN)) == []


def test_whose_health_a_detector_of_yours_finds_counts_wherever_it_stands():
    custom = CustomDetector(
        "zorbing", INFO_TYPES["DIAGNOSIS"], r"\bzorbing\b", matching=("zorbing",)
    )
    engine = Engine((*DETECTORS, custom.detector()))
    notes = [
        {"text": "zorbing leaflet. "},
        {"text": "the patient has zorbing; VIN 1HGCM82633A004352"},
    ]
    document = {"resourceType": "Basic", "note": notes}
    report = _scan(engine, json.dumps(document).encode())
    assert Subject.PATIENT in {f.subject for f in report.findings if f.detector == "zorbing"}
