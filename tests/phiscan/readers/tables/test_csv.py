"""Tables as text: the header says what the cells are, and a row is a record."""

import pytest

import phiscan
from phiscan.evidence import Evidence
from phiscan.finding import Gap, Verdict
from phiscan.readers.tables import csv as csv_table


def cells(data):
    evidence = Evidence()
    gap = csv_table.read(data, evidence)
    return gap, {
        (f.info_type, data[f.location.start : f.location.end])
        for f in evidence.findings
        if f.identifier
    }


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_delimiter_line_end_and_mark(delimiter, line_end, mark):
    rows = [
        ["Patient Name", "MRN", "DOB", "Diagnosis"],
        ["Ana Ruiz", "A10017", "1980-02-03", "asthma"],
        ["Bo Li", "A10018", "1979-12-01", "flu"],
    ]
    data = (mark + line_end.join(delimiter.join(row) for row in rows)).encode()
    report = phiscan.scan(data)
    assert (report.media, report.verdict, report.gap) == ("csv", Verdict.PHI, Gap.NONE)
    masked = phiscan.redact(data, report)
    assert masked.count(b"XXX") == 6
    assert b"asthma" in masked
    assert phiscan.scan(masked).verdict is Verdict.HEALTH


def test_quoted_fields_hold_delimiters_quotes_and_line_ends():
    gap, found = cells(b'patient_name,note,ssn\n"Ruiz, ""Ana""","seen\nagain, ok",123-45-6780\n')
    assert gap is Gap.NONE
    assert found == {
        ("PERSON_NAME", b'Ruiz, ""Ana""'),
        ("US_SOCIAL_SECURITY_NUMBER", b"123-45-6780"),
    }


def test_a_name_counts_in_the_row_that_holds_a_person():
    _, found = cells(b"name,dob\nAna Ruiz,1980-02-03\nforklift,\n")
    assert ("PERSON_NAME", b"Ana Ruiz") in found
    assert ("PERSON_NAME", b"forklift") not in found


def test_the_header_may_follow_a_title():
    _, found = cells(b"Discharges 2024\n\nmrn,first_name,last_name\nA10017,Ana,Ruiz\n")
    assert {t for t, _ in found} == {"MEDICAL_RECORD_NUMBER", "PERSON_NAME"}


def test_an_open_quote_is_a_gap():
    gap, found = cells(b'mrn,name,dob\nA10017,"Ana,1980-02-03\nA10018,Bo,1979-12-01\n')
    assert gap is Gap.MALFORMED
    assert ("MEDICAL_RECORD_NUMBER", b"A10017") in found


def test_an_inch_mark_is_no_open_quote():
    gap, _ = cells(b'mrn,height\nA10017,71"\n')
    assert gap is Gap.NONE


@pytest.mark.parametrize(
    "data",
    [
        b"Dear Ms. Ruiz, we write, as agreed, to you.\nPlease call, soon, thanks.\n",  # sentences
        b"sku,price,qty\nA1,4.00,2\n",  # no known label
        b"1,2,3\n4,5,6\n",  # no header
        b"name, email\n",  # only a header
        b"",
    ],
)
def test_what_is_no_table_of_people_is_not_sniffed(data):
    assert not csv_table.sniff(data)


def test_a_declared_table_without_a_known_header_is_read_as_text():
    report = phiscan.scan(b"1,SSN: 123-45-6780\n", content_type="text/csv")
    assert (report.media, report.verdict) == ("csv", Verdict.IDENTIFIERS)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\x00,\n" * 50,
        b'"' * 5000,
        b"a," * 5000,
        b"mrn,name\n" + b'"a"b,' * 5000,
        b'mrn,name\n"' + b'""' * 20000,
    ],
)
def test_garbage_never_raises(data):
    assert csv_table.read(data, Evidence()) in (Gap.NONE, Gap.MALFORMED)


@pytest.mark.parametrize(
    "table",
    [
        "| Field | Type | Description |\n|---|---|---|\n| patientName | string | Name of the patient |\n| mrn | string | Record number |\n",
        "column,type,meaning\npatient_name,varchar,Name of the patient\ndiagnosis,varchar,Diagnosis of the patient\n",
    ],
)
def test_a_data_dictionary_tells_of_nobody(table):
    assert phiscan.scan(table.encode()).verdict in (Verdict.NONE, Verdict.HEALTH)


def test_a_table_in_markdown_tells_of_somebody():
    table = "| patientName | mrn | diagnosis |\n|---|---|---|\n| Ana Ruiz | A10017 | asthma |\n"
    assert phiscan.scan(table.encode()).verdict is Verdict.PHI
