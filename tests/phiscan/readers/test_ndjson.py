"""NDJSON and logs: each line is a record. A broken line is a gap only where JSON is declared."""

import pytest

import phiscan
from phiscan.finding import Gap, Verdict

GOOD = b'{"name": "Ana Ruiz", "dob": "1980-02-03"}\n{"name": "forklift", "qty": 3}\n'


@pytest.mark.parametrize("content_type", ["", "application/x-ndjson", "application/jsonl"])
def test_each_line_is_a_record_of_its_own(content_type):
    report = phiscan.scan(GOOD, content_type=content_type)
    names = {
        GOOD[f.location.start : f.location.end]
        for f in report.findings
        if f.info_type == "PERSON_NAME"
    }
    assert (names, report.gap) == ({b"Ana Ruiz"}, Gap.NONE)


def test_a_broken_line_is_a_gap_where_json_is_declared():
    report = phiscan.scan(GOOD + b'{"name": "Bo', content_type="application/x-ndjson")
    assert (report.verdict, report.gap) == (Verdict.IDENTIFIERS, Gap.MALFORMED)


def test_a_log_that_holds_json_is_no_gap():
    log = b'2024-05-01 INFO request {"patientName": "Ana Ruiz", "mrn": "A10017"}\n2024-05-01 WARN diagnosis="asthma" broken {"a":\n'
    report = phiscan.scan(log, content_type="text/plain")
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)


def test_a_log_with_a_json_line_first_and_a_text_line_behind_is_no_gap_unless_declared():
    log = b'{"level": "info", "ssn": "123-45-6780"}\nTraceback (most recent call last):\n'
    assert (phiscan.scan(log).media, phiscan.scan(log).gap) == ("log", Gap.NONE)
    assert phiscan.redact(log, phiscan.scan(log)) == log.replace(b"123-45-6780", b"XXX")
    assert phiscan.scan(log, content_type="application/json").gap is Gap.MALFORMED
