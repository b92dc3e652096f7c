"""Pictures too small to show anything are no gap. Any other picture is one."""

import base64
import json
import struct
import zlib

import pytest

import phiscan
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.readers import icon


def chunk(kind, content):
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(width, height, *further):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes((width * 3 + 1) * height)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(further) + pixels + chunk(b"IEND", b"")


def gif(width, height, comment=b""):
    extension = b"\x21\xfe" + bytes([len(comment)]) + comment + b"\x00" if comment else b""
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00" + bytes(6)
    return (
        head
        + extension
        + b"\x2c"
        + struct.pack("<HHHH", 0, 0, width, height)
        + b"\x00\x02\x02\x44\x01\x00;"
    )


@pytest.mark.parametrize(
    "picture",
    [png(16, 16), png(16, 22, chunk(b"iTXt", b"XML\x00\x00\x00\x00\x00by hand")), png(1, 22), png(800, 2), png(32, 32), png(16, 16, chunk(b"tEXt", b"Software\x00Paint")), gif(16, 16)],
)  # fmt: skip
def test_an_icon_is_no_gap_wherever_it_stands(picture):
    letters = base64.b64encode(picture).decode()
    assert phiscan.scan(picture).coverage is Coverage.COMPLETE
    for page in (
        f'<html><body><img src="data:image/png;base64,{letters}"/></body></html>',
        f"li {{ background: url(data: image/png;base64,{letters}) }}",
        json.dumps(
            {
                "resourceType": "StructureDefinition",
                "text": {"div": f"<div><img src='{letters}'/></div>"},
            }
        ),
    ):
        report = phiscan.scan(page.encode())
        assert (report.verdict, report.coverage) == (Verdict.NONE, Coverage.COMPLETE)


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (png(64, 64), "a face can be known in it"),
        (png(400, 12), "a line can be read in it"),
        (gif(120, 90), "a picture"),
        (png(16, 16) + b"Ana Ruiz", "something stands behind its end"),
        (png(16, 16)[:-12], "it is cut off"),
        (
            png(16, 16, chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"Ana Ruiz"))),
            "its text is compressed",
        ),
        (
            png(
                16, 16, chunk(b"iTXt", b"Comment\x00\x01\x00\x00\x00" + zlib.compress(b"Ana Ruiz"))
            ),
            "so is this one",
        ),
        (png(16, 16, chunk(b"eXIf", b"MM\x00*")), "it tells where it was taken"),
        (png(16, 16, chunk(b"tEXt", bytes(5000))), "too much beside its pixels"),
        (png(0, 0), "no picture"),
    ],
)
def test_any_other_picture_is_a_gap(picture, why):
    letters = base64.b64encode(picture).decode()
    assert not icon.sniff(picture), why
    report = phiscan.scan(f'<html><img src="data:image/png;base64,{letters}"/></html>'.encode())
    assert report.gap in (Gap.PIXELS, Gap.MALFORMED), why


@pytest.mark.parametrize(
    "picture",
    [png(8, 8, chunk(b"tEXt", b"Comment\x00Patient: Ana Ruiz, SSN 512-44-9031")), gif(8, 8, b"Patient: Ana Ruiz, SSN 512-44-9031")],
)  # fmt: skip
def test_words_among_its_bytes_are_read(picture):
    report = phiscan.scan(picture)
    assert {"PERSON_NAME", "US_SOCIAL_SECURITY_NUMBER"} <= {f.info_type for f in report.findings}
    letters = base64.b64encode(picture).decode()
    page = f'<html><img src="data:image/gif;base64,{letters}"/></html>'.encode()
    assert phiscan.scan(phiscan.redact(page, phiscan.scan(page))).findings == ()
