"""XML elements in a text: those of health vocabularies, and those with known labels."""

import pytest

import phiscan
from phiscan.embedded import elements
from phiscan.finding import Coverage, Verdict

CDA = (
    b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole>'
    b"<patient><name><given>Rosa</given></name></patient></patientRole></recordTarget>"
    b"</ClinicalDocument>"
)
PLAIN = b"<patient><fullName>Rosa Sandoval</fullName><ssn>512-44-9031</ssn></patient>"


def found(data):
    return [n.data for n in elements.find(data)]


@pytest.mark.parametrize("document", [CDA, PLAIN])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"[INFO] got ", b" in 3 ms"),
        (b"a <b and Map<Key> of ", b" x > y"),
        (b"<13>Jan 2 h a: ", b""),
        (b'"', b'"'),
        (b"see <br> and <p>", b"</i>"),
    ],
)
def test_an_element_is_found_whatever_stands_around_it(before, document, after):
    assert found(before + document + after) == [document]
    report = phiscan.scan(before + document + after)
    assert report.coverage is Coverage.COMPLETE
    assert report.verdict in (Verdict.PHI, Verdict.IDENTIFIERS)


def test_elements_within_an_element_are_a_part_of_it():
    assert found(b"got <log><n>1</n>" + PLAIN + b"</log>") == [b"<log><n>1</n>" + PLAIN + b"</log>"]
    assert found(b"got <div>" + PLAIN + b"</div>") == [PLAIN]  # a page only shows it


def test_one_that_is_cut_off_counts_if_its_vocabulary_is_of_health():
    assert found(b"got " + CDA[:-30] + b"\nnext") == [CDA[:-30] + b"\nnext"]
    assert found(b"got " + PLAIN[:-12]) == [b"<fullName>Rosa Sandoval</fullName>"]


@pytest.mark.parametrize(
    "text",
    [
        b"std::vector<int> a; std::map<Name, Date> b; a </b> c",  # templates of C++
        b"<details><summary>Install</summary>pip install x</details>",  # a page's elements
        b"<config><port>80</port></config>",  # no known label
        b"mail <ana@example.org> and </ana>",
    ],
)
def test_other_elements_do_not_count(text):
    assert found(text) == []


def test_many_elements_without_an_end_cost_linear_time():
    assert found(b"<a><b c='d'>" * 50_000 + b"</z>" * 50_000) == []
