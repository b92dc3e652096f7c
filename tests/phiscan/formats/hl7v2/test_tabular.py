"""Rows of RDT, by the columns that RDF names."""

import pytest

import phiscan
from phiscan.finding import Verdict

HEAD = "MSH|^~\\&|A|B|C|D|2026||RTB^K13|1|P|2.5\rMSA|AA|1\r"
ROW = "RDT|77120^^^C^MR|SANDOVAL^ROSA|19800102|5155550142\r"


def found(table: str):
    data = (HEAD + table).encode()
    report = phiscan.scan(data)
    return report.verdict, {
        (f.info_type, data[f.location.start : f.location.end].decode(), f.location.field)
        for f in report.findings
    }


@pytest.mark.parametrize(
    "columns",
    ["PID.3^CX^20~PID.5^XPN^48~PID.7^TS^8~PID.13^XTN^40", "@PID.3~@PID.5.1~@PID.7~@pid-13"],
)
def test_a_column_is_read_as_the_field_that_it_names(columns):
    verdict, values = found(f"RDF|4|{columns}\r{ROW}")
    assert verdict is Verdict.PHI
    assert values >= {
        ("MEDICAL_RECORD_NUMBER", "77120", "RDT-1.1"),
        ("PERSON_NAME", "SANDOVAL", "RDT-2.1"),
        ("PERSON_NAME", "ROSA", "RDT-2.2"),
        ("DATE_OF_BIRTH", "19800102", "RDT-3"),
        ("PHONE_NUMBER", "5155550142", "RDT-4.1"),
        ("PATIENT_RECORD", "RDT", "RDT"),
    }


def test_a_column_that_names_no_field_is_read_by_its_type():
    _, values = found(f"RDF|2|@00106^CX^20~Patient^XPN^48\r{ROW}DG1|1||E11.9^Diabetes^I10\r")
    assert {
        ("MEDICAL_RECORD_NUMBER", "77120", "RDT-1.1"),
        ("PERSON_NAME", "ROSA", "RDT-2.2"),
    } <= values


@pytest.mark.parametrize("table", [ROW, f"RDF\r{ROW}", f"RDF|4|\r{ROW}", f"RDF|1|QAK.1\r{ROW}"])
def test_rows_without_columns_are_text(table):
    _, values = found(table)
    assert "PERSON_NAME" not in {info_type for info_type, _, _ in values}


def test_a_mark_before_a_segment_does_not_hide_it():
    _, values = found("\ufeffPID|1||77120^^^C^MR||SANDOVAL^ROSA\r")
    assert ("PERSON_NAME", "ROSA", "PID-5.2") in values
