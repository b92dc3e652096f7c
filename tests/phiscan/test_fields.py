"""A finding in a text says which field of the document holds it, and shows no name of a person."""

import hashlib
import json

import pytest

import phiscan

NOTE = "Patient Ana Ruiz, SSN 512-44-9031, was seen."
PID = "MSH|^~\\&|A|B|C|D|202401010101||ADT^A01|1|P|2.5\rPID|1||7730145^^^H^MR||RUIZ^ANA\r"


def fields(data, info_type="US_SOCIAL_SECURITY_NUMBER", content_type=""):
    report = phiscan.scan(data, content_type=content_type)
    return [f.location.field for f in report.findings if f.info_type == info_type]


def as_json(value, **options):
    return json.dumps(value, **options).encode()


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (as_json({"comment": NOTE}), "comment"),
        (as_json({"ticket": {"customer": {"notes": [NOTE]}}}), "ticket.customer.notes"),
        (as_json([{"id": 1}, {"visitNote": NOTE}], indent=2), "visitNote"),
        (as_json({"a": {"b": 1}, "text": NOTE}), "text"),
        (as_json({"id": 1}) + b"\n" + as_json({"message": NOTE, "id": 2}), "message"),
        (as_json({"id": 1}) + b"\r\n" + as_json({"message": NOTE, "id": 2}), "message"),
        (b"id,notes,dob\n1," + NOTE.replace(",", "").encode() + b",1961-04-12\n", "notes"),
        (b'id,dob,notes\n1,1961-04-12,"a,b\n""c"" ' + NOTE.encode() + b'"\n', "notes"),
        (b"id\tqueue\tnotes\n1\ta\t" + NOTE.encode() + b"\n", "notes"),
        (b"<order><note>" + NOTE.encode() + b"</note></order>", "note"),
        (b'<order><line note="' + NOTE.encode() + b'"/></order>', "note"),
        (b"id=1&comment=SSN+512-44-9031", "comment"),
        (PID.encode() + b"OBX|1|TX|x||" + NOTE.encode() + b"\r", "OBX-5"),
    ],
)
def test_a_finding_in_a_text_names_the_field_that_holds_it(document, field):
    assert fields(document) == [field]


def test_a_repeat_of_a_patients_name_names_its_element():
    patient = {
        "resourceType": "Patient",
        "text": {"status": "generated", "div": "<div>Ana Ruiz</div>"},
        "name": [{"family": "Ruiz", "given": ["Ana"]}],
    }
    bundle = as_json({"resourceType": "Bundle", "entry": [{"resource": patient}]})
    report = phiscan.scan(bundle)
    assert {f.location.field for f in report.findings if f.detector == "echo"} == {
        "Patient.text.div"
    }


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (as_json({"payload": PID}), "payload>json_string>PID-5.1"),
        (
            as_json({"order": {"message": "got: " + PID}}),
            "order.message>string>hl7_message>PID-5.1",
        ),
        (
            b"id,queue,payload\n1,a," + PID.encode().hex().encode() + b"\n",
            "payload>encoded>PID-5.1",
        ),
    ],
)
def test_a_document_in_a_field_names_the_field_before_its_own_path(document, field):
    assert field in fields(document, "PERSON_NAME")


@pytest.mark.parametrize(
    "document",
    [
        as_json({"Ana Ruiz": NOTE}),
        as_json({"Ruiz": {"Ana": NOTE}}),
        as_json({"512-44-9031": NOTE}),
        as_json({"Ana Ruiz": PID}),
        b"id,queue,Ana Ruiz\n1,a," + NOTE.replace(",", "").encode() + b"\n",
        b"<order><Ruiz>" + NOTE.encode() + b"</Ruiz></order>",
        b'<order><line Ruiz="' + NOTE.encode() + b'"/></order>',
        b"id=1&Ana+Ruiz=SSN+512-44-9031",
    ],
)
def test_a_name_that_a_document_made_up_is_never_shown(document):
    report = phiscan.scan(document)
    assert report.findings
    shown = " ".join(f.location.field for f in report.findings)
    assert "Ruiz" not in shown
    assert "9031" not in shown


def test_a_column_whose_name_may_not_be_shown_has_its_number():
    rows = b"id,dob,Ruiz\n1,1961-04-12,SSN 512-44-9031\n"
    assert fields(rows) == ["column 3"]


@pytest.mark.parametrize(
    "text",
    [
        # lines with a comma each are no table of two columns
        b"Dear Ana, hello\nthe SSN, 512-44-9031\n",
        # the second line has fewer commas than the first
        b"one, two, three\nSSN 512-44-9031, and\n",
        NOTE.encode(),
    ],
)
def test_a_text_without_columns_has_no_field(text):
    assert fields(text) == [""]


def test_what_a_structure_names_keeps_its_field():
    document = as_json({"employee": {"ssn": "512-44-9031", "note": NOTE}})
    assert fields(document) == ["employee.ssn", "employee.note"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (b'{"ticket": {"comment": "%b"}}', "ticket.comment>encoded"),
        (b"id,queue,notes\n1,a,%b\n", "notes>encoded"),
        (b'{"Ana": "%b"}', "*>encoded"),
    ],
)
def test_an_opaque_part_names_the_field_that_holds_it(document, field):
    noise = hashlib.shake_256(b"opaque").hexdigest(100).encode()
    (place,) = phiscan.scan(document % noise).opaque
    assert place.field == field
