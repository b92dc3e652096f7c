"""Documents written with character references, in texts and in the texts of markup."""

import html
import json
import re

import pytest

import phiscan
from phiscan.finding import Coverage, Verdict

FHIR = '{"resourceType": "Patient", "name": [{"family": "Sandoval"}], "birthDate": "1944-11-30"}'
CDA = (
    '<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole><patient><name>'
    "<family>Sandoval</family></name></patient></patientRole></recordTarget></ClinicalDocument>"
)
PLAIN = "<patient><lastName>Sandoval</lastName><ssn>512-44-9031</ssn><dx>asthma</dx></patient>"
HL7 = "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\nPID|1||88123^^^H^MR||Sandoval^Bea||19441130\n"
PID = "PID|1||88123^^^H^MR||Sandoval^Bea||19441130"
DOCUMENTS = [FHIR, CDA, PLAIN, HL7, PID]
IDS = ["fhir", "cda", "xml", "hl7v2", "segment"]


def numbers(text):
    return "".join(f"&#{ord(c)};" for c in text)


def in_hex(text):
    return "".join(f"&#x{ord(c):X};" for c in text)


def behind_zeros(text):
    return "".join(f"&#{ord(c):04d};" if c in "MSPI<{&" else html.escape(c) for c in text)


def in_hex_behind_zeros(text):
    return "".join(f"&#x{ord(c):04X};" if c in "MSPI<{&" else html.escape(c) for c in text)


def first_letters(text):
    return numbers(text[:3]) + html.escape(text[3:])


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@pytest.mark.parametrize(
    "write", [html.escape, numbers, in_hex, behind_zeros, in_hex_behind_zeros, first_letters]
)
@pytest.mark.parametrize(
    "around",
    [
        "[INFO] got {}",
        "{}",
        "<log><msg>got {}</msg></log>",
        "<log><msg>{}</msg></log>",
        '<e data="got {}" n="1"/>',
    ],
)
def test_a_document_in_references_is_read_and_masked(around, write, document):
    if write is html.escape and document in (PID,) and around == "{}":
        pytest.skip("nothing is escaped")
    data = around.replace("{}", write(document)).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    assert "Sandoval" not in html.unescape(phiscan.redact(data, report).decode())


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@pytest.mark.parametrize(
    "around", ["<log><![CDATA[got {}]]></log>", "<log><!-- got {} --><n>1</n></log>"]
)
def test_a_document_in_a_section_is_read_as_it_stands(around, document):
    data = around.replace("{}", document).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    assert b"Sandoval" not in phiscan.redact(data, report)


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_references_within_references_or_strings_are_decoded_too(document):
    twice = html.escape(html.escape("got " + document))
    for text in (twice, f"<a>{twice}</a>", json.dumps({"m": "got " + html.escape(document)})):
        assert phiscan.scan(text.encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "text",
    [
        "if a &lt; b &amp;&amp; c &gt; d",
        "&quot;Tom&quot; &#39;n&#39; &#8220;Jerry&#8221; &#160;",
        "Fish &amp; Chips; AT&T; &copy; 2024",
        "<a href='?x=1&amp;y=2'>&lt;b&gt;</a>",
    ],
)
def test_references_of_a_text_are_no_document(text):
    report = phiscan.scan(text.encode())
    assert (report.verdict, report.coverage) == (Verdict.NONE, Coverage.COMPLETE)
    assert not re.search("XXX", phiscan.redact(text.encode(), report).decode())
