"""Words in pictures are found; the pixels are a gap of their own; what is broken is a gap."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.finding import Gap, Verdict

WORDS = "Patient: Ana Ruiz, SSN: 512-44-9031, diagnosis E11.9"
RAW = WORDS.encode()
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r"><dc:description xmlns:dc="d">'
    + RAW
    + b"</dc:description></rdf:RDF></x:xmpmeta>"
)


def tags(*entries: tuple[int, int, bytes], order: str = "<") -> bytes:
    """Return a TIFF file of one directory. Values of more than four bytes stand behind it."""
    at = 8 + 2 + 12 * len(entries) + 4
    lines, values = b"", b""
    for tag, kind, value in entries:
        size = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}[kind]
        place = value.ljust(4, b"\0")
        if len(value) > 4:
            place = struct.pack(f"{order}I", at + len(values))
            values += value
        lines += struct.pack(f"{order}HHI", tag, kind, len(value) // size) + place
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    return head + struct.pack(f"{order}H", len(entries)) + lines + bytes(4) + values


def jpeg(*segments: tuple[int, bytes], behind: bytes = b"") -> bytes:
    out = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    for marker, content in segments:
        out += bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content
    return out + b"\xff\xda\x00\x03\x00" + b"\x12\xff\x00\xff\xd0\x34" + b"\xff\xd9" + behind


def png(*chunks: tuple[bytes, bytes], behind: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 640, 480, 8, 2, 0, 0, 0))
    inner = b"".join(chunk(*each) for each in chunks)
    return b"\x89PNG\r\n\x1a\n" + header + inner + chunk(b"IEND", b"") + behind


def gif(*extensions: bytes) -> bytes:
    head = b"GIF89a" + struct.pack("<HH", 640, 480) + b"\x80\0\0" + bytes(6)
    return head + b"".join(extensions) + b"\x2c" + bytes(8) + b"\0\2\2\x44\1\0;"


def webp(kind: bytes, content: bytes) -> bytes:
    chunk = kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def profile(name: bytes, content: bytes) -> bytes:
    text = b"\n%b\n%8d\n%b\n" % (name, len(content), content.hex().encode())
    return b"Raw profile type " + name + b"\0\0" + zlib.compress(text)


EXIF = b"Exif\0\0" + tags((0x010E, 2, RAW + b"\0"))
IPTC = b"\x1c\x02\x78" + struct.pack(">H", len(RAW)) + RAW
PHOTOSHOP = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC
PICTURES = {
    "JPEG Exif": jpeg((0xE1, EXIF)),
    "JPEG Exif, big endian": jpeg((0xE1, b"Exif\0\0" + tags((0x010E, 2, RAW), order=">"))),
    "JPEG XMP": jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
    "JPEG IPTC": jpeg((0xED, b"Photoshop 3.0\0" + PHOTOSHOP)),
    "JPEG comment": jpeg((0xFE, RAW)),
    "JPEG, behind its end": jpeg(behind=RAW),
    "Exif title in UTF-16": jpeg(
        (0xE1, b"Exif\0\0" + tags((0x9C9B, 1, WORDS.encode("utf-16-le"))))
    ),
    "Exif comment": jpeg((0xE1, b"Exif\0\0" + tags((0x9286, 7, b"ASCII\0\0\0" + RAW)))),
    "PNG tEXt": png((b"tEXt", b"Comment\0" + RAW)),
    "PNG zTXt": png((b"zTXt", b"Comment\0\0" + zlib.compress(RAW))),
    "PNG iTXt": png((b"iTXt", b"Comment\0\0\0en\0\0" + RAW)),
    "PNG iTXt, packed": png((b"iTXt", b"Comment\0\1\0en\0\0" + zlib.compress(RAW))),
    "PNG XMP": png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
    "PNG Exif": png((b"eXIf", EXIF[6:])),
    "PNG, profile of ImageMagick": png((b"zTXt", profile(b"exif", EXIF))),
    "PNG, profile with IPTC": png((b"zTXt", profile(b"iptc", PHOTOSHOP))),
    "PNG, behind its end": png(behind=RAW),
    "GIF comment": gif(b"\x21\xfe" + bytes([len(RAW)]) + RAW + b"\0"),
    "GIF XMP": gif(b"\x21\xff\x0bXMP DataXMP" + XMP + b"\1" + bytes(range(255, -1, -1)) + b"\0\0"),
    "WebP Exif": webp(b"EXIF", EXIF),
    "WebP XMP": webp(b"XMP ", XMP),
    "TIFF": tags((0x010E, 2, RAW)),
    "TIFF XMP": tags((0x02BC, 1, XMP)),
    "TIFF IPTC": tags((0x83BB, 7, IPTC)),
    "HEIC Exif": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(30) + b"\0\0\0\6" + EXIF,
    "AVIF XMP": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + bytes(30) + XMP,
}


@pytest.mark.parametrize("name", PICTURES)
def test_words_in_a_picture_are_found_and_its_pixels_are_a_gap(name):
    report = phiscan.scan(PICTURES[name])
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.PIXELS)


@pytest.mark.parametrize("picture", [jpeg(), png(), gif(), webp(b"VP8 ", bytes(20)), tags()])
def test_a_picture_without_words_is_only_a_gap(picture):
    report = phiscan.scan(picture)
    assert (report.findings, report.gap) == ((), Gap.PIXELS)


def test_coordinates_are_read_as_degrees():
    def degrees(*parts: int) -> bytes:
        return b"".join(struct.pack("<II", part, 1) for part in parts)

    gps = tags(
        (1, 2, b"N\0"), (2, 5, degrees(46, 47, 13)), (3, 2, b"W\0"), (4, 5, degrees(92, 6, 2))
    )
    # the directory of the coordinates is the second one, and its offsets count from the start
    first = struct.pack("<HHHII", 1, 0x8825, 4, 1, 26) + bytes(4)
    shifted = bytearray(gps[8:])
    for place in (2 + 12 + 8, 2 + 36 + 8):
        shifted[place : place + 4] = struct.pack(
            "<I", struct.unpack_from("<I", shifted, place)[0] + 18
        )
    report = phiscan.scan(b"II*\0\x08\0\0\0" + first + bytes(shifted))
    assert {f.info_type for f in report.findings} == {"GEO_COORDINATE"}


def test_a_large_tiff_is_read():
    value = RAW
    entry = struct.pack("<HHQQ", 0x010E, 2, len(value), 16 + 8 + 20 + 8)
    data = (
        b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + struct.pack("<Q", 1) + entry + bytes(8) + value
    )
    assert phiscan.scan(data).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "picture",
    [
        PICTURES["PNG tEXt"][:60],
        png((b"zTXt", b"Comment\0\0" + b"no zlib")),
        b"II*\0\x08\0\0\0" + b"\xff\xff" + bytes(10),
        b"II*\0\x08\0\0\0" + b"\1\0" + bytes(12) + b"\x08\0\0\0",
        gif()[:20],
        jpeg()[:20] + b"no marker",
    ],
    ids=[
        "cut PNG",
        "text that is not packed",
        "directory beyond the end",
        "directory in a circle",
        "cut GIF",
        "no marker",
    ],
)
def test_a_broken_picture_is_a_gap(picture):
    assert phiscan.scan(picture).gap in (Gap.MALFORMED, Gap.PIXELS)


def test_a_packed_text_that_is_a_bomb_is_a_gap():
    bomb = png((b"zTXt", b"Comment\0\0" + zlib.compress(bytes(8 << 20))))
    assert phiscan.scan(bomb).gap is Gap.OVER_LIMIT


def test_values_that_overlap_are_over_the_limit():
    """Each of a thousand tags says that the whole file is its value."""
    entries = [(0x010E, 2, b"x" * 4)] * 1000
    data = bytearray(tags(*entries) + b"Ana " * 2000)
    for number in range(1000):
        struct.pack_into("<II", data, 10 + 12 * number + 4, 8000, 12_014)
    assert phiscan.scan(bytes(data)).gap is Gap.OVER_LIMIT


@given(
    st.sampled_from(sorted(PICTURES)), st.integers(0, 1 << 30), st.binary(min_size=1, max_size=6)
)
def test_no_damage_breaks_a_reader(name, where, damage):
    data = bytearray(PICTURES[name])
    at = 12 + where % (len(data) - 12)
    data[at : at + len(damage)] = damage
    assert phiscan.scan(bytes(data)).gap is not Gap.INTERNAL_ERROR
