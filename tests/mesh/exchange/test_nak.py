"""The NAK of each version: two parsers that are not ours read it, and it repeats no content."""

from datetime import UTC, datetime

import hl7
import pytest
from hl7_samples import SSN, adt, msh
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import given
from hypothesis import strategies as st

from mesh.exchange.mllp_events import holds_frame_bytes
from mesh.exchange.nak import Code, Refused, code_for, nak
from mesh.message.hl7_header import V2Header, read
from mesh.policy.decision import Reason

ID = "0123456789abcdef0123456789abcdef"
REFUSED = Refused(Reason.MINIMUM_NECESSARY, ID, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
VERSIONS = [
    "2.1",
    "2.2",
    "2.3",
    "2.3.1",
    "2.4",
    "2.5",
    "2.5.1",
    "2.6",
    "2.7",
    "2.8",
    "2.8.2",
    "2.9",
]


def header(version: str = "2.5.1", **fields: str) -> V2Header:
    message = adt().replace(b"|2.5.1", f"|{version}".encode())
    for was, then in fields.items():
        message = message.replace(was.encode(), then.encode())
    found = read(message)
    assert found is not None
    return found


def lines(content: bytes) -> list[str]:
    assert content.endswith(b"\r")
    return content.decode("ascii").split("\r")[:-1]


def test_the_nak_of_a_message():
    assert lines(nak(header(), REFUSED, Code.REJECT)) == [
        "MSH|^~\\&|LIS|LAB|EHR|CLINIC|20260102030405||ACK^A01^ACK|0123456789abcdef0123|P|2.5.1",
        "MSA|AR|C1",
        "ERR|||207^Application internal error^HL70357|E|MINIMUM_NECESSARY||"
        + ID
        + "|denied by phiguard",
    ]


def test_the_nak_of_an_older_version():
    assert lines(nak(header("2.3"), REFUSED, Code.REJECT)) == [
        "MSH|^~\\&|LIS|LAB|EHR|CLINIC|20260102030405||ACK^A01|0123456789abcdef0123|P|2.3",
        f"MSA|AR|C1|denied by phiguard: MINIMUM_NECESSARY {ID}",
        "ERR|^^^207&Application internal error&HL70357",
    ]


def test_the_nak_where_no_header_can_be_read():
    assert lines(nak(None, REFUSED, Code.REJECT)) == [
        "MSH|^~\\&|||||20260102030405||ACK|0123456789abcdef0123|P|2.5",
        "MSA|AR|",
        "ERR|||207^Application internal error^HL70357|E|MINIMUM_NECESSARY||"
        + ID
        + "|denied by phiguard",
    ]


def test_what_its_receiver_gets_in_place_of_an_answer():
    _, msa, err = lines(nak(header(), REFUSED, Code.WITHHELD))
    assert msa == "MSA|AE|C1"
    assert err.endswith("|delivered; the answer was withheld by phiguard")


@pytest.mark.parametrize(
    ("accept", "code"),
    [
        ("", Code.REJECT),
        ("AL", Code.ACCEPT_REJECT),
        ("ER", Code.ACCEPT_REJECT),
        ("NE", Code.REJECT),
        ("SU", Code.REJECT),
    ],
)
def test_the_code_is_of_the_mode_that_the_message_asks_for(accept, code):
    found = read(msh(more=f"|||{accept}|"))
    assert found is not None
    assert found.accept == accept
    assert code_for(found) is code


def test_without_a_header_the_mode_is_the_original_one():
    assert code_for(None) is Code.REJECT


@pytest.mark.parametrize("code", list(Code))
@pytest.mark.parametrize("version", VERSIONS)
def test_hl7_reads_it(version, code):
    found = hl7.parse(nak(header(version), REFUSED, code).decode())
    assert str(found["MSA"][0][1]) == code.value
    assert str(found["MSA"][0][2]) == "C1"
    assert str(found["MSH"][0][12]) == version
    assert Reason.MINIMUM_NECESSARY.value in str(found)
    assert ID in str(found)


@pytest.mark.parametrize("version", [each for each in VERSIONS if each not in ("2.9",)])
def test_hl7apy_reads_it(version):
    level = VALIDATION_LEVEL.TOLERANT
    found = parse_message(
        nak(header(version), REFUSED, Code.REJECT).decode(), validation_level=level
    )
    assert found.msa.msa_2.value == "C1"
    assert found.msh.msh_5.value == "EHR"
    assert len(found.children) == 3


@pytest.mark.parametrize("version", ["2.4", "2.5", "2.5.1", "2.6"])
def test_hl7apy_finds_each_field_valid(version):
    level = VALIDATION_LEVEL.STRICT
    found = parse_message(
        nak(header(version), REFUSED, Code.REJECT).decode(), validation_level=level
    )
    assert found.name == "ACK"


def test_the_delimiters_are_those_of_the_message():
    marks = read(b"MSH#*~\\&#EHR*1#CLINIC#LIS#LAB#E##ADT*A08*ADT_A01#7#P#2.5\r")
    first, msa, err = lines(nak(marks, REFUSED, Code.REJECT))
    assert first == (
        "MSH#*~\\&#LIS#LAB#EHR*1#CLINIC#20260102030405##ACK*A08*ACK#0123456789abcdef0123#P#2.5"
    )
    assert msa == "MSA#AR#7"
    assert "#207*Application internal error*HL70357#" in err


@pytest.mark.parametrize("mark", "_.:;")
def test_delimiters_that_our_words_hold_are_not_used(mark):
    marks = read(f"MSH|{mark}~\\&|A{mark}b|F|G|H|E||ADT{mark}A08|7|P|2.5\r".encode())
    first, *_ = lines(nak(marks, REFUSED, Code.REJECT))
    assert first.startswith(f"MSH|^~\\&|G|H|A{mark}b|F|")
    assert first.split("|")[8] == "ACK^A08^ACK"


@pytest.mark.parametrize(
    ("was", "written", "then"),
    [
        ("EHR|CLINIC", "E\x00R\xe9|CLI\x1bNIC", "E?R??|CLI?NIC"),
        ("EHR|CLINIC", "EHR~2|CLINIC", "EHR?2|CLINIC"),
    ],
)
def test_names_are_printable_and_end_nothing(was, written, then):
    found = nak(header(**{was: written}), REFUSED, Code.REJECT)
    assert then.encode() in found


def test_nothing_of_the_message_but_its_routing_is_in_it():
    assert SSN not in nak(header(), REFUSED, Code.REJECT)
    assert b"SANDOVAL" not in nak(header(), REFUSED, Code.REJECT)


@given(st.binary(max_size=300), st.sampled_from(list(Code)))
def test_any_header_gives_a_nak_of_three_segments_without_a_byte_of_a_frame(data, code):
    for message in (data, b"MSH|^~\\&|" + data, b"MSH" + data):
        content = nak(read(message), REFUSED, code)
        assert not holds_frame_bytes(content)
        assert [line[:3] for line in lines(content)] == ["MSH", "MSA", "ERR"]
        parsed = hl7.parse(content.decode())
        assert str(parsed["MSA"][0][1]) == code.value
        assert len(content) < 2500
