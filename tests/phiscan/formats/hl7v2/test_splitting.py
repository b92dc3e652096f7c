"""HL7 v2: line breaks within a field, and messages on whose segments receivers disagree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.finding import Coverage
from phiscan.formats.hl7v2.splitting import segments

HEADER = b"MSH|^~\\&|EHR|CLINIC|LAB|FIN|20260311||ADT^A08|M1|P|2.5.1"
FIRST = b"PID|1||MRN-5530917^^^CLINIC^MR||Lindqvist^Maria||19611123|F|||12 Elm"
REST = b"Street^^Reno^NV^89501||4155550137|||||ACC8830012|541278860"


def split(data):
    return [data[start:end] for start, end in segments(data)]


@pytest.mark.parametrize("terminator", [b"\r", b"\n", b"\r\n"])
@pytest.mark.parametrize(
    "within",
    [b"\n", b"\r", b"\r\n", b"\n\n", b"\x0b", b"\x0c", b"\x1c", b"\x1e", "\u2028".encode()],
)
def test_what_begins_no_segment_goes_on_with_the_one_before(terminator, within):
    data = terminator.join([HEADER, FIRST + within + REST, b"PV1|1|I", b""])
    assert split(data) == [HEADER, FIRST + within + REST, b"PV1|1|I"]


@pytest.mark.parametrize("terminator", [b"\r", b"\n", b"\r\n"])
@pytest.mark.parametrize("within", [b"\n", b"\r", b"\r\n", b"\x0b", b"\x0c", b"\x85"])
def test_each_value_behind_a_break_is_found_and_masked(terminator, within):
    data = terminator.join([HEADER, FIRST + within + REST, b"PV1|1|I", b""])
    report = phiscan.scan(data)
    assert report.coverage is Coverage.COMPLETE
    masked = phiscan.redact(data, report)
    for value in (b"541278860", b"4155550137", b"ACC8830012", b"12 Elm", b"Street", b"Reno"):
        assert value not in masked
    assert masked.count(terminator) >= 3


@pytest.mark.parametrize("terminator", [b"\r", b"\n"])
@pytest.mark.parametrize(
    "word",
    [
        b"NTE|^^Reno^NV^89501||4155550137|||||ACC8830012|541278860",  # a segment's name
        b"USA|^^Reno^NV^89501||4155550137|||||ACC8830012|541278860",  # no segment's name
        b"nte|^^Reno^NV^89501||4155550137|||||ACC8830012|541278860",
    ],
)
def test_a_word_that_may_be_a_name_hides_nothing_from_a_receiver_that_reads_on(terminator, word):
    foreign = b"\n" if terminator == b"\r" else b"\r"
    data = terminator.join([HEADER, FIRST + foreign + word, b"PV1|1|I", b""])
    assert FIRST + foreign + word in split(data)
    assert b"541278860" not in phiscan.redact(data, phiscan.scan(data))


def test_an_unknown_name_may_be_a_word_too():
    data = b"\r".join([HEADER, FIRST, b"USA|" + REST, b"PV1|1|I"])
    assert FIRST + b"\rUSA|" + REST in split(data)


def test_a_site_defined_segment_is_one():
    data = b"\r".join([HEADER, FIRST, b"ZPX|1", b"PV1|1|I"])
    assert split(data) == [HEADER, FIRST, b"ZPX|1", b"PV1|1|I"]


def test_each_message_of_a_batch_has_terminators_of_its_own():
    data = b"MSH|^~\\&|A\nPID|1|a\rb\nPV1|1\n\x0bMSH#^~\\&#B\r\nPID#1\x1c\r"
    assert split(data) == [
        b"MSH|^~\\&|A",
        b"PID|1|a\rb",
        b"PV1|1",
        b"MSH#^~\\&#B",
        b"PID#1",
    ]


@pytest.mark.parametrize("data", [b"", b"\r", b"\r\n\x0b", b"PID", b"MSH"])
def test_very_short_documents_are_split(data):
    assert split(data) == ([data] if data.strip(b"\r\n\x0b") else [])


_LINES = st.sampled_from([HEADER, FIRST, REST, b"PV1|1|I", b"ZPX|1", b"USA|2", b"nte|3", b"", b" "])
_BREAKS = st.sampled_from([b"\r", b"\n", b"\r\n", b"\x0b", b"\x1c\r"])


@given(st.lists(st.tuples(_LINES, _BREAKS), max_size=12))
def test_no_byte_but_breaks_is_left_out(parts):
    data = b"".join(line + ends for line, ends in parts)
    covered = bytearray(data)
    for start, end in segments(data):
        covered[start:end] = b"\r" * (end - start)
    assert covered.strip(b"\r\n\x0b\x1c") == b""
