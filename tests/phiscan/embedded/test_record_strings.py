"""A document is found although each of its lines is a string of a record of its own."""

import json

import pytest

import phiscan
from phiscan.embedded import record_strings
from phiscan.finding import Coverage, Verdict
from tests.phiscan.embedded.cut import DOCUMENTS, PATIENT


def _records(key, end=""):
    """A writer of NDJSON: each line under `key`, which may have several parts."""

    def write(lines):
        out = []
        for n, line in enumerate(lines):
            value = line + end
            for part in reversed(key.split(".")):
                value = {part: value}
            out.append(json.dumps({"time": f"2024-01-02T03:04:{n:02d}Z", **value}) + "\n")
        return "".join(out)

    return write


def _otlp(lines):
    records = [{"severityText": "INFO", "body": {"stringValue": line}} for line in lines]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]})


def _loki(lines):
    values = [[f"17041646450000000{n:02d}", line] for n, line in enumerate(lines)]
    return json.dumps({"streams": [{"stream": {"app": "x"}, "values": values}]})


def _bytes(lines):
    return "".join(json.dumps({"MESSAGE": list(line.encode())}) + "\n" for line in lines)


WRITERS = {
    "docker": _records("log", "\n"),
    "journal": _records("MESSAGE"),
    "gelf": _records("short_message"),
    "nested": _records("event.original"),
    "cloudwatch": lambda lines: json.dumps({"logEvents": [{"message": line} for line in lines]}),
    "otlp": _otlp,
    "loki": _loki,
}


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("writer", WRITERS)
def test_a_document_in_records_is_read_and_masked(writer, document):
    data = WRITERS[writer](DOCUMENTS[document].splitlines()).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    assert b"Sandoval" in {data[f.location.start : f.location.end] for f in report.findings}
    masked = phiscan.redact(data, report)
    assert b"Sandoval" not in masked
    assert b"7730145" not in masked
    for line in masked.splitlines():
        json.loads(line)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_in_lists_of_bytes_is_read_and_masked(document):
    data = _bytes(DOCUMENTS[document].splitlines()).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    masked = phiscan.redact(data, report)
    text = b"\n".join(bytes(json.loads(line)["MESSAGE"]) for line in masked.splitlines())
    assert b"Sandoval" not in text


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([{"m": "a"}, {"m": "b"}], "no sign of a document"),
        ([{"m": json.dumps(json.loads(PATIENT))}] * 2, "each string is a whole document"),
        ([{"m": "{"}, {"n": '"resourceType": "Patient"'}], "of different keys"),
        ([{"m": '{ "resourceType": "Patient",'}], "a single string"),
        ([{"a": "x,y_z,w"}, {"a": "1,2,3"}], "columns without a known label"),
    ],
)
def test_other_strings_are_not_joined(records, reason):
    data = "\n".join(map(json.dumps, records)).encode()
    assert [found for found in record_strings.strings(data) if found] == [], reason


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([{"v": [90, 87, 124, 65]}] * 3, "a list of scores"),
        ([{"v": [300, 124, 65, 42, 90]}] * 3, "no bytes"),
    ],
)
def test_other_numbers_are_not_joined(records, reason):
    data = "\n".join(map(json.dumps, records)).encode()
    assert [found for found in record_strings.byte_lists(data) if found] == [], reason
