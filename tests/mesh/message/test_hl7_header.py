"""What is read of MSH and MSA, and what is not taken for a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message import hl7_header
from mesh.message.hl7_header import MOST_ID, MOST_NAME, answered, begins_message, read

MSH = (
    b"MSH|^~\\&|LIS^1.2.3^ISO|LAB|EHR|CLINIC|20260102||ORU^R01^ORU_R01|C-1|P|2.5.1|||AL|||"
    b"UNICODE UTF-8~ASCII"
)


def test_the_fields_of_a_header():
    header = read(MSH + b"\rPID|1\r")
    assert header is not None
    assert header.sender == (b"LIS^1.2.3^ISO", b"LAB")
    assert header.receiver == (b"EHR", b"CLINIC")
    assert header.message_type == "ORU^R01"
    assert header.control_id == b"C-1"
    assert (header.processing, header.version, header.accept) == ("P", "2.5.1", "AL")
    assert header.charsets == ("UNICODE UTF-8", "ASCII")


def test_a_short_header_has_empty_fields():
    header = read(b"MSH|^~\\&")
    assert header is not None
    assert (header.control_id, header.message_type, header.charsets) == (b"", "", ("",))


def test_the_delimiters_are_those_of_the_message():
    header = read(b"MSH#*~\\&#A#B#C#D#E##ADT*A08*ADT_A01#7#T*I#2.3.1*USA\r")
    assert header is not None
    assert header.message_type == "ADT^A08"
    assert (header.control_id, header.processing, header.version) == (b"7", "T^I", "2.3.1")


@pytest.mark.parametrize("batch", [b"FHS|^~\\&|A\rBHS|^~\\&|B\r", b"BHS|^~\\&|B\n"])
def test_the_header_of_a_batch_stands_before_that_of_its_message(batch):
    header = read(batch + MSH)
    assert header is not None
    assert header.control_id == b"C-1"
    assert not begins_message(batch + MSH)


@pytest.mark.parametrize("lead", [b"", b"\r\n", b" \t"])
def test_blanks_may_stand_before_the_first_segment(lead):
    assert read(lead + MSH) is not None
    assert begins_message(lead + MSH)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (b"", "nothing"),
        (b"PID|1||77120", "no header"),
        (b"GET / HTTP/1.1\r\nMSH|^~\\&|A", "it begins with something else"),
        (b"msh|^~\\&|A", "small letters: receivers differ about it"),
        (b"MSH", "cut off"),
        (b"MSH|", "no encoding characters"),
        (b"MSH|^~|A", "too few of them"),
        (b"MSH|^^\\&|A", "one of them twice"),
        (b"MSH|AB\\&|A", "a letter separates nothing"),
        (b"MSH|^~\x08&|A", "a control character separates nothing"),
        (b"MSH|^~\\&#!?|A", "too many of them"),
        (b"MSHA^~\\&A", "a letter separates nothing"),
        (b"BHS|^~\\&|A\rBTS|0\r", "a batch without a message"),
    ],
)
def test_what_is_no_header(message, why):
    assert read(message) is None, why


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"adt^A01",
        b"ADT^A01~ORU^R01",
        b" ADT^A01",
        b"ADT^A01X",
        b"AD\xc3^A01",
        b"^A01",
        b"ADT&A01",
    ],
)
def test_a_type_in_another_form_is_none(written):
    header = read(b"MSH|^~\\&|A|B|C|D|E||" + written + b"|1|P|2.5\r")
    assert header is not None
    assert header.message_type == ""


@pytest.mark.parametrize(
    ("written", "known"),
    [(b"ACK", "ACK"), (b"ACK^", "ACK"), (b"ACK^^ACK", "ACK"), (b"ADT^A04^ADT_A01", "ADT^A04")],
)
def test_a_type_without_an_event(written, known):
    header = read(b"MSH|^~\\&|A|B|C|D|E||" + written + b"|1|P|2.5\r")
    assert header is not None
    assert header.message_type == known


@pytest.mark.parametrize("version", [b"3.0", b"2", b"2.5 ", b"2.55", b"V2.5", b""])
def test_a_version_in_another_form_is_none(version):
    header = read(b"MSH|^~\\&|A|B|C|D|E||ACK|1|P|" + version)
    assert header is not None
    assert header.version == ""


def test_a_header_is_small_whatever_it_says():
    long = b"x" * 5000
    header = read(b"MSH|^~\\&|" + b"|".join([long] * 18))
    assert header is not None
    assert {len(name) for name in header.sender} <= {MOST_NAME, 0}
    assert len(header.control_id) <= MOST_ID
    assert len(header.charsets) <= 8
    named = read(b"MSH|^~\\&|" + b"|" * 15 + long)
    assert named is not None
    assert len(named.charsets[0]) <= 32
    many = read(b"MSH|^~\\&|" + b"|" * 15 + b"~" * 5000)
    assert many is not None
    assert len(many.charsets) <= 8


def test_a_repr_shows_nothing_of_it():
    assert "LAB" not in repr(read(MSH))
    assert "C-1" not in repr(read(MSH))


@pytest.mark.parametrize(
    ("segments", "known"),
    [
        (b"\rMSA|AA|C-1|ok", b"C-1"),
        (b"\r\nMSA|AA|C-1", b"C-1"),
        (b"\rSFT|x\rMSA|AE|C-1|no\rERR|", b"C-1"),
        (b"\rMSA|AA", b""),
        (b"\rMSA|", b""),
        (b"\rMSA|AA|C-1\rMSA|AA|C-1", b"C-1"),
        (b"\rMSA|AA|C-1\rMSA|AA|C-2", b""),
        (b"\rPID|MSA|AA|C-1", None),
        (b"\rZMSA|AA|C-1", None),
    ],
)
def test_what_a_message_answers(segments, known):
    header = read(MSH)
    assert header is not None
    assert answered(MSH + segments + b"\r", header.delimiters) == known


@pytest.mark.parametrize("mark", [b"]", b"-", b"^", b"\\", b"."])
def test_any_punctuation_may_separate_the_fields_of_an_answer(mark):
    marks = b"".join(bytes((each,)) for each in b"#~!%" if each != mark[0])
    message = (
        mark.join([b"MSH", marks, b"A", b"B"]) + b"\r" + mark.join([b"MSA", b"AA", b"C1", b"t"])
    )
    header = read(message)
    assert header is not None
    assert answered(message, header.delimiters) == b"C1"


@given(st.binary(max_size=200))
def test_any_bytes_give_a_header_or_none(data):
    for message in (data, b"MSH" + data, b"MSH|^~\\&|" + data):
        header = read(message)
        assert header is None or isinstance(
            hl7_header.answered(message, header.delimiters), bytes | None
        )
