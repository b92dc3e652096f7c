"""Every row of docs/detection-evasion.md, by its name: caught, refused or missed.

The page lists every row that is tested here.
"""

import base64
import functools
import gzip
import json
import re
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard

import phiscan
from phiscan.finding import Coverage

SSN = "US_SOCIAL_SECURITY_NUMBER"
NOTE = b"Patient note. SSN: 123-45-6780, and so on.\n"
B64 = base64.b64encode(NOTE).decode()
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"


def form(content, headers="", boundary="b1"):
    return (
        f"--{boundary}\r\nContent-Type: text/plain\r\n{headers}\r\n{content}\r\n--{boundary}--\r\n"
    )


def dicom(tag, vr, value):
    return (
        bytes(128)
        + b"DICM"
        + (b"\x08\x00\x60\x00CS\x02\x00CT")
        + tag
        + vr
        + len(value).to_bytes(2, "little")
        + value
    )


CAUGHT = {
    "full-width digits": ["SSN: １２３-４５-６７８０"],
    "digits of another script": ["SSN: ١٢٣-٤٥-٦٧٨٠", "SSN: १२३-४५-६७८०", "SSN: 𝟏𝟐𝟑-𝟒𝟓-𝟔𝟕𝟖𝟎", "SSN: ①②③-④⑤-⑥⑦⑧⓪", "SSN: ¹²³-⁴⁵-⁶⁷⁸⁰"],
    "look-alike letters": ["ЅЅN 123456780", '{"ЅЅN": "123456780"}', "ЅSΝ 123 45 6780"],
    "invisible characters": ["SSN: 12\u200b3-4\u00ad5-67\u206080", "SSN: 1\ufe0f23-\u202e45-6780"],
    "other blanks and dashes": ["SSN: 123\u00a045\u20096780", "SSN: 123\u201345\u22126780", "SSN: 123\u201145\u20116780"],
    "other separators": ["SSN 123.45.6780", "SSN 123/45/6780", "SSN 123_45_6780", "SSN 123 - 45 - 6780", "SSN 1 2 3 4 5 6 7 8 0", "SSN:\n123\n45\n6780"],
    "separators in words": ["SSN 123 dash 45 dash 6780", "it is 123 (hyphen) 45 (hyphen) 6780"],
    "comments in markup": ["<a>SSN: 123<!-- x -->-45-6780</a>", "<r><ssn>123<!-- 9 -->456780</ssn></r>", "<r><ssn><!-- 1 -->123456780</ssn></r>"],
    "one key twice": ['{"ssn": "1", "ssn": "123456780"}', '{"ssn": "123456780", "ssn": "1"}'],
    "values before their names": ['{"value": "123456780", "name": "ssn"}', '[{"value": "123456780", "label": "SSN"}]'],
    "JSON escapes": [r'{"\u0053SN": "12345\u0036780"}', r'{"a": "SSN: \u0031\u0032\u0033-45-6780"}', r'{"a": "{\"b\": \"SSN: \\u0031\\u0032\\u0033-45-6780\"}"}'],
    "XML entities": ["<a>SSN: &#49;&#x32;3-45-6780</a>", "SSN:&nbsp;&amp;#49;23-45-6780"],
    "percent escapes": ["GET /x?q=SSN%3A%20123%2D45%2D6780", "q=SSN%253A%2520123%252D45%252D6780"],
    "overlong UTF-8": [b"SSN: \xc0\xb1\xc0\xb23-45-6780", b"SSN: \xe0\x80\xb123-45-6780"],
    "UTF-16 and UTF-32": [NOTE.decode().encode(e) for e in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be")],
    "EBCDIC": [NOTE.decode().encode("cp037"), (NOTE.decode().encode("cp500"), "text/plain; charset=cp500")],
    "base64": [json.dumps({"x": v}) for v in (B64, B64.rstrip("="), base64.urlsafe_b64encode(NOTE).decode(), B64[:30] + "\n" + B64[30:],
                                             base64.b64encode(B64.encode()).decode())],
    "base32 and base85": [json.dumps({"x": f(NOTE).decode()}) for f in (base64.b32encode, base64.b32hexencode, base64.b85encode, base64.a85encode)],
    "hexadecimal": [json.dumps({"x": NOTE.hex()}), NOTE.hex().upper(), NOTE.hex(" "), NOTE.hex(":"), NOTE.hex(" ", 2), ", ".join(f"0x{b:02x}" for b in NOTE), "".join(f"\\x{b:02x}" for b in NOTE)],
    "lists of byte values": [json.dumps({"type": "Buffer", "data": list(NOTE)}), str([b - 256 if b > 127 else b for b in "ñ, SSN: 123-45-6780".encode()])],
    "escapes of bytes": [r"SSN: \x31\x32\x33-45-6780", r'POST /x "{\x22ssn\x22:\x22123456780\x22}"', json.dumps({"line": r"{\x22ssn\x22:\x22123456780\x22}"}), r"SSN: \061\062\063-45-6780"],
    "UTF-7": [b"Patient note. SSN: +ADEAMgAzAC0ANAA1-6780", b"Patient note. SSN: +ADE-+ADI-3-45-6780"],
    "data URI": [f'<a href="data:text/plain;base64,{B64}">', "data:,SSN%3A%20123-45-6780"],
    "JSON in a JSON string": [json.dumps({"x": json.dumps({"ssn": "123456780"})})],
    "quoted-printable": [form("SSN=3A =31=32=33-45-6=\r\n780", "Content-Transfer-Encoding: quoted-printable\r\n"), "a=3Db SSN=3A=20123-45=\n-6780 c=3Dd=\n", "SSN: 123=2D45=2D6780"],
    "uuencode": ["begin 644 x\n24U-..B Q,C,M-#4M-C<X,\"X@\n`\nend\n"],
    "base64 in a path": [f"GET /notes/{B64}/text", f"https://a.example/v1/notes/{NOTE.hex()}"],
    "compressed and encoded": [json.dumps({"x": base64.b64encode(f(NOTE)).decode()}) for f in (gzip.compress, zlib.compress, lambda data: zlib.compress(data, wbits=-15), brotli.compress, zstandard.compress)],
    "MessagePack, CBOR and BSON": [(b"\x81\xa3ssn\xa9123456780", "application/msgpack"), b"\x81\xa3ssn\xce\x07\x5b\xcd\x0c", b"\xa1\x63ssn\x1a\x07\x5b\xcd\x0c", b"\x18\0\0\0\x02ssn\0\x0a\0\0\x00123456780\0\0"],
    "SQL statements": ["INSERT INTO t (id, ssn) VALUES (1, '123456780');", json.dumps({"query": "UPDATE t SET ssn = '123456780'"}), "COPY t (id, ssn) FROM stdin;\n1\t123456780\n\\.\n"],
    "wrong Content-Type": [('{"ssn": "123456780"}', "text/plain"), ("ssn,name,dob\n123456780,Ana Ruiz,1980-01-02\n", "application/x-www-form-urlencoded"), (form(NOTE.decode()), "text/plain")],
    "text around the parts": [(NOTE.decode() + form("hello"), "multipart/mixed; boundary=b1"), (form("hello") + NOTE.decode(), "multipart/mixed; boundary=b1")],
    "names of parts": [(form("x", 'Content-Disposition: form-data; name="ssn=123-45-6780"\r\n'), "multipart/form-data; boundary=b1"), (form("x", 'Content-Disposition: attachment; filename="scan_ssn_123-45-6780.pdf"\r\nContent-Id: <a@b>\r\n'), "multipart/mixed; boundary=b1"), (form("x", "Content-Id: <ssn-123-45-6780@h>\r\n"), "multipart/related; boundary=b1")],
    "protobuf strings": [(b"\x08\x01\x12" + bytes((len(NOTE),)) + NOTE, "application/x-protobuf"), (b"\x0a\x10\x0a\x03ssn\x12\x09123456780", "application/x-protobuf")],
    "text in DICOM": [dicom(b"\x10\x00\x00\x40", b"LT", b"SSN: 123-45-6780"), dicom(b"\x11\x00\x10\x10", b"LO", b"SSN: 123-45-6780")],
}  # fmt: skip

REFUSED = {
    "two encodings in one body": [b"\xff\xfe" + NOTE, NOTE.decode().encode("utf-16") + NOTE],
    "declared UTF-7 and shifted charsets": [(b"SSN: +ADEAMgAz-45-6780", "text/plain; charset=utf-7")],
    "unknown charset": [(NOTE, "text/plain; charset=x-mine")],
    "unknown Content-Encoding": [(NOTE, "", "aes128gcm")],
    "encrypted content": ["-----BEGIN PGP MESSAGE-----\n\nhQEMA7m3v0cAAAAAAQf9\n-----END PGP MESSAGE-----\n", "age-encryption.org/v1\n-> X25519 TEiF0ypqr\n"],
    "file that is no text": [PDF, json.dumps({"x": base64.b64encode(PDF).decode()}), "data:application/pdf;base64," + base64.b64encode(PDF).decode()],
    "declared but malformed": [('{"a": ', "application/json"), (b"\xff\xff", "application/x-protobuf"), (b"\x00\x00\x00\x00\x09a", "application/grpc"), ("x", "multipart/mixed; boundary=b1")],
    "open CSV quote": [('mrn,name\nA10017,"Ana\n', "text/csv")],
    "nesting too deep": [functools.reduce(lambda data, _: base64.b64encode(data), range(9), NOTE)],
    "burned-in pixels": [dicom(b"\x28\x00\x01\x03", b"CS", b"YES ")],
    "false first boundary": [(b"--fake\r\nContent-Type: text/plain\r\n\r\n\r\n" + form(B64, "Content-Transfer-Encoding: base64\r\n").encode(), "multipart/mixed; boundary=b1")],
}  # fmt: skip

MISSED = {
    "word of one foreign script": ["ЅЅИ 123456780"],
    "letters for digits": ["SSN: l23-4S-678O"],
    "reversed or split values": ["0876-54-321", '{"a": "123", "b": "45", "c": "6780"}'],
    "numbers in words": ["SSN: one two three, forty-five, sixty-seven eighty"],
    "ciphers": ["FFA: klm-no-pqrs"],
    "base64 in pieces": [
        json.dumps(
            {
                "a": base64.b64encode(b"SSN: 123").decode(),
                "b": base64.b64encode(b"-45-6780").decode(),
            }
        )
    ],
    "short encodings": [json.dumps({"a": base64.b64encode(b"123456780").decode()})],
    "protobuf numbers without a schema": [
        (b"\x08\xec\xa2\xef\x3a\x12\x05hello", "application/x-protobuf")
    ],
    "other alphabets": [
        "Q4zQnXpTgFQbLmSsyzLA1cXwN4hKjE",
    ],
    "unlabelled values": ["order 123456780", "Ana Ruiz"],
    "pixels and sound": [dicom(b"\x28\x00\x01\x03", b"CS", b"NO")],
}


def scan(case):
    data, content_type, encoding = (
        (*case, "", "")[:3] if isinstance(case, tuple) else (case, "", "")
    )
    data = data.encode() if isinstance(data, str) else data
    return data, phiscan.scan(data, content_type=content_type, content_encoding=encoding)


def rows(table):
    return [
        pytest.param(case, id=f"{name} {i}")
        for name, cases in table.items()
        for i, case in enumerate(cases)
    ]


@pytest.mark.parametrize("case", rows(CAUGHT))
def test_caught(case):
    data, report = scan(case)
    assert report.coverage is Coverage.COMPLETE
    assert SSN in {f.info_type for f in report.findings}
    masked = phiscan.redact(data, report)
    again = phiscan.scan(masked, content_type=case[1] if isinstance(case, tuple) else "")
    assert SSN not in {f.info_type for f in again.findings}


@pytest.mark.parametrize("case", rows(REFUSED))
def test_refused(case):
    assert scan(case)[1].coverage is Coverage.UNSCANNABLE


@pytest.mark.parametrize("case", rows(MISSED))
def test_missed(case):
    report = scan(case)[1]
    assert report.coverage is Coverage.COMPLETE
    assert not [f for f in report.findings if f.identifier]


def test_the_page_lists_these_cases_and_no_others():
    page = (Path(__file__).parents[2] / "docs" / "detection-evasion.md").read_text(encoding="utf-8")
    for title, table in (("Caught", CAUGHT), ("Refused", REFUSED), ("Missed", MISSED)):
        section = page.split(f"## {title}\n")[1].split("\n## ")[0]
        names = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)
        assert names[0] == "case"
        assert names[1:] == list(table)
