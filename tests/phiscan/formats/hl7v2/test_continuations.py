"""ADD and DSC: a segment that is cut is read as one."""

import pytest

import phiscan
from phiscan.finding import Coverage, Gap

HEAD = b"MSH|^~\\&|EHR|C|LAB|F|20260311||ORU^R01|M1|P|2.5.1\r"
CUT = b"OBX|1|FT|||her SSN is 541-2\rADD|\rDSC|p1\r"
REST = b"ADD|7-8860 she said\r"


def found(data):
    return {
        data[f.location.start : f.location.end] for f in phiscan.scan(data).findings if f.identifier
    }


@pytest.mark.parametrize(
    "cut",
    [
        b"NTE|1||her SSN is 541-2\rADD|7-8860 she said\r",
        b"NTE|1||her SSN is 5\rADD|41-2\rADD|7-88\rADD|60\r",
        b"NTE|1||her SSN is 541-2\r\nADD|7-8860 she said\r\n",
        b"NTE|1||her SSN is 541-2\nadd|7-8860 she said\n",
        b"OBX|1|FT|||her SSN is 541-2\rDSC|p0\rADD|7-8860 she said||||||F\r",
        b"ZNT|1||her SSN is 541-2\x0b\r ADD|7-8860 she said\r",
        CUT + HEAD + REST,
        CUT + HEAD + b"MSA|AA|M0\r" + REST,
    ],
)
def test_a_value_that_is_cut_is_found_and_masked(cut):
    data = HEAD + cut
    report = phiscan.scan(data)
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}
    assert report.coverage is Coverage.COMPLETE
    masked = phiscan.redact(data, report)
    assert b"her SSN is XXX" in masked
    assert phiscan.scan(masked).coverage is Coverage.COMPLETE


def test_an_add_without_content_may_have_a_delimiter_of_the_messages_own():
    report = phiscan.scan(HEAD.replace(b"|", b"#") + b"OBX#1#FT###her SSN is 541-2\rADD##\r")
    assert report.gap is Gap.CUT_OFF


def test_the_fields_of_a_segment_go_on_in_an_add():
    assert {b"RUI\rADD|Z", b"ANA", b"19611123"} <= found(
        HEAD + b"PID|1||MRN-5530917^^^C^MR||RUI\rADD|Z^ANA||19611123|F\r"
    )
    other = HEAD.replace(b"|", b"#") + b"PID#1##MRN-5530917^^^C^MR##RUI\rADD#Z^ANA\r"
    assert {b"RUI\rADD#Z", b"ANA"} <= found(other)


@pytest.mark.parametrize(
    "cut",
    [
        CUT,
        b"OBX|1|FT|||her SSN is 541-2\rADD\r",
        b"OBX|1|FT|||her SSN is 541-2\rADD||\r",
        REST,
        b"MSA|AA|M0\r" + REST,
        CUT + HEAD + b"OBX|1|FT|||fine\r",
        CUT + HEAD + b"OBX|1|FT|||fine\r" + REST,
        CUT + HEAD,
        CUT + HEAD + b"Add x\r",
    ],
)
def test_a_part_that_is_not_here_is_a_gap(cut):
    report = phiscan.scan(HEAD + cut)
    assert (report.coverage, report.gap) == (Coverage.UNSCANNABLE, Gap.CUT_OFF)


@pytest.mark.parametrize(
    "whole",
    [
        b"OBX|1|FT|||fine\rDSC|p1\r",
        b"QAK|q1\rDSC|p1|I\r",
        b"NTE|1||ADD|a\rADDR|b\rXADD|c\r",
        b"OBX|1|FT|||fi\rADD|\rADD|ne\rNTE|1||so\r",
        b"NTE|1||Diagnoses:\nADD\r",  # attention deficit disorder
        b"NTE|1||Tests:\nAdd ~\r",
        b"MSA|AE|M0|Errors:\nAdd the patient's name\r",
    ],
)
def test_a_message_that_is_cut_between_segments_has_no_gap(whole):
    report = phiscan.scan(HEAD + whole)
    assert (report.coverage, report.gap) == (Coverage.COMPLETE, Gap.NONE)
