"""Evidence: each value is one finding, and paths show no value."""

import pytest

from phiscan import evidence as evidence_module
from phiscan.evidence import MAX_FINDINGS, MAX_OPAQUE, Evidence, Nested, Statement, shown_path
from phiscan.finding import Likelihood, Location, Subject
from phiscan.text.offsets import excerpt
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


def test_the_first_byte_of_a_document_is_a_place_of_its_own():
    evidence = Evidence()
    evidence.add("a", "PERSON_NAME", Location("x", 0, 4), Subject.PATIENT)
    evidence.add("b", "PERSON_NAME", Location("y", 0, 4), Subject.PATIENT)
    evidence.add("c", "PERSON_NAME", Location("x", 0, 5), Subject.PATIENT)
    assert [f.detector for f in evidence.findings] == ["a", "c"]


def test_outside_of_the_body_each_field_is_a_place_of_its_own():
    evidence = Evidence()
    evidence.add("a", "PERSON_NAME", Location("query.a", -1, -1), Subject.PATIENT)
    evidence.add("b", "PERSON_NAME", Location("query.b", -1, -1), Subject.PATIENT)
    evidence.add("c", "PERSON_NAME", Location("query.a", -1, -1), Subject.PATIENT)
    assert [f.detector for f in evidence.findings] == ["a", "b"]


def test_a_label_says_whom_its_value_is_about_unless_somebody_else_does():
    evidence = Evidence()
    rule = RULES["ssn"]
    assert evidence.labelled("a", rule, "512-44-9031", Location("a", 0, 11), Subject.PROVIDER)
    assert evidence.labelled("a", rule, "512-44-9031", Location("b", 20, 31), None)
    assert [f.subject for f in evidence.findings] == [Subject.PROVIDER, rule.subject]
    assert rule.subject is not Subject.PROVIDER


@pytest.mark.parametrize("mask", ["XXX", "XXXXXXXXXXX", "***"])
def test_a_mask_has_the_shape_of_no_rule(mask):
    assert [label for label, rule in RULES.items() if rule.shape(mask)] == []


def _nested_at(start: int, origin=excerpt(b"0123456789ana", 10, 13)) -> list[Location]:  # noqa: B008
    inner, outer = Evidence(), Evidence()
    inner.add("a", "PERSON_NAME", Location("", start, start + 3), Subject.PATIENT)
    outer.absorb(inner, Location("data", 10, 13), origin)
    return [finding.location for finding in outer.findings]


def test_what_is_found_in_an_excerpt_stands_where_its_own_bytes_stand():
    assert _nested_at(0) == [Location("data", 10, 13)]
    wide = excerpt(b"0123456789 ana ruiz", 10, 19)
    assert _nested_at(1, wide) == [Location("data", 11, 14)]
    assert _nested_at(0, excerpt(b"ana", 0, 3)) == [Location("data", 0, 3)]


def test_what_has_no_range_in_a_nested_document_has_none_around_it():
    # a value in a container, which redaction must refuse and not mask somewhere else
    assert _nested_at(-1) == [Location("data", -1, -1)]


def test_the_same_value_absorbed_twice_by_its_bytes_is_one_finding():
    inner, outer = Evidence(), Evidence()
    inner.add("a", "PERSON_NAME", Location("", 0, 3), Subject.PATIENT)
    origin = excerpt(b"0123456789ana", 10, 13)
    outer.absorb(inner, Location("x", 10, 13), origin)
    outer.absorb(inner, Location("y", 10, 13), origin)
    assert len(outer.findings) == 1


def test_values_of_one_encoded_document_share_a_place_and_stay_several():
    inner, outer = Evidence(), Evidence()
    inner.add("a", "PERSON_NAME", Location("", 0, 3), Subject.PATIENT)
    inner.add("b", "PERSON_NAME", Location("", 4, 8), Subject.PATIENT)
    outer.absorb(inner, Location("data", 10, 90))
    assert [f.detector for f in outer.findings] == ["a", "b"]


@pytest.fixture
def few(monkeypatch):
    """A limit of two listed findings."""
    assert MAX_FINDINGS == 50_000
    monkeypatch.setattr(evidence_module, "MAX_FINDINGS", 2)


@pytest.mark.usefixtures("few")
def test_beyond_the_limit_findings_are_counted_and_their_places_stay_known():
    evidence = Evidence()
    for start in (0, 10, 20, 30):
        evidence.add("a", "PERSON_NAME", Location("", start, start + 3), Subject.PATIENT)
    evidence.add("a", "DIAGNOSIS", Location("", 40, 43), Subject.PATIENT)
    evidence.add("a", "DIAGNOSIS", Location("", 50, 53), Subject.PATIENT)
    evidence.add("a", "PERSON_NAME", Location("query.a", -1, -1), Subject.PATIENT)
    assert [f.location.start for f in evidence.findings] == [0, 10, 40]
    assert evidence.unlisted == 4
    assert list(evidence.identified()) == [
        (start, start + 3, "PERSON_NAME") for start in (0, 10, 20, 30)
    ]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("info_type", "subject", "likelihood"),
    [
        ("CITY", Subject.PATIENT, Likelihood.VERY_LIKELY),
        ("PERSON_NAME", Subject.PERSON, Likelihood.VERY_LIKELY),
        ("PERSON_NAME", Subject.PATIENT, Likelihood.POSSIBLE),
    ],
)
def test_the_first_finding_of_each_kind_is_listed_beyond_the_limit(info_type, subject, likelihood):
    evidence = Evidence()
    for start in (0, 10, 20):
        evidence.add("a", "PERSON_NAME", Location("", start, start + 3), Subject.PATIENT)
    for start in (30, 40):
        evidence.add("b", info_type, Location("", start, start + 3), subject, likelihood)
    assert [f.location.start for f in evidence.findings] == [0, 10, 30]
    assert evidence.unlisted == 2


@pytest.mark.usefixtures("few")
def test_what_a_nested_document_does_not_list_counts_in_the_outer_one():
    inner, outer = Evidence(), Evidence()
    for start in (0, 10, 20):
        inner.add("a", "PERSON_NAME", Location("", start, start + 3), Subject.PATIENT)
    outer.add("a", "CITY", Location("", 0, 3), Subject.PATIENT)
    outer.absorb(inner, Location("data", 10, 90))
    assert [f.info_type for f in outer.findings] == ["CITY", "PERSON_NAME"]
    assert outer.unlisted == 2


def test_a_nested_document_shows_nothing_of_itself_and_counts_as_declared():
    nested = Nested(b"Ana Ruiz", Location("data", 0, 8))
    assert "Ana" not in repr(nested)
    assert nested.declared
    assert not nested.is_part


def test_places_beyond_the_limit_stay_known_up_to_the_first_byte(monkeypatch):
    monkeypatch.setattr(evidence_module, "MAX_FINDINGS", 1)
    evidence = Evidence()
    for start in (5, 0):
        evidence.add("a", "PERSON_NAME", Location("", start, start + 3), Subject.PATIENT)
    assert list(evidence.identified()) == [(5, 8, "PERSON_NAME"), (0, 3, "PERSON_NAME")]


def test_what_has_no_range_explains_no_range():
    evidence = Evidence()
    evidence.add("a", "PERSON_NAME", Location("query.a", -1, -1), Subject.PATIENT)
    assert list(evidence.identified()) == []


def test_opaque_parts_are_noted_up_to_a_number(monkeypatch):
    assert MAX_OPAQUE == 1_000
    monkeypatch.setattr(evidence_module, "MAX_OPAQUE", 2)
    evidence = Evidence()
    for start in (0, 10, 20):
        evidence.add_opaque(Location("a", start, start + 5))
    assert evidence.opaque == [Location("a", 0, 5), Location("a", 10, 15)]


def test_an_opaque_part_of_a_nested_document_is_one_of_the_outer():
    inner, outer = Evidence(), Evidence()
    inner.add_opaque(Location("key", 2, 5))
    outer.absorb(inner, Location("data", 10, 90))
    assert outer.opaque == [Location("data>key", 10, 90)]


def _with_words(*starts):
    """Evidence of words of medicine, behind a name whose kind is another."""
    evidence = Evidence()
    evidence.add("a", "PERSON_NAME", Location("", 6, 8), Subject.PERSON)
    for start in starts:
        evidence.add("a", "DIAGNOSIS", Location("", start, start + 2), Subject.PERSON)
    return evidence


@pytest.mark.parametrize(
    ("words", "fewest", "theirs"),
    [
        ((5, 7), 2, [5, 7]),
        ((5, 7), 3, []),
        ((5, 7, 9), 2, [5, 7, 9]),
        ((4, 5, 10), 1, [5]),  # 4 stands before the statement, 10 behind it
        ((0, 1), 1, []),
        ((), 1, []),
    ],
)
def test_enough_words_in_a_statement_are_about_its_person(words, fewest, theirs):
    evidence = _with_words(*words)
    evidence.statements.append(Statement(5, 10, fewest))
    evidence.settle_statements()
    about = [f.location.start for f in evidence.findings if f.subject is Subject.PATIENT]
    assert about == theirs
    assert evidence.statements == []


def test_a_statement_from_the_first_byte_has_the_first_word():
    evidence = _with_words(0)
    evidence.statements.append(Statement(0, 5, 1))
    evidence.settle_statements()
    assert [f.subject for f in evidence.findings] == [Subject.PERSON, Subject.PATIENT]


@pytest.mark.parametrize(("at", "subject"), [(5, Subject.PATIENT), (10, Subject.PERSON)])
def test_a_statement_ends_before_its_end(at, subject):
    evidence = Evidence()
    evidence.add("a", "DIAGNOSIS", Location("", at, at + 2), Subject.PERSON)
    evidence.statements.append(Statement(5, 10, 1))
    evidence.settle_statements()
    assert [f.subject for f in evidence.findings] == [subject]


def test_two_findings_of_one_word_are_one_word():
    evidence = _with_words(5)
    evidence.add("b", "MEDICATION", Location("", 5, 7), Subject.PERSON)
    evidence.statements.append(Statement(0, 10, 2))
    evidence.settle_statements()
    assert Subject.PATIENT not in [f.subject for f in evidence.findings]


def test_a_word_outside_of_the_body_is_in_no_statement():
    evidence = Evidence()
    evidence.add("a", "DIAGNOSIS", Location("query.dx", -1, -1), Subject.PERSON)
    evidence.statements.append(Statement(-5, 10, 1))
    evidence.settle_statements()
    assert [f.subject for f in evidence.findings] == [Subject.PERSON]


@pytest.mark.parametrize(
    ("info_types", "named"),
    [
        ((), []),
        (("CITY",), []),
        (("DIAGNOSIS",), ["mail_header"]),
        (("CITY", "DIAGNOSIS"), ["mail_header"]),
    ],
)
def test_the_people_of_a_mail_count_where_it_speaks_of_health(info_types, named):
    evidence = Evidence()
    for at, info_type in enumerate(info_types):
        evidence.add("a", info_type, Location("", at, at + 1), Subject.PERSON)
    evidence.correspondents.append(Location("from", 20, 30))
    evidence.settle_correspondents()
    assert [f.detector for f in evidence.findings if f.info_type == "PERSON_NAME"] == named
    assert evidence.correspondents == []


def test_a_path_shows_our_words_and_nothing_else():
    assert shown_path(("patient", "512-44-9031", "firstName")) == "patient.*.firstName"
    assert shown_path(("patient_Rosa_Sandoval", "ssn")) == "*.ssn"
    assert shown_path(("odd", "name"), frozenset(("odd",))) == "odd.name"
