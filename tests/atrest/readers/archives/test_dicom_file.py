"""Long DICOM files: all elements but the pixels, and a DICOM file again."""

import io
import struct

import pytest

from atrest.readers.content import Opened, items
from atrest.source import Budget, Document
from phiscan.finding import Gap
from phiscan.scanner import Limits

LIMIT = 100_000
IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
JPEG = "1.2.840.10008.1.2.4.50"
PIXELS = bytes(range(256)) * 600
LONG = ("OB", "OW", "SQ", "UN", "UT")


def element(group, number, vr, value, syntax=EXPLICIT, *, length=None):
    order = ">" if syntax == BIG else "<"
    value += b"\0" * (len(value) % 2)
    size = len(value) if length is None else length
    head = struct.pack(f"{order}2H", group, number)
    if syntax == IMPLICIT:
        return head + struct.pack("<L", size) + value
    if vr in LONG:
        return head + vr.encode() + struct.pack(f"{order}HL", 0, size) + value
    return head + vr.encode() + struct.pack(f"{order}H", size) + value


def item(value, length=None):
    return struct.pack("<2HL", 0xFFFE, 0xE000, len(value) if length is None else length) + value


SEQUENCE_END = struct.pack("<2HL", 0xFFFE, 0xE0DD, 0)
ITEM_END = struct.pack("<2HL", 0xFFFE, 0xE00D, 0)
UNDEFINED = 0xFFFFFFFF


def dicom(*elements, syntax=EXPLICIT):
    meta = element(2, 0x10, "UI", syntax.encode())
    return bytes(128) + b"DICM" + meta + b"".join(elements)


def read(data):
    return list(items(Opened(io.BytesIO(data), len(data)), Budget(document_bytes=LIMIT)))


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG])
def test_pixels_are_passed_over_and_what_follows_is_read(syntax):
    before = element(0x10, 0x10, "PN", b"Ruiz^Ana", syntax)
    after = element(0x7FE1, 0x10, "LO", b"seen in clinic", syntax)
    pixels = element(0x7FE0, 0x10, "OW", PIXELS, syntax)
    empty = element(0x7FE0, 0x10, "OW", b"", syntax)
    (found,) = read(dicom(before, pixels, after, syntax=syntax))
    assert found == Document(
        dicom(before, empty, after, syntax=syntax), content_type="application/dicom"
    )


def test_fragments_of_encapsulated_pixels_are_passed_over():
    name = element(0x10, 0x10, "PN", b"Ruiz^Ana")
    frames = b"".join(item(PIXELS[:30_000]) for _ in range(5)) + SEQUENCE_END
    after = element(0x7FE1, 0x10, "LO", b"seen")
    pixels = element(0x7FE0, 0x10, "OB", frames, length=UNDEFINED)
    (found,) = read(dicom(name, pixels, after, syntax=JPEG))
    empty = element(0x7FE0, 0x10, "OB", b"")
    assert found.data == dicom(name, empty, after, syntax=JPEG)
    assert not found.truncated


def test_sequences_are_kept_whole_with_or_without_a_length():
    inner = element(0x10, 0x20, "LO", b"00123456")
    sequence = item(inner + ITEM_END, UNDEFINED) + item(inner) + SEQUENCE_END
    kept = element(0x10, 0x1002, "SQ", sequence, length=UNDEFINED)
    (found,) = read(dicom(kept, element(0x7FE0, 0x10, "OW", PIXELS)))
    assert kept in found.data


def test_an_encapsulated_text_is_kept_and_what_is_too_long_is_said():
    text = element(0x42, 0x11, "OB", b"%PDF-1.7 " + b"x" * 5_000)
    (found,) = read(dicom(text, element(0x7FE0, 0x10, "OW", PIXELS)))
    assert text in found.data
    assert not found.truncated
    (found,) = read(dicom(element(0x42, 0x11, "OB", PIXELS), element(0x10, 0x10, "PN", b"Ruiz^A")))
    assert found.truncated
    assert b"Ruiz^A" in found.data


@pytest.mark.parametrize("cut", [1, 30_000])
def test_a_file_that_is_cut_off_keeps_its_beginning(cut):
    data = dicom(element(0x10, 0x10, "PN", b"Ruiz^Ana"), element(0x7FE0, 0x10, "OW", PIXELS))
    (found,) = read(data[:-cut])
    assert found.truncated
    assert b"Ruiz^Ana" in found.data


def test_the_detectors_read_what_is_left(detection):
    data = dicom(
        element(0x10, 0x10, "PN", b"Ruiz^Ana"),
        element(0x10, 0x20, "LO", b"00123456"),
        element(0x7FE0, 0x10, "OW", PIXELS),
    )
    (found,) = read(data)
    report = detection.scan(found, Limits())
    assert (report.media, report.gap) == ("dicom", Gap.NONE)
    assert {f.info_type for f in report.findings} >= {"PERSON_NAME", "MEDICAL_RECORD_NUMBER"}
