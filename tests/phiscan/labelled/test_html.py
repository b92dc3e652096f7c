"""HTML: values beside their labels in tables, lists, text and forms."""

import pytest

import phiscan
from phiscan.finding import Coverage, Verdict


def found(body):
    data = body.encode()
    report = phiscan.scan(data, content_type="text/html")
    assert report.media == "html"
    return {
        (f.info_type, data[f.location.start : f.location.end].decode()) for f in report.findings
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<table><tr><td>Patient Name</td><td>Noor Haddad</td></tr></table>",
            ("PERSON_NAME", "Noor Haddad"),
        ),
        (
            "<table><tr><th>MRN</th><td>K-88123</td></tr></table>",
            ("MEDICAL_RECORD_NUMBER", "K-88123"),
        ),
        (
            (
                "<table><tr><th>No.</th><th>Patient Name</th><th>DOB</th></tr><tr><td>1</td>"
                "<td>Noor Haddad</td><td>02/11/1950</td></tr></table>"
            ),
            ("PERSON_NAME", "Noor Haddad"),
        ),
        ("<dl><dt>Date of birth<dd>02/11/1950</dl>", ("DATE_OF_BIRTH", "02/11/1950")),
        ("<p><b>Patient Name:</b> Noor Haddad</p>", ("PERSON_NAME", "Noor Haddad")),
        ("<div>MRN: K-88123<br>Other</div>", ("MEDICAL_RECORD_NUMBER", "K-88123")),
        ("<div>Member ID:</div><div>MEM7781</div>", ("HEALTH_PLAN_BENEFICIARY_NUMBER", "MEM7781")),
        (
            "<form><input name=ssn value='512449031'></form>",
            ("US_SOCIAL_SECURITY_NUMBER", "512449031"),
        ),
        ("<div data-mrn='K-88123'>open</div>", ("MEDICAL_RECORD_NUMBER", "K-88123")),
        ("<p>SSN: 512-<b>44</b>-9031</p>", ("US_SOCIAL_SECURITY_NUMBER", "512-")),
    ],
)
def test_a_label_says_what_stands_beside_it(body, expected):
    assert expected in found(body)


def test_json_in_a_script_is_a_document():
    body = (
        '<html><script type="application/json">{"patientFirstName": "Noor", "x": "<b>'
        '"}</script></html>'
    )
    assert ("PERSON_NAME", "Noor") in found(body)


@pytest.mark.parametrize(
    "body",
    [
        "<html><script>if (a < b) { name = 'x'; }</script><p>Hi</p></html>",
        "<html><address>Lamp Works, 5 High Road</address></html>",
        "<table><tr><th>Name</th><th>Price</th></tr><tr><td>Blue lamp</td><td>5</td></tr></table>",
        "<p>Name: Blue lamp</p>",
    ],
)
def test_an_ordinary_page_names_nobody(body):
    assert {kind for kind, _ in found(body)} <= {"STREET_ADDRESS"}


@pytest.mark.parametrize(
    "body",
    [
        "<p>a < b & c <br> <unclosed",
        "<html><!-- never closed",
        "<div class='x><p>y</div>",
        "<script>",
    ],
)
def test_broken_pages_are_read_to_the_end(body):
    assert phiscan.scan(body.encode(), content_type="text/html").coverage is Coverage.COMPLETE


def test_masking_keeps_the_tags():
    data = (
        b"<table><tr><td>Patient Name</td><td>Noor <i>Haddad</i></td></tr><tr><td>DOB</td><td>"
        b"02/11/1950</td></tr></table>"
    )
    masked = phiscan.redact(data, phiscan.scan(data))
    assert masked == (
        b"<table><tr><td>Patient Name</td><td>XXX <i>XXX</i></td></tr><tr><td>DOB</td><td>"
        b"XXX</td></tr></table>"
    )
    assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)
