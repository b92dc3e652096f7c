"""The vocabulary of a document in any envelope, and what of a document cannot be trusted."""

import base64
import html

import pytest

import phiscan
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.readers.xml import XML, sniff

CDA = '<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole><patient><name><given>Noor</given></name></patient></patientRole></recordTarget></ClinicalDocument>'


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (CDA.encode(), "cda"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><!-- x --><c:ClinicalDocument/>', "cda"),
        (b'<section><templateId root="2.16.840.1.113883.10.20.22.2.5"/></section>', "cda"),
        (b'<PRPA_IN201306UV02 xmlns="urn:hl7-org:v3"/>', "cda"),
        (b'<f:Patient xmlns:f="http://hl7.org/fhir"/>', "fhir+xml"),
        (b"<Message version='010'><Body><NewRx/></Body></Message>", "script"),
        (b'<ADT_A01 xmlns="urn:hl7-org:v2xml"/>', "hl7v2+xml"),
        (b"<soap:Envelope xmlns:soap='http://www.w3.org/2003/05/soap-envelope'/>", "xml"),
        (b"<!doctype html><title>x</title>", "html"),
        (b"<html><body/></html>", "html"),
        (b"<video controls><source src='x'></video>", "html"),
        (b"<form><patientName>Noor</patientName></form>", "xml"),
        (b"<section>Chapter</section>", "html"),
        (b"<div><input list=x><datalist id=x><option>a</datalist><br></div>", "html"),
        (b"<!-- c --><frameset rows=9><frame src=x></frameset>", "html"),
        (b"<div><br><svg><g><rect/><text>a</text></g></svg></div>", "html"),
        (b"<address><line>12 Main St</line></address>", "xml"),
        (b"<stdin>: no such file", ""),
        (b"<ann@example.org> wrote:", ""),
        (b"<134>Oct 11 22:14:15 host app: started", ""),
        (b"a <b>bold</b> word", ""),
    ],
)
def test_the_first_bytes_say_what_it_is(data, kind):
    found = sniff(data)
    assert (found.name if found else "") == kind


def test_what_the_sender_calls_xml_is_read_as_xml():
    assert sniff(b"<stdin>: no such file", declared=True) is XML


@pytest.mark.parametrize(
    "data",
    [
        b"<a><b></a>",
        b"<a/><b/>",
        b"<a>&nothing;</a>",
        b'<!DOCTYPE a [<!ENTITY n "Noor">]><a>&n;</a>',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY n SYSTEM "file:///etc/passwd">]><a>&n;</a>',
        b'<!DOCTYPE html [<!ENTITY n "Noor">]><html>&n;</html>',
        b"<?xml version='1.0'?><a>\xff\xfe</a>",
        b"<?xml version='1.0'?>",
        b"<a><!-- </a>",
        b'<?xml version=""?><a>b</a>',  # Expat takes any version
        b'<?xml version="2.0"?><a>b</a>',
    ],
)
def test_what_a_receiver_could_read_otherwise_is_malformed(data):
    report = phiscan.scan(data, content_type="text/xml")
    assert (report.coverage, report.gap) == (Coverage.UNSCANNABLE, Gap.MALFORMED)


@pytest.mark.parametrize(
    "head", [b'<?xml version="1.0"?>', b"<?xml  version = '1.1' ?>", b'<?xml-stylesheet href="a"?>']
)
def test_a_version_of_xml_1_is_well_formed(head):
    assert phiscan.scan(head + b"<a>b</a>", content_type="text/xml").coverage is Coverage.COMPLETE


def test_a_prefix_without_a_namespace_hides_nothing():
    assert phiscan.scan(b'<a x:type="b"/>', content_type="text/xml").coverage is Coverage.COMPLETE


def test_a_document_that_is_too_deep_is_a_gap():
    report = phiscan.scan(b"<a>" * 300 + b"</a>" * 300, content_type="text/xml")
    assert report.gap is Gap.OVER_LIMIT


def soap(content):
    return f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Submit>{content}</Submit></s:Body></s:Envelope>'.encode()


@pytest.mark.parametrize(
    "content",
    [
        CDA,
        html.escape(CDA),
        f"<![CDATA[{CDA}]]>",
        "<doc>" + base64.b64encode(CDA.encode()).decode() + "</doc>",
        '<b:Patient xmlns:b="http://hl7.org/fhir"><b:name><b:family value="Haddad"/></b:name></b:Patient>',
        html.escape('{"resourceType": "Patient", "name": [{"family": "Haddad"}]}'),
        html.escape(html.escape(CDA)),
    ],
)
def test_a_document_in_an_envelope_is_read_as_what_it_is(content):
    report = phiscan.scan(soap(content))
    assert report.verdict is Verdict.PHI
    readers = {f.detector for f in report.findings if f.info_type == "PERSON_NAME"}
    assert readers & {"hl7v3_element", "fhir_element"}


def test_masking_an_escaped_document_leaves_it_readable():
    data = soap(html.escape(CDA))
    masked = phiscan.redact(data, phiscan.scan(data))
    assert masked == data.replace(b"Noor", b"XXX")
    assert phiscan.scan(masked).verdict is Verdict.HEALTH


def test_a_mask_does_not_open_a_comment():
    data = b"<r><patient><mrn>K-88123</mrn></patient><!-- Patient: Ann Lee--><dx>J45</dx></r>"
    report = phiscan.scan(phiscan.redact(data, phiscan.scan(data)))
    assert report.coverage is Coverage.COMPLETE


@pytest.mark.parametrize("size", range(0, len(CDA), 9))
def test_a_document_cut_anywhere_is_a_gap(size):
    report = phiscan.scan(CDA[:size].encode(), content_type="application/xml")
    assert size == 0 or report.coverage is Coverage.UNSCANNABLE


@pytest.mark.parametrize(
    "junk",
    [
        b"<" * 3000,
        b"<a " * 3000,
        b"</a>" * 3000,
        b"<a>\x00</a>",
        b'<a b="' + b"x" * 3000,
        b"<?xml?>" + bytes(range(256)),
    ],
)
def test_garbage_raises_nothing(junk):
    assert phiscan.scan(junk, content_type="text/xml").gap is not Gap.INTERNAL_ERROR


@pytest.mark.parametrize(
    "name", ["latin-1", "latin1", "ISO-8859-1", "cp1252", "koi8-r", "us-ascii", "utf8"]
)
def test_an_encoding_may_have_any_of_its_names(name):
    data = f'<?xml version="1.0" encoding="{name}"?><r><patientName>Ana Ruiz</patientName><dx>asthma</dx></r>'.encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)


@pytest.mark.parametrize("name", ["iso-8859-12", "windows-1259", "iso-8859-99"])
def test_an_encoding_that_nobody_knows_is_a_gap_and_no_fault(name):
    data = f'<?xml version="1.0" encoding="{name}"?><r><patientName>Ana Ruiz</patientName></r>'.encode()
    assert phiscan.scan(data).gap is Gap.UNKNOWN_ENCODING
