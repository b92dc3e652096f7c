import binascii
import json
import quopri

import pytest

import phiscan
from phiscan.embedded import mail_encodings
from phiscan.finding import Verdict

NOTE = b"Patient: Ana Ruiz, SSN 123-45-6780, diagnosis E11.9"


def uuencoded(data: bytes) -> bytes:
    lines = (binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 a.txt\n" + b"".join(lines) + b"`\nend\n"


@pytest.mark.parametrize(
    "data",
    [
        NOTE.replace(b"-", b"=2D"),
        NOTE.replace(b"-", b"=2D").replace(b" ", b"=20"),
        quopri.encodestring(NOTE, quotetabs=True).replace(b"-", b"=2D"),
        "".join(f"={byte:02X}" for byte in NOTE).encode(),
        NOTE.replace(b"12", b"=31=32").replace(b"45", b"=34=35"),
        b"a=3Db\n" * 3 + NOTE.replace(b"123-", b"123=\n-"),
    ],
)
def test_undeclared_quoted_printable_is_read(data):
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    assert phiscan.scan(phiscan.redact(data, report)).verdict is not Verdict.PHI


@pytest.mark.parametrize(
    "data",
    [b"GET /a?limit=20&offset=30", b"a=20", b"x == y\n" * 9, b"541=2D27", b"title\n==\n==\n"],
)
def test_parameters_and_titles_are_no_quoted_printable(data):
    assert list(mail_encodings.quoted_printable(data)) == []


@pytest.mark.parametrize(
    "data",
    [
        uuencoded(NOTE),
        uuencoded(NOTE).replace(b"\n", b"\r\n"),
        b"see the file\n\n" + uuencoded(NOTE * 3) + b"bye",
        json.dumps({"note": uuencoded(NOTE).decode()}).encode(),
    ],
)
def test_uuencode_is_read(data):
    report = phiscan.scan(data)
    assert report.verdict is Verdict.PHI
    assert phiscan.scan(phiscan.redact(data, report)).verdict is Verdict.NONE


@pytest.mark.parametrize(
    "data",
    [b"begin 644 a.txt\nabc\nend\n", b"begin 644 of 700\n", b"begin 644 a\n#86Y\xff\n`\nend"],
)
def test_what_only_begins_so_is_no_uuencode(data):
    assert list(mail_encodings.uuencoded(data)) == []
