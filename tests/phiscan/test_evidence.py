"""Evidence: each value is one finding, and paths show no value."""

from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Likelihood, Location, Subject
from phiscan.words.labels import RULES


def test_the_same_infotype_at_the_same_place_is_one_finding():
    evidence = Evidence()
    evidence.add("a", "PERSON_NAME", Location("x", 1, 4), Subject.PATIENT)
    evidence.add("b", "PERSON_NAME", Location("y", 1, 4), Subject.PATIENT)
    evidence.add("c", "CITY", Location("y", 1, 4), Subject.PATIENT)
    assert [f.detector for f in evidence.findings] == ["a", "c"]


def test_a_masked_or_misshapen_value_is_no_finding():
    evidence = Evidence()
    assert not evidence.labelled("a", RULES["ssn"], "XXX", Location("ssn", 0, 3), None)
    assert not evidence.labelled("a", RULES["ssn"], "12", Location("ssn", 0, 2), None)
    assert evidence.findings == []


def test_what_is_found_within_a_value_stands_where_that_value_stands():
    inner, outer = Evidence(), Evidence()
    inner.add("a", "PERSON_NAME", Location("name", 2, 5), Subject.PATIENT, Likelihood.LIKELY)
    outer.absorb(inner, Location("data", 10, 90))
    (finding,) = outer.findings
    assert (finding.location.field, finding.location.start, finding.location.end) == (
        "data>name",
        10,
        90,
    )


def test_a_path_shows_our_words_and_nothing_else():
    assert shown_path(("patient", "512-44-9031", "firstName")) == "patient.*.firstName"
    assert shown_path(("patient_Rosa_Sandoval", "ssn")) == "*.ssn"
    assert shown_path(("odd", "name"), frozenset(("odd",))) == "odd.name"
