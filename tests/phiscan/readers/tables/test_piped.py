"""Tables drawn in a text."""

import pytest

import phiscan
from phiscan.finding import Subject, Verdict
from phiscan.readers.tables import piped


def values(text):
    return [(item.labels, item.value, item.record) for item in piped.rows(text.encode())]


def test_a_row_of_labels_names_the_columns_below():
    table = "| Patient | MRN | Phone |\n|:---|---:|:-:|\n| Ana Ruiz | 7730145 | 9195550142 |\n"
    (patient, mrn, phone) = values(table)
    assert patient[:2] == (("Patient", "name"), "Ana Ruiz")
    assert mrn[:2] == (("MRN",), "7730145")
    assert phone[:2] == (("Phone",), "9195550142")
    assert patient[2] == mrn[2] == phone[2] > 0


def test_rows_are_records_of_their_own():
    table = "| Patient | MRN | Dx |\n| Ana Ruiz | 7730145 | flu |\n| Bo Li | 7730146 | flu |\n"
    assert len({record for *_, record in values(table)}) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("| MRN | **7730145** |", (("MRN",), "7730145")),
        ("MRN | 7730145", (("MRN",), "7730145")),
        ("| Patient | Ana Ruiz |", (("Patient", "name"), "Ana Ruiz")),
        ("| Daughter | Ana de la Cruz |", (("person", "name"), "Ana de la Cruz")),
        ("| Date of birth: | 1961-04-02 |", (("Date of birth",), "1961-04-02")),
    ],
)
def test_a_label_names_the_cell_beside_it(text, expected):
    assert [item[:2] for item in values(text)] == [expected]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("| Patient | stable |", "a state"),
        ("| Patient | Fall Risk |", "a heading"),
        ("| Patient | 3 beds |", "a number"),
        ("grep patient | wc -l", "a command"),
        ("type Id = string | null", "a type"),
        ("| Name | Type | Description |\n|---|---|---|\n| name | string | MRN |", "a schema"),
        ("a || b", "an operator"),
    ],
)
def test_other_cells_are_nobodys(text, reason):
    assert [item for item in values(text) if item[0][-1] == "name"] == [], reason


def test_a_table_of_a_patient_is_phi_and_its_ranges_are_exact():
    data = b"| Patient | Ana Ruiz |\n| MRN | **7730145** |\n| Dx | asthma |\n"
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    found = {
        (f.info_type, data[f.location.start : f.location.end], f.subject) for f in report.findings
    }
    assert ("PERSON_NAME", b"Ana Ruiz", Subject.PATIENT) in found
    assert ("MEDICAL_RECORD_NUMBER", b"7730145", Subject.PATIENT) in found
    assert phiscan.redact(data, report).count(b"|") == data.count(b"|")


def test_a_text_of_bars_costs_linear_time():
    assert phiscan.scan(b"mrn " + b"| " * 300_000).media
