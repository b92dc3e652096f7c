"""Interchanges in a text are read from their first segment to their last, and nothing else is."""

import pytest

import phiscan
from phiscan.finding import Coverage, Verdict
from phiscan.formats.x12 import within

ISA = (
    b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
    b"*240102*1200*^*00501*000000001*0*P*:~"
)
GS = b"GS*HC*SENDER*RECEIVER*20240102*1200*1*X*005010X222A1~"
BODY = (
    b"ST*837*0001*005010X222A1~HL*1**22*0~SBR*P*18~NM1*IL*1*RUIZ*ANA****MI*NP5501238~"
    b"CLM*A1*100***11:B:1~HI*ABK:E119~SE*7*0001~"
)
END = b"GE*1*1~IEA*1*000000001~"
WHOLE = ISA + GS + BODY + END


def found(data):
    return [(n.location.start, n.data) for n in within.find(data)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"[INFO] got ", b""),
        (b'body="', b'" status=200'),
        (b"(", b")"),
        (b"From: gateway\nSubject: claims\n\n", b"\nRegards\n"),
        (b"<13>Jan  2 10:00:00 h a: ", b"\n"),
    ],
)
def test_an_interchange_in_a_text_ends_with_its_last_segment(before, after):
    assert found(before + WHOLE + after) == [(len(before), WHOLE)]
    report = phiscan.scan(before + WHOLE + after)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    assert {"HEALTH_PLAN_BENEFICIARY_NUMBER", "PERSON_NAME"} <= {
        f.info_type for f in report.findings
    }


def test_one_segment_a_line_is_one_interchange():
    lines = WHOLE.replace(b"~", b"~\n")
    assert found(b"claims:\n" + lines + b"Bye\n") == [(8, lines.rstrip())]
    assert found(b"claims:\n" + WHOLE.replace(b"~", b"\r\n") + b"Bye\n")[0][1].endswith(b"01\r\n")


@pytest.mark.parametrize("part", [GS + BODY + b"GE*1*1~", BODY])
def test_a_group_or_a_transaction_without_its_envelope_is_read(part):
    assert found(b"WARN rejected: " + part + b" (2 errors)") == [(15, part)]


def test_several_interchanges_are_read_one_by_one():
    assert [data for _, data in found(b"a " + WHOLE + b"\nb " + WHOLE)] == [WHOLE, WHOLE]


def test_a_literal_is_read_without_its_escapes_and_masked_in_place():
    data = b"body: " + repr(WHOLE.replace(b"~", b"~\n")).encode() + b"\n"
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    masked = phiscan.redact(data, report)
    assert b"RUIZ" not in masked
    assert masked.startswith(b"body: b'ISA*00*")


def test_one_that_is_cut_off_ends_with_its_line():
    data = b"INFO " + (ISA + GS + BODY)[:-9] + b"\nINFO done\n"
    assert found(data) == [(5, (ISA + GS + BODY)[:-9])]


@pytest.mark.parametrize(
    "data",
    [
        b"VISA*00*          *00* cards",  # the end of a word
        b"the ISA*00* of a header, which ends here",  # no sixteen elements
        b"GS*TO*b*c",  # no version
        b"ST*837 is a transaction",  # no control number
        b"ST*LOUIS*MO",
    ],
)
def test_what_only_names_a_segment_is_no_interchange(data):
    assert found(data) == []
