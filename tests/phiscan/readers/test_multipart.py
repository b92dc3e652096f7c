"""Multipart bodies and e-mail: every part is read, and plain parts keep their byte ranges."""

import base64
import io
import zipfile

import pytest

import phiscan
from phiscan.finding import Gap, Verdict

FORM = "multipart/form-data; boundary=b1"


def body(*parts, boundary="b1", end="\r\n"):
    blocks = [f"--{boundary}{end}{part}{end}" for part in parts]
    return ("".join(blocks) + f"--{boundary}--{end}").encode()


def part(content, *headers):
    return "\r\n".join([*headers, "", content])


def field(name, value):
    return part(value, f'Content-Disposition: form-data; name="{name}"')


NOTE = "Patient: Ana Ruiz\r\nMRN: A10017\r\nDiagnosis: asthma"


@pytest.mark.parametrize("content_type", [FORM, 'multipart/form-data; boundary="b1"', ""])
def test_form_fields_are_one_record(content_type):
    data = body(
        field("patient[name]", "Ana Ruiz"), field("ssn", "123456780"), field("diagnosis", "asthma")
    )
    report = phiscan.scan(data, content_type=content_type)
    assert (report.media, report.verdict, report.gap) == ("multipart", Verdict.PHI, Gap.NONE)
    masked = phiscan.redact(data, report)
    assert len(masked) == len(data)
    assert b"Ana Ruiz" not in masked
    assert b"123456780" not in masked
    assert b"asthma" in masked
    again = phiscan.scan(masked, content_type=content_type)
    assert (again.verdict, again.gap) == (Verdict.HEALTH, Gap.NONE)


def test_a_file_keeps_its_own_byte_ranges():
    data = body(
        part(
            '{"patientName": "Ana Ruiz", "ssn": "123456780", "diagnosis": "asthma"}',
            "Content-Disposition: form-data; name=f; filename=a.json",
            "Content-Type: application/json",
        )
    )
    report = phiscan.scan(data, content_type=FORM)
    found = {data[f.location.start : f.location.end] for f in report.findings if f.identifier}
    assert found == {b"Ana Ruiz", b"123456780"}


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        ("base64", base64.encodebytes(NOTE.encode()).decode()),
        ("quoted-printable", NOTE.replace("Ana", "=41na").replace("A10017", "A10=\r\n017")),
        ("8bit", NOTE),
    ],
)
def test_transfer_encodings_are_removed(coding, content):
    data = body(part(content, "Content-Type: text/plain", f"Content-Transfer-Encoding: {coding}"))
    report = phiscan.scan(data, content_type="multipart/mixed; boundary=b1")
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    masked = phiscan.redact(data, report)
    assert phiscan.scan(masked, content_type="multipart/mixed; boundary=b1").verdict in (
        Verdict.NONE,
        Verdict.HEALTH,
    )


def test_parts_within_parts_and_mail_are_read():
    inner = body(part(NOTE, "Content-Type: text/plain"), boundary="b2").decode()
    mail = (
        b"From: Desk <desk@clinic.example>\r\nTo: a@b.example\r\nSubject: referral\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed;\r\n boundary="b1"\r\n\r\n'
    ) + body(part(inner, "Content-Type: multipart/alternative; boundary=b2"))
    report = phiscan.scan(mail)
    assert (report.media, report.verdict, report.gap) == ("multipart", Verdict.PHI, Gap.NONE)


@pytest.mark.parametrize(
    "header",
    [
        "Subject: Patient Ana Ruiz",
        "X-Patient-Name: Ana Ruiz",
        "X-Note: patient: Ana Ruiz",
        "Comments: Mrs. Ana Ruiz",
    ],
)
def test_a_header_field_may_name_a_patient(header):
    mail = f"From: a@b.example\r\nTo: c@d.example\r\n{header}\r\nDate: Fri, 5 Jan 2024 10:00:00 +0000\r\n\r\nhello\r\n".encode()
    report = phiscan.scan(mail)
    names = [
        mail[f.location.start : f.location.end]
        for f in report.findings
        if f.info_type == "PERSON_NAME"
    ]
    assert (report.media, report.gap, names) == ("multipart", Gap.NONE, [b"Ana Ruiz"])


def test_a_document_type_in_a_related_part_is_read_by_its_own_reader():
    xop = part(
        '{"resourceType": "Patient", "id": "p1", "name": [{"family": "Ruiz"}]}',
        "Content-Type: application/fhir+json",
        "Content-ID: <1>",
    )
    assert (
        phiscan.scan(body(xop), content_type="multipart/related; boundary=b1").verdict
        is Verdict.PHI
    )


def test_what_stands_before_and_behind_the_parts_is_read():
    data = NOTE.encode() + b"\r\n" + body(field("a", "b")) + b"SSN: 123-45-6780"
    report = phiscan.scan(data, content_type=FORM)
    assert report.verdict is Verdict.PHI
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}


def test_a_false_first_line_does_not_hide_the_real_boundary():
    fake = b"--fake\r\nContent-Type: text/plain\r\n\r\n"
    secret = base64.b64encode(NOTE.encode()).decode()
    data = fake + b"\r\n" + body(part(secret, "Content-Transfer-Encoding: base64"))
    assert phiscan.scan(data, content_type="multipart/mixed; boundary=b1").verdict is Verdict.PHI


@pytest.mark.parametrize(
    ("data", "gap"),
    [
        (body(field("a", "b"))[:-8], Gap.MALFORMED),  # no closing delimiter
        (b"no delimiter at all", Gap.MALFORMED),
        (body(part("!!!!", "Content-Transfer-Encoding: base64")), Gap.MALFORMED),
        (body(part("xx", "Content-Transfer-Encoding: x-uuencode")), Gap.UNKNOWN_ENCODING),
        (body(part("%PDF-1.7 ...", "Content-Type: application/pdf")), Gap.MALFORMED),
        (
            body(part("MIME", 'Content-Type: application/pkcs7-mime; smime-type="enveloped-data"')),
            Gap.ENCRYPTED,
        ),
    ],
)
def test_what_cannot_be_read_of_a_declared_part_is_a_gap(data, gap):
    assert phiscan.scan(data, content_type=FORM).gap is gap


@pytest.mark.parametrize(
    "data",
    [
        b"--- a/x\n+++ b/x\n",
        b"---\nname: x\n",
        b"Note: a\nsecond: b\n",
        b"-- comment\nselect 1\n",
        b"From: a\nTo: b\nSubject: c\nPatient: Ana Ruiz\n",
    ],
)
def test_diffs_yaml_and_labelled_lines_are_no_parts(data):
    assert phiscan.scan(data).media == "text"


def test_deep_nesting_is_over_the_limit():
    data = "x"
    for i in range(12):
        data = part(
            body(data, boundary=f"n{i}").decode(), f"Content-Type: multipart/mixed; boundary=n{i}"
        )
    assert phiscan.scan(body(data), content_type=FORM).gap is Gap.OVER_LIMIT


@pytest.mark.parametrize(
    "labelled",
    [
        part(
            "123456780",
            'Content-Disposition: form-data; name="ssn"',
            "Content-Type: application/octet-stream",
        ),
        part(
            '"123456780"',
            'Content-Disposition: form-data; name="ssn"',
            "Content-Type: application/json",
        ),
        part(
            "MTIzNDU2Nzgw",
            'Content-Disposition: form-data; name="ssn"',
            "Content-Transfer-Encoding: base64",
        ),
        part(
            "123456780",
            'Content-Disposition: form-data; name="ssn"; filename="blob"',
            "Content-Type: text/plain",
        ),
        part("x", 'Content-Disposition: form-data; name="ssn=123-45-6780"'),
        part("x", 'Content-Disposition: form-data; name="f"; filename="SSN 123-45-6780.txt"'),
        part("x", "Content-Disposition: form-data; name=f; filename*=UTF-8''SSN%20123-45-6780.txt"),
        part(
            "x",
            'Content-Disposition: form-data; name="f"; filename="=?UTF-8?B?U1NOIDEyMy00NS02Nzgw?="',
        ),
        part(
            "x",
            'Content-Disposition: attachment; filename*0="SSN 123-";',
            ' filename*1="45-6780.txt"',
        ),
        part("x", "Content-Id: <ssn-123-45-6780@x>"),
        part("x", "Content-Description: SSN 123-45-6780"),
        part("x", 'Content-Type: text/plain; name="scan_ssn_123-45-6780.txt"'),
    ],
)
def test_what_a_part_is_called_labels_its_body_and_is_text_itself(labelled):
    data = body(labelled)
    report = phiscan.scan(data, content_type=FORM)
    assert {f.info_type for f in report.findings} == {"US_SOCIAL_SECURITY_NUMBER"}
    masked = phiscan.redact(data, report)
    assert len(masked) == len(data)
    assert phiscan.scan(masked, content_type=FORM).findings == ()


def test_names_of_fields_are_no_values():
    data = body(
        field("patient", "x"),
        field("name", "y"),
        part("z", 'Content-Disposition: form-data; name="file"; filename="report_2024.txt"'),
    )
    assert phiscan.scan(data, content_type=FORM).findings == ()


def file(content, media, name="a"):
    disposition = f'Content-Disposition: form-data; name="f"; filename="{name}"'
    return part(content, disposition, f"Content-Type: {media}")


FHIR = '{"resourceType": "Patient", "id": "p1"}'
INNER = body(file("a,b\r\n1,2\r\n3,4\r\n", "text/csv"), boundary="b2").decode()


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (body(file(FHIR, "application/fhir+json")), ("fhir+json",)),
        # as read, never as declared
        (body(file(FHIR, "image/png", "scan.png")), ("fhir+json",)),
        (body(file(FHIR, "application/json"), file("hello", "text/plain")), ("fhir+json", "text")),
        # a part that is a container counts with its own parts
        (body(file(INNER, "multipart/mixed; boundary=b2")), ("csv",)),
        (body(field("name", "hello"), field("note", "some words")), ()),  # values of a form
        (body(field("note", "some words " * 500)), ("text",)),  # too long for a value
        (b"before\r\n" + body(field("a", "b")), ("text",)),
        (body(file("\x89PNG\r\n\x1a\n", "image/png")), ("binary",)),
    ],
)
def test_the_kinds_of_the_parts_are_reported(data, parts):
    assert phiscan.scan(data, content_type=FORM).parts == parts


def test_the_members_of_an_archive_are_parts_and_those_of_an_office_file_are_not():
    packed, office = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("labs/a.json", FHIR)
        archive.writestr("b.csv", "a,b\n1,2\n3,4\n")
    with zipfile.ZipFile(office, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<office:document-content xmlns:office='urn:o'/>")
        archive.writestr("attached.json", FHIR)
    report = phiscan.scan(packed.getvalue())
    assert (report.media, report.parts) == ("zip", ("csv", "fhir+json"))
    report = phiscan.scan(office.getvalue())
    assert (report.media, report.parts) == ("odt", ())
    around = io.BytesIO()
    with zipfile.ZipFile(around, "w") as archive:
        archive.writestr("inner.zip", packed.getvalue())
    report = phiscan.scan(around.getvalue())
    assert (report.media, report.parts) == ("zip", ("csv", "fhir+json", "zip"))


def test_what_is_attached_to_a_document_that_is_no_container_is_no_part():
    attached = base64.b64encode(b"a,b\n1,2\n3,4\n5,6\n").decode()
    report = phiscan.scan(
        b'{"resourceType": "Binary", "contentType": "text/csv", "data": "%s"}' % attached.encode()
    )
    assert (report.media, report.parts) == ("fhir+json", ())


_ABOUT_HEALTH = b"my father Dewi Gulwes was started on insulin.\r\n"


@pytest.mark.parametrize(
    ("header", "body", "names"),
    [
        (b"From: Magnus Nguyen <mn@fernmail.net>", _ABOUT_HEALTH, {b"Magnus Nguyen"}),
        (b'From: x@y.org\r\nCc: "Ruiz, Ana" <a@y.org>', _ABOUT_HEALTH, {b"Ruiz, Ana"}),
        (b"From: Magnus Nguyen <mn@fernmail.net>", b"the invoice\r\n", set()),  # no health
        (b"From: Billing Department <b@y.org>", _ABOUT_HEALTH, set()),  # nobody's name
        (b"From: Dr. Bo Lee <lee@y.org>", _ABOUT_HEALTH, set()),  # a provider
        (b"From: a@b.org\r\nX-Mailer: Magnus Nguyen <mn@y.org>", _ABOUT_HEALTH, set()),  # a program
    ],
)
def test_the_people_of_a_mail_about_health_are_individuals(header, body, names):
    mail = header + b"\r\nTo: c@d.org\r\nSubject: hello\r\n\r\n" + body
    found = {
        mail[f.location.start : f.location.end]
        for f in phiscan.scan(mail).findings
        if f.detector == "mail_header"
    }
    assert found == names
