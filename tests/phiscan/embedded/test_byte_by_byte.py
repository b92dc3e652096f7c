"""Documents written byte by byte are found when they are text, and only then."""

import base64
import json
import zlib
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

import phiscan
from phiscan.embedded import byte_by_byte
from phiscan.finding import Coverage, Gap, Verdict

NOTE = b"Patient: Ana Ruiz\nSSN: 123-45-6780\nDiagnosis: asthma\n"
HEX = NOTE.hex()
_Z85 = bytes.maketrans(byte_by_byte._BASE85, byte_by_byte._Z85)


def dump(data):
    """Return a hex dump as xxd prints it."""
    lines = (data[i : i + 16] for i in range(0, len(data), 16))
    return "".join(f"{n * 16:08x}: {line.hex(' ', 2)}\n" for n, line in enumerate(lines))


def utf7(text):
    return "".join(
        c
        if c.isalpha()
        else "+" + base64.b64encode(c.encode("utf-16-be")).decode().rstrip("=") + "-"
        for c in text
    )


def health_card(payload):
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(json.dumps(payload).encode()) + packed.flush()
    parts = (b'{"zip":"DEF","alg":"ES256","kid":"3Kfdg-XwP"}', body, b"\x91\xc4" * 32)
    jws = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    return jws, "shc:/" + "".join(f"{ord(c) - 45:02d}" for c in jws)


CARD = {"iss": "https://h.example", "vc": {"credentialSubject": {"fhirBundle": {"resourceType": "Bundle", "entry": [{"resource": {
    "resourceType": "Patient", "name": [{"family": "Ruiz", "given": ["Ana"]}], "birthDate": "1961-04-02"}}]}}}}  # fmt: skip


@pytest.mark.parametrize(
    "spelled",
    [
        NOTE.hex(" "),
        NOTE.hex(":").upper(),
        NOTE.hex("-"),
        NOTE.hex(" ", 2),
        dump(NOTE).partition(": ")[2],
        ", ".join(f"0x{b:02x}" for b in NOTE),
        "".join(f"\\x{b:02x}" for b in NOTE),
        base64.b85encode(NOTE).decode(),
        base64.b85encode(NOTE).translate(_Z85).decode(),
        base64.a85encode(NOTE).decode(),
        base64.a85encode(NOTE, adobe=True, wrapcol=40).decode(),
        utf7(NOTE.decode()),
        *health_card(CARD),
    ],
)  # fmt: skip
@pytest.mark.parametrize("inside", ["json", "text"])
def test_a_document_spelled_byte_by_byte_is_read_and_masked(spelled, inside):
    data = (
        json.dumps({"blob": spelled}).encode() if inside == "json" else f"see {spelled}\n".encode()
    )
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    masked = phiscan.redact(data, report)
    if inside == "json":
        json.loads(masked)
    assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)


@pytest.mark.parametrize(
    "spelled",
    [base64.b85encode(NOTE), base64.a85encode(NOTE), base64.b85encode(NOTE).translate(_Z85)],
    ids=["rfc1924", "ascii85", "z85"],
)
@pytest.mark.parametrize(
    "around", ["<a><b>{}</b></a>", "<a>\n {} \n</a>", '<a b="{}"/>', "<a><![CDATA[ {} ]]></a>"]
)
def test_base85_in_markup_is_read_and_masked(around, spelled):
    text = spelled.decode()
    if "CDATA" not in around:
        text = escape(text, {'"': "&quot;"})
    data = around.format(text).encode()
    report = phiscan.scan(data, content_type="application/xml")
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    masked = phiscan.redact(data, report)
    assert len(masked) < len(data) / 2
    ElementTree.fromstring(masked)  # noqa: S314


@pytest.mark.parametrize(
    "text",
    [
        "<a>f(a){return!b(c)?d(e):g(h);};k(l)*m(n);@o(p)#q(r)</a>",  # a program
        '<a href="https://a.example/x?y=(1);z=~w@v#u!t$s">x</a>',  # a link
        "<a>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;</a>",  # blanks as references
    ],
)
def test_markup_without_base85_holds_no_document(text):
    assert phiscan.scan(text.encode(), content_type="text/html").findings == ()


@pytest.mark.parametrize(
    "values",
    [
        list(NOTE),
        [b - 256 if b > 127 else b for b in "Patiente: Ana Ruíz\nSSN: 123-45-6780".encode()],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_byte_values_is_read_and_masked_number_by_number(values, indent):
    data = json.dumps({"type": "Buffer", "data": values}, indent=indent).encode()
    report = phiscan.scan(data)
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}
    masked = phiscan.redact(data, report)
    left = json.loads(masked)["data"]
    assert len(left) == len(values)
    assert b"SSN: XXXXXXXXXXX" in bytes(v % 256 for v in left)
    assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)


@pytest.mark.parametrize(
    "text",
    [
        "12:34:56:78:9a:bc:de:f0:12:34:56:78:9a:bc:de:f0",  # a certificate's fingerprint
        "2024-01-02 10:00:00 2024-01-02 11:00:00 2024-01-02",
        # a row of numbers, or ten digits, without any label
        "31 32 33 34 35 36 37 38 39 30 31 32 33 34",
        "f(a){return!b(c)?d(e):g(h);};k(l)*m(n);@o(p)#q(r)",
        "https://a.example/x?y=(1);z=~w@v#u!t$s",
        "1 + A = B, C+AB-D",
    ],
)
def test_what_is_spelled_so_by_chance_is_no_document(text):
    report = phiscan.scan(json.dumps({"v": text}).encode())
    assert (report.findings, report.gap) == ((), Gap.NONE)


def test_a_series_of_measurements_is_no_document():
    data = json.dumps(
        {"series": [[60 + (i * 7 + j) % 40 for i in range(40)] for j in range(50)]}
    ).encode()
    assert not list(filter(None, byte_by_byte.number_lists(data)))


def test_a_decoy_does_not_hide_another_reading_of_the_whole_text():
    decoy = base64.b64encode(b"a decoy that is readable").decode()
    report = phiscan.scan(f"{decoy} {utf7('SSN: 123-45-6780')}".encode())
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}


def test_a_list_in_a_part_of_a_multipart_body_stays_one_of_the_same_length():
    data = (
        b"--b1\r\nContent-Type: application/json\r\n\r\n"
        + json.dumps(list(NOTE)).encode()
        + b"\r\n--b1--\r\n"
    )
    masked = phiscan.redact(data, phiscan.scan(data))
    assert len(masked) == len(data)
    assert b"SSN: XXXXXXXXXXX" in bytes(json.loads(masked.split(b"\r\n")[3]))


@pytest.mark.parametrize("slash", ["\\", "\\\\"])
@pytest.mark.parametrize("escaped", [str.isdigit, lambda _: True])
def test_octal_escapes_are_read_and_masked(slash, escaped):
    note = "Patient note. SSN: 123-45-6780, diagnosis E11.9"
    data = "".join(f"{slash}{ord(c):03o}" if escaped(c) else c for c in note).encode()
    report = phiscan.scan(data)
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}
    again = phiscan.scan(phiscan.redact(data, report))
    assert "US_SOCIAL_SECURITY_NUMBER" not in {f.info_type for f in again.findings}
