"""A finding is reported as often as it adds something."""

import json

import pytest

from phiscan.detectors import credentials
from phiscan.engine import Engine


@pytest.fixture(scope="module")
def keys():
    return Engine(credentials.DETECTORS)


def _found(engine, text, detector):
    scanner = engine.scanner(content_type="text/plain", clock=lambda: 0.0)
    scanner.feed(text.encode())
    return [f.location.start for f in scanner.finish().findings if f.detector == detector]


def test_each_word_of_health_in_a_text_is_reported_because_names_are_looked_for_beside_it(engine):
    text = "asthma, then Asthma again, and diabetes"
    assert _found(engine, text, "condition") == [0, text.index("Asthma"), text.index("diabetes")]


def test_in_a_record_that_names_its_people_one_word_of_health_says_all(engine):
    notes = [{"text": "asthma"}, {"text": "diabetes"}, {"text": "asthma"}, {"text": "colonoscopy"}]
    text = json.dumps({"resourceType": "Observation", "note": notes})
    assert _found(engine, text, "condition") == [text.index("asthma")]
    assert _found(engine, text, "treatment") == [text.index("colonoscopy")]


def test_a_code_without_context_does_not_hide_the_one_with_it(engine):
    text = f"part E11.9 {'-' * 60} diagnosis E11.9"
    assert _found(engine, text, "icd10_labelled") == [text.rindex("E11.9")]


def test_each_of_two_equal_credentials_is_reported_because_both_are_masked(keys):
    key = "AKIA" + "Q3EGRDEXAMPL2YZQ"
    assert len(_found(keys, f"{key} and {key}", "aws_access_key")) == 2


def test_each_of_two_equal_identifiers_is_reported_because_both_are_masked(engine):
    assert len(_found(engine, "SSN 512-44-9031, once more: SSN 512-44-9031", "ssn_dashed")) == 2


def test_a_system_is_found_where_its_first_match_is_a_part_of_a_longer_number(engine):
    oid = "2.16.840.1.113883.6.1"
    text = f"7.{oid} {oid}"
    assert _found(engine, text, "loinc_system") == [text.rindex(oid)]


def test_a_name_late_in_a_long_text_is_found_beside_words_that_stood_at_its_beginning_too(engine):
    filler = (
        "The committee met on the usual day and agreed on the budget for chairs, lamps "
        "and a new door. "
    ) * 60
    about = "Ottoline Marsh was seen for asthma and diabetes today."
    text = f"This leaflet is on asthma and diabetes.\n\n{filler}\n\n{about}\n"
    assert text.index("Ottoline Marsh") in _found(engine, text, "prose")


def test_a_part_of_a_match_that_is_refused_does_not_hide_the_whole(engine):
    text = json.dumps({"resourceType": "Observation", "note": [{"text": "diagnosis E11.9"}]})
    assert _found(engine, text, "icd10_labelled") == [text.index("E11.9")]


@pytest.mark.parametrize(
    ("text", "detector"),
    [
        ("9WQuF3UDseWWLQ/EOB/4", "course_of_care"),
        ("9WQuF3UDseWWLQ/dkA==", "complaint"),
        ("9WQuF3UDseWWLQ+g2P1/KIUiXIAVw==", "shorthand"),
        ("G6P2HX5ADTHDUXI4QUD2YRRU", "shorthand"),
        ("9WQuF3UDseWWLQ/dx/C+I729pw", "icd10_labelled"),
    ],
)
def test_the_letters_of_a_token_are_no_words_of_health(engine, text, detector):
    assert _found(engine, f'["{text}"]', detector) == []


@pytest.mark.parametrize(
    ("text", "detector", "at"),
    [
        ("MRN 9WQuF3UDseWWLQ: EOB received", "course_of_care", "EOB"),
        ("/v2/9WQuF3UDseWWLQ/dka", "complaint", "dka"),
        ("9WQuF3UDseWWLQ 29yo G2P1 at 39w", "shorthand", "29yo"),
        ("seen G3P2012/39w2d", "shorthand", "G3P2012"),
        ("seen G4P3A1L3, NAD", "shorthand", "G4P3A1L3"),
        ("9WQuF3UDseWWLQ s/p CABG", "shorthand", "s/p"),
    ],
)
def test_words_of_health_beside_a_token_stay_findings(engine, text, detector, at):
    assert text.index(at) in _found(engine, text, detector)
