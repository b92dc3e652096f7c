"""Messages and lone segments in a text are read by their structure, and masked where they stand."""

import json

import pytest

import phiscan
from phiscan.finding import Coverage, Verdict
from phiscan.formats.hl7v2 import within

PID = "PID|1||77120^^^H^MR||SANDOVAL^ROSA^M||19441130|F"
SEGMENTS = (
    "MSH|^~\\&|LAB|H|EHR|H|20240102||ORU^R01|77|P|2.5",
    PID,
    "PV1|1|I|W^1^2",
    "DG1|1||E11.9^Type 2 diabetes^I10",
)
MESSAGE = "\r".join(SEGMENTS) + "\r"


def masked(data):
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    return phiscan.redact(data, report).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"[INFO] {PID}",
        f"> {PID}",
        f"parse error: {PID}",
        f'parse error near "{PID}" at 17',
        f"(rejected: {PID})",
        f"- {PID}",
        f"Jan  2 10:00:00 h app[7]: {PID}",
        json.dumps({"level": "warn", "msg": f"bad segment {PID}"}),
        json.dumps([*SEGMENTS]),
        json.dumps({"lines": SEGMENTS[1:]}, indent=1),
        "\n".join(f"2024-01-02T10:00:0{i}Z INFO {line}" for i, line in enumerate(SEGMENTS)),
        "\n".join(json.dumps({"n": i, "text": line}) for i, line in enumerate(SEGMENTS)),
        f"<error><detail>cannot parse {PID}</detail></error>",
    ],
)
def test_a_segment_without_its_message_names_a_patient(text):
    assert not {"SANDOVAL", "77120", "19441130"} & set(
        masked(text.encode()).replace("^", "|").split("|")
    )


@pytest.mark.parametrize(
    "end",
    ["\\r", "\\n", "\\r\\n", "#015", "#015#012", "^M", "<CR>", "<0D>", "\\x0d", "&#13;", " ", "\t"],
)
@pytest.mark.parametrize("before", ["got ", "[INFO] ", "(", "{id=7} "])
def test_a_message_on_one_line_is_read_however_its_line_ends_are_written(before, end):
    out = masked((before + end.join(SEGMENTS) + "\n").encode())
    assert "SANDOVAL" not in out
    assert out.startswith(before + "MSH|^~\\&|LAB")


@pytest.mark.parametrize("literal", [repr(MESSAGE.encode()), repr(MESSAGE), json.dumps(MESSAGE)])
def test_a_message_in_a_literal_is_read_without_its_escapes(literal):
    assert "SANDOVAL" not in masked(f"body: {literal} ok\n".encode())


def test_what_stands_behind_a_quotation_is_no_part_of_it():
    data = f'msg="{PID}" err="none"'.encode()
    assert [n.data for n in within.find(data)] == [PID.encode()]


@pytest.mark.parametrize(
    "text",
    [
        "PID|USER|COMMAND\n1|root|init\n",  # a table of processes
        "re.compile('MSH|PID|OBX')",  # a regular expression
        "the segments PID|NK1|PV1 of ADT^A01",  # prose about segments
        "| PID | patient identification | IN1 | insurance |",  # a manual's table
    ],
)
def test_what_only_names_segments_is_no_message(text):
    report = phiscan.scan(text.encode())
    assert (report.verdict, report.coverage) == (Verdict.NONE, Coverage.COMPLETE)
