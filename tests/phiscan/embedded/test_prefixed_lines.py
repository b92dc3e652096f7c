"""A document is found although each of its lines stands behind a prefix of its own."""

import json

import pytest

import phiscan
from phiscan.embedded import prefixed_lines
from phiscan.finding import Coverage, Verdict
from tests.phiscan.embedded.cut import DOCUMENTS, PATIENT, X12

_TIME = "2024-01-02T03:04:{:02d}.678901234Z"


def _behind(prefix):
    """A writer of logs: the prefix may hold the number of the line."""
    return lambda lines: "".join(f"{prefix.format(n)}{line}\n" for n, line in enumerate(lines))


def _cut_in_two(lines):
    """CRI cuts long lines: `P` is a part, `F` the end of a line."""
    out = []
    for n, line in enumerate(lines):
        half = len(line) // 2
        out += [
            f"{_TIME.format(n)} stdout P {line[:half]}\n",
            f"{_TIME.format(n)} stdout F {line[half:]}\n",
        ]
    return "".join(out)


def _logfmt(lines):
    return "".join(
        f"time={_TIME.format(n)} level=info msg={json.dumps(line)} user=7\n"
        for n, line in enumerate(lines)
    )


WRITERS = {
    "cri": _behind(_TIME + " stdout F "),
    "cri in parts": _cut_in_two,
    "rfc 3164": _behind("<13>Jan  2 03:04:{:02d} host app[77]: "),
    "rfc 5424": _behind("<165>1 2024-01-02T03:04:05.{:03d}Z host app 77 ID - "),
    "rfc 5424, data and mark": _behind('<165>1 2024-01-02T03:04:05.{:03d}Z h app 7 - [x@3 a="b"] \ufeff'),
    "log4j": _behind("2024-01-02 03:04:05,{:03d} [main] INFO  com.x.App - "),
    "klog": _behind("I0102 03:04:05.{:06d}    77 app.go:12] "),
    "time alone": _behind(_TIME + " "),
    "compose": _behind("app-1  | "),
    "grep": _behind("app.log:{}:"),
    "line numbers": _behind("{:4d}  "),
    "quoted mail": _behind("> "),
    "logfmt": _logfmt,
    "journal": _behind("__CURSOR=s=1;i={}\nPRIORITY=6\nMESSAGE="),
}  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("writer", WRITERS)
def test_a_document_behind_prefixes_is_read_and_masked(writer, document):
    data = WRITERS[writer](DOCUMENTS[document].splitlines()).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    values = {data[f.location.start : f.location.end] for f in report.findings}
    if "parts" not in writer:  # there a value may be in two lines
        assert {b"Sandoval"} <= values
    masked = phiscan.redact(data, report)
    assert b"Sandoval" not in masked
    assert b"7730145" not in masked


def test_a_document_between_other_lines_of_its_log_is_read():
    lines = ["request 12 begins", "received", *PATIENT.splitlines(), "request 12 took 3 ms"]
    report = phiscan.scan(WRITERS["log4j"](lines).encode())
    assert "PERSON_NAME" in {f.info_type for f in report.findings}


def test_two_documents_in_one_log_are_both_read():
    lines = [*PATIENT.splitlines(), *PATIENT.replace("Sandoval", "Okafor").splitlines()]
    data = WRITERS["cri"](lines).encode()
    values = {data[f.location.start : f.location.end] for f in phiscan.scan(data).findings}
    assert {b"Sandoval", b"Okafor"} <= values


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("".join(f"{_TIME.format(n)} INFO request {n} took 3 ms\n" for n in range(9)), "no sign"),
        (f"{_TIME.format(1)} got {json.dumps(json.loads(PATIENT))}\n" * 3, "whole on its line"),
        (PATIENT, "no prefix but indentation"),
        (f"{_TIME.format(1)} a\nB - {X12.splitlines()[0]}\nC * d\n", "each line has another prefix"),
        (f"{_TIME.format(1)} F {X12.splitlines()[0]}", "a single line"),
    ],
)  # fmt: skip
def test_other_texts_are_not_joined(text, reason):
    assert [found for found in prefixed_lines.find(text.encode()) if found] == [], reason


@pytest.mark.parametrize(
    "line",
    [
        "GET /a,b_c,d HTTP/1.1",  # commas without a known label
        'schema "resourceType": string',  # a sign of FHIR, and nobody
        "ISA*00* is the first segment of an interchange",
    ],
)
def test_a_log_of_ordinary_lines_with_a_sign_names_nobody(line):
    data = WRITERS["log4j"]([line, "done", line, "done"]).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) in {
        (verdict, Coverage.COMPLETE) for verdict in (Verdict.NONE, Verdict.HEALTH)
    }
