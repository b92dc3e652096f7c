"""Protobuf and gRPC without a schema: strings are read, numbers are not, and lengths stay."""

import base64
import gzip
import random

import pytest

import phiscan
from phiscan.finding import Gap, Verdict
from phiscan.readers import protobuf

PROTO = "application/x-protobuf"
GRPC = "application/grpc+proto"


def varint(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes((number & 0x7F | 0x80,)), number >> 7
    return out + bytes((number,))


def text(number, value):
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def number(field, value):
    return varint(field << 3) + varint(value)


def frame(message, flags=0):
    return bytes((flags,)) + len(message).to_bytes(4) + message


NOTE = (
    text(1, "Patient: Ana Ruiz")
    + number(2, 7)
    + text(3, text(1, "SSN: 123-45-6780") + number(9, 1))
    + text(4, "Diagnosis: asthma")
)


@pytest.mark.parametrize(
    ("data", "content_type", "media"),
    [
        (NOTE, PROTO, "protobuf"),
        (NOTE, "", "protobuf"),
        (frame(NOTE), GRPC, "grpc"),
        (frame(NOTE), "", "grpc"),
        (frame(NOTE) + frame(NOTE), GRPC, "grpc"),
        (frame(NOTE) + frame(b"grpc-status: 0\r\n", 0x80), "application/grpc-web+proto", "grpc"),
    ],
)
def test_strings_are_read_and_masks_keep_every_length(data, content_type, media):
    report = phiscan.scan(data, content_type=content_type)
    assert (report.media, report.verdict, report.gap) == (media, Verdict.PHI, Gap.NONE)
    assert {data[f.location.start : f.location.end] for f in report.findings if f.identifier} >= {
        b"Ana Ruiz",
        b"123-45-6780",
    }
    masked = phiscan.redact(data, report)
    assert len(masked) == len(data)
    again = phiscan.scan(masked, content_type=content_type)
    assert (again.media, again.verdict, again.gap) == (media, Verdict.HEALTH, Gap.NONE)


def test_a_map_entry_is_a_label_and_its_value():
    entry = text(7, text(1, "ssn") + text(2, "123456780")) + text(
        7, text(1, "patient_name") + text(2, text(3, "Ana Ruiz"))
    )
    found = {f.info_type for f in phiscan.scan(entry, content_type=PROTO).findings}
    assert {"US_SOCIAL_SECURITY_NUMBER", "PERSON_NAME"} <= found


def test_a_document_in_a_string_is_read_by_its_own_reader():
    data = number(1, 1) + text(
        2, '{"resourceType": "Patient", "id": "p1", "name": [{"family": "Ruiz"}]}'
    )
    report = phiscan.scan(data, content_type=PROTO)
    assert report.verdict is Verdict.PHI
    assert data[report.findings[-1].location.start :].startswith(b"Ruiz")


def test_grpc_with_json_inside_is_read():
    data = frame(b'{"patientName": "Ana Ruiz", "diagnosis": "asthma"}')
    assert phiscan.scan(data, content_type="application/grpc+json").verdict is Verdict.PHI


def test_a_compressed_frame_is_read_but_never_masked():
    data = frame(gzip.compress(NOTE), 1)
    report = phiscan.scan(data, content_type=GRPC)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    with pytest.raises(phiscan.RedactionError):
        phiscan.redact(data, report)


def test_a_frame_compressed_with_something_else_is_a_gap():
    assert phiscan.scan(frame(b"\x06sNaPpY-ish", 1), content_type=GRPC).gap is not Gap.NONE


def test_grpc_web_text_is_read():
    data = base64.b64encode(frame(NOTE)) + base64.b64encode(frame(b"grpc-status: 0", 0x80))
    report = phiscan.scan(data, content_type="application/grpc-web-text")
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    assert phiscan.scan(b"!!!", content_type="application/grpc-web-text").gap is Gap.MALFORMED


@pytest.mark.parametrize(
    ("data", "content_type", "gap"),
    [
        (frame(NOTE)[:-1], GRPC, Gap.CUT_OFF),
        (frame(NOTE) + b"\x00\x00", GRPC, Gap.CUT_OFF),
        (NOTE[:-1], PROTO, Gap.MALFORMED),
        (b"\x0b" + NOTE, PROTO, Gap.MALFORMED),  # a group that does not end
        (b"\xff" * 30, PROTO, Gap.MALFORMED),
        (NOTE + text(9, b"%PDF-1.7\n\xe2\xe3\xcf\xd3 and so on"), PROTO, Gap.MALFORMED),
    ],
)
def test_what_is_declared_and_cannot_be_read_is_a_gap(data, content_type, gap):
    report = phiscan.scan(data, content_type=content_type)
    assert report.gap is gap


def test_a_group_is_walked():
    data = varint(3 << 3 | 3) + text(1, "SSN: 123-45-6780") + varint(3 << 3 | 4)
    assert phiscan.scan(data, content_type=PROTO).verdict is Verdict.IDENTIFIERS


def test_messages_too_deep_are_a_gap():
    data = text(1, "\x00")
    for _ in range(70):
        data = text(1, data + b"\x08\x00")
    assert phiscan.scan(data, content_type=PROTO).gap is Gap.MALFORMED


def test_random_bytes_are_no_protobuf():
    chance = random.Random(7)  # noqa: S311 - the same bytes in every run
    taken = sum(
        bool(protobuf.sniff(chance.randbytes(chance.randint(24, 400)))) for _ in range(3000)
    )
    assert taken == 0


def test_a_message_without_a_word_is_not_sniffed():
    assert protobuf.sniff(number(1, 1) + number(2, 5) + text(3, b"\x08\x01")) is None


def test_bytes_that_hold_nothing_readable_are_no_gap():
    data = text(1, "hello there") + text(2, b"\x00" + bytes(range(128, 200)))
    report = phiscan.scan(data, content_type=PROTO)
    assert (report.verdict, report.gap) == (Verdict.NONE, Gap.NONE)
