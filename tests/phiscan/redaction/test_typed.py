"""Whole documents with typed masks: a validating receiver accepts them, and no value is left."""

import base64
import functools
import gzip
import json

import hl7apy.parser
import pytest
from fhir.resources import get_fhir_model_class
from hl7apy.consts import VALIDATION_LEVEL
from lxml import etree

import phiscan
from phiscan.identifiers import INFO_TYPES
from phiscan.redaction.masks import MaskForm, Masks
from phiscan.redaction.proof import redact_proven

KEY = bytes(range(32))
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {
            "resource": {
                "resourceType": "Patient",
                "id": "p1",
                "identifier": [
                    {
                        "type": {"coding": [{"code": "MR"}]},
                        "system": "http://hosp/mrn",
                        "value": "8812031",
                    },
                    {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "512-44-9031"},
                ],
                "name": [{"family": "Ruiz", "given": ["Ana", "Q"]}],
                "telecom": [{"system": "phone", "value": "919-555-0142"}],
                "birthDate": "1961-11-23",
                "_birthDate": {
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                            "valueDateTime": "1961-11-23T10:30:00-05:00",
                        }
                    ]
                },
            }
        },
        {
            "resource": {
                "resourceType": "Condition",
                "clinicalStatus": {"coding": [{"code": "active"}]},
                "code": {"text": "Type 2 diabetes"},
                "subject": {"reference": "Patient/p1"},
                "onsetDateTime": "2024-05-17",
                "recordedDate": "2024-05-18T08:00:00Z",
            }
        },
    ],
}
HL7 = (
    b"MSH|^~\\&|A|B|C|D|20240102103000||ADT^A01^ADT_A01|1|P|2.5\rEVN|A01|20240102103000\r"
    b"PID|1||8812031^^^H^MR||RUIZ^ANA||19611123|F|||12 Elm St^^Ames^IA^50010||9195550142\r"
    b"PV1|1|I|ICU^1^1||||||||||||||||V100^^^H^VN|||||||||||||||||||||||||202405171030\r"
)
CDA = (
    b'<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole>'
    b'<id root="2.16.840.1.113883.19" extension="8812031"/><patient>'
    b"<name><given>Ana</given><family>Ruiz</family></name>"
    b'<birthTime value="19611123"/></patient></patientRole></recordTarget>'
    b"<component><structuredBody><component><section><text>asthma</text></section></component>"
    b"</structuredBody></component></ClinicalDocument>"
)
# the types of what is masked, after HL7 version 3's own schema
CDA_SCHEMA = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  targetNamespace="urn:hl7-org:v3" elementFormDefault="qualified" xmlns="urn:hl7-org:v3">
 <xs:simpleType name="ts"><xs:restriction base="xs:string">
  <xs:pattern value="[0-9]{1,8}|([0-9]{9,14}(\\.[0-9]+)?)([+\\-][0-9]{1,4})?"/>
 </xs:restriction></xs:simpleType>
 <xs:simpleType name="flavor"><xs:restriction base="xs:string">
  <xs:enumeration value="MSK"/></xs:restriction></xs:simpleType>
 <xs:complexType name="PN" mixed="true"><xs:attribute name="nullFlavor" type="flavor"/>
 </xs:complexType>
 <xs:complexType name="TS"><xs:attribute name="value" type="ts"/>
  <xs:attribute name="nullFlavor" type="flavor"/></xs:complexType>
 <xs:complexType name="II"><xs:attribute name="root" type="xs:string"/>
  <xs:attribute name="extension" type="xs:string"/>
  <xs:attribute name="nullFlavor" type="flavor"/></xs:complexType>
 <xs:element name="ClinicalDocument"><xs:complexType><xs:sequence>
  <xs:element name="recordTarget"><xs:complexType><xs:sequence>
   <xs:element name="patientRole"><xs:complexType><xs:sequence>
    <xs:element name="id" type="II"/>
    <xs:element name="patient"><xs:complexType><xs:sequence>
     <xs:element name="name"><xs:complexType><xs:sequence>
      <xs:element name="given" type="PN"/><xs:element name="family" type="PN"/>
     </xs:sequence></xs:complexType></xs:element>
     <xs:element name="birthTime" type="TS"/>
    </xs:sequence></xs:complexType></xs:element>
   </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
 </xs:sequence></xs:complexType></xs:element></xs:schema>"""


def masked(data, forms=None, default=MaskForm.PLAIN, content_type=""):
    scan = functools.partial(phiscan.scan, content_type=content_type)
    chosen = Masks(forms or {}, default, KEY, first_year=1937)
    return redact_proven(data, scan(data), scan, chosen)


def all_dates(form):
    return {name: form for name, t in INFO_TYPES.items() if t.identifier == "C"}


def fhir_values(document):
    if isinstance(document, dict):
        for value in document.values():
            yield from fhir_values(value)
    elif isinstance(document, list):
        for value in document:
            yield from fhir_values(value)
    else:
        yield document


@pytest.mark.parametrize(
    ("forms", "default"),
    [
        (all_dates(MaskForm.YEAR), MaskForm.ABSENT),
        (all_dates(MaskForm.SHIFTED), MaskForm.TOKEN),
        (all_dates(MaskForm.YEAR), MaskForm.PLAIN),
    ],
)
def test_a_fhir_library_accepts_the_masked_bundle(forms, default):
    data = json.dumps(BUNDLE).encode()
    result = json.loads(masked(data, forms, default))
    get_fhir_model_class("Bundle").model_validate(result)
    left = set(fhir_values(result)) & {"8812031", "512-44-9031", "Ruiz", "Ana", "1961-11-23"}
    assert not left


def test_a_fhir_library_accepts_a_masked_date():
    # this library knows no `_valueDateTime`, so the bundle is tried without that extension
    resources = json.loads(json.dumps(BUNDLE))
    del resources["entry"][0]["resource"]["_birthDate"]
    result = json.loads(masked(json.dumps(resources).encode(), default=MaskForm.ABSENT))
    get_fhir_model_class("Bundle").model_validate(result)
    assert "birthDate" not in result["entry"][0]["resource"]


def test_a_fhir_library_does_not_accept_crosses_for_a_date():
    result = json.loads(masked(json.dumps(BUNDLE).encode()))
    with pytest.raises(ValueError, match="birthDate"):
        get_fhir_model_class("Bundle").model_validate(result)


def test_a_year_alone_is_a_date_in_fhir():
    result = json.loads(masked(json.dumps(BUNDLE).encode(), all_dates(MaskForm.YEAR)))
    patient, condition = (entry["resource"] for entry in result["entry"])
    assert patient["birthDate"] == "1961"
    birth_time = patient["_birthDate"]["extension"][0]["valueDateTime"]
    assert birth_time == "1961-01-01T00:00:00-05:00"
    assert condition["onsetDateTime"] == "2024"


def test_an_hl7_parser_accepts_a_year():
    result = masked(HL7, all_dates(MaskForm.YEAR))
    parsed = hl7apy.parser.parse_message(
        result.decode(), validation_level=VALIDATION_LEVEL.TOLERANT
    )
    (identification,) = (s for s in parsed.children if s.name == "PID")
    assert identification.pid_7.value == "1961"
    assert b"RUIZ" not in result


def test_an_xml_schema_accepts_the_masked_document():
    schema = etree.XMLSchema(etree.fromstring(CDA_SCHEMA))
    for forms, default in ((all_dates(MaskForm.YEAR), MaskForm.ABSENT), ({}, MaskForm.ABSENT)):
        result = masked(CDA, forms, default)
        schema.assertValid(etree.fromstring(result))
        assert b"Ruiz" not in result
        assert b"8812031" not in result
        assert b"19611123" not in result
    assert not schema.validate(etree.fromstring(masked(CDA)))  # XXX is no date


DIGESTED = base64.b64encode(b"Patient: Ana Ruiz, SSN 512-44-9031, asthma").decode()
FORMS = [
    (all_dates(MaskForm.YEAR), MaskForm.ABSENT),
    (all_dates(MaskForm.SHIFTED), MaskForm.TOKEN),
    (all_dates(MaskForm.YEAR), MaskForm.PLAIN),
    (all_dates(MaskForm.YEAR), MaskForm.ZEROS),
]
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "text": {
        "status": "generated",
        "div": '<div xmlns="http://www.w3.org/1999/xhtml">Ana Ruiz, 1961-11-23</div>',
    },
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "8812031"}],
    "name": [
        {
            "text": "Ana Q Ruiz",
            "family": "Ruiz",
            "given": ["Ana", "Q"],
            "_given": [None, {"extension": [{"url": "http://x/a", "valueCode": "IN"}]}],
            "period": {"start": "1990-01-02"},
        },
        {"use": "maiden", "family": "Delgado"},
    ],
    "telecom": [{"system": "email", "value": "ana@fernmail.net"}],
    "birthDate": "1961-11-23",
    "_birthDate": {"id": "b", "extension": [{"url": "http://x/b", "valueCode": "estimated"}]},
    "deceasedDateTime": "2024-01-02T03:04:05Z",
    "address": [{"line": ["12 Elm St", "Apt 4"], "city": "Ames", "postalCode": "50010"}],
    "photo": [{"contentType": "text/plain", "data": DIGESTED}],
    "contact": [{"name": {"family": "Ruiz", "given": ["Bo"]}}],
}
CONTAINED = {
    "resourceType": "Condition",
    "contained": [{"resourceType": "Patient", "id": "p", "name": [{"family": "Ruiz"}]}],
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "subject": {"reference": "#p", "display": "Ana Ruiz"},
    "onsetAge": {"value": 92, "unit": "a"},
    "recordedDate": "2024-05-17",
    "note": [{"text": "Ana Ruiz called 919-555-0142", "time": "2024-05-18T08:00:00Z"}],
}
ATTACHED = {
    "resourceType": "DocumentReference",
    "status": "current",
    "subject": {"reference": "Patient/p1"},
    "date": "2024-05-18T08:00:00Z",
    "content": [{"attachment": {"contentType": "text/plain", "data": DIGESTED}}],
}


@pytest.mark.parametrize(("forms", "default"), FORMS)
@pytest.mark.parametrize("resource", [PATIENT, CONTAINED, ATTACHED])
def test_a_fhir_library_accepts_lists_extensions_contained_resources_and_attachments(
    resource, forms, default
):
    model = get_fhir_model_class(resource["resourceType"])
    model.model_validate(json.loads(json.dumps(resource)))  # it accepts them as they are
    result = masked(json.dumps(resource).encode(), forms, default)
    model.model_validate(json.loads(result))
    for value in (b"Ruiz", b"8812031", b"1961-11-23", b"2024-05-17", DIGESTED.encode()):
        assert value not in result


@pytest.mark.parametrize(("forms", "default"), FORMS)
def test_a_fhir_library_accepts_masked_xml(forms, default):
    # this library reads no list in which an item has an extension and no value
    data = (
        '<Patient xmlns="http://hl7.org/fhir"><id value="p1"/><identifier><value value="8812031"/>'
        '</identifier><name><family value="Ruiz"/></name><birthDate id="b" value="1961-11-23"/>'
        f'<photo><data value="{DIGESTED}"/></photo></Patient>'
    ).encode()
    result = masked(data, forms, default)
    patient = get_fhir_model_class("Patient").model_validate_xml(result)
    assert patient.id  # the id of a resource has no extension
    for value in (b"Ruiz", b"8812031", b"1961-11-23", DIGESTED.encode()):
        assert value not in result


@pytest.mark.parametrize(("forms", "default"), FORMS)
def test_a_strict_hl7_parser_accepts_typed_dates(forms, default):
    data = HL7 + b"OBX|1|DT|11368-8^Onset^LN||20240517||||||F|||20240517103000-0500\r"
    for text in (data, masked(data, forms, default)):
        hl7apy.parser.parse_message(
            text.decode(), validation_level=VALIDATION_LEVEL.STRICT, find_groups=True
        )


TELECOM = (
    b"610066D0B1PCN00000001011234567890     20240102VENDOR0001\x1e\x1cAM01\x1cC419611123"
    b"\x1cCAANA\x1cCBRUIZ\x1cCM12 ELM STREET APT 4\x1cCP50010\x1cCQ9195550142"
    b"\x1e\x1cAM04\x1cC2W123456789"
)
SIZES = {b"C4": 8, b"CA": 12, b"CB": 15, b"CM": 30, b"CP": 15, b"CQ": 10, b"C2": 20}
"""Bytes of these fields at most, after NCPDP's data dictionary."""


@pytest.mark.parametrize(("forms", "default"), [*FORMS, ({}, MaskForm.PLAIN)])
def test_a_pharmacy_message_keeps_its_header_and_the_sizes_of_its_fields(forms, default):
    result = masked(TELECOM, forms, default)
    header, _, _ = result.partition(b"\x1e")
    assert (len(header), header[-10:]) == (58 - 2, b"VENDOR0001")
    for field in result.split(b"\x1c")[1:]:
        assert len(field[2:].rstrip(b"\x1e")) <= SIZES.get(field[:2], 80)
    for value in (b"RUIZ", b"19611123", b"W123456789", b"9195550142"):
        assert value not in result


def test_a_zip_code_of_x12_keeps_its_size():
    data = (
        b"ISA*00*          *00*          *ZZ*SUBMITTERS     *ZZ*RECEIVER       *240102*1030*^*00501"
        b"*000000001*0*P*:~GS*HC*S*R*20240102*1030*1*X*005010X222A1~ST*837*0001*005010X222A1~"
        b"HL*1**22*0~SBR*P*18*******CI~NM1*IL*1*RUIZ*ANA****MI*W123456789~N3*12 ELM ST~"
        b"N4*AMES*IA*50010~DMG*D8*19611123*F~SE*7*0001~GE*1*1~IEA*1*000000001~"
    )
    result = masked(data, all_dates(MaskForm.YEAR), MaskForm.TOKEN)
    (town,) = (s.split(b"*") for s in result.split(b"~") if s.startswith(b"N4"))
    assert (len(town[1]), town[3]) == (23, b"XXX")  # data elements 19 (30) and 116 (15)
    (day,) = (s.split(b"*") for s in result.split(b"~") if s.startswith(b"DMG"))
    assert day[2] == b"19610101"


@pytest.mark.parametrize(
    ("data", "forms", "result"),
    [
        (
            b'{"patientName":"Ana Ruiz","dob":"1961-11-23","diagnosis":"E11.9"}',
            {"DATE_OF_BIRTH": MaskForm.YEAR},
            b'{"patientName":"XXX","dob":"1961-01-01","diagnosis":"E11.9"}',
        ),
        (
            b'{"patientName":"Ana Ruiz","ssn":512449031,"diagnosis":"E11.9"}',
            {"US_SOCIAL_SECURITY_NUMBER": MaskForm.LAST_FOUR},
            b'{"patientName":"XXX","ssn":100009031,"diagnosis":"E11.9"}',
        ),
        (
            b'{"patientName":"Ana Ruiz","ssn":512449031,"diagnosis":"E11.9"}',
            {"US_SOCIAL_SECURITY_NUMBER": MaskForm.ZEROS},
            b'{"patientName":"XXX","ssn":100000000,"diagnosis":"E11.9"}',
        ),
        (
            b'{"patientName":"Ana Ruiz","ssn":"512-44-9031","diagnosis":"E11.9"}',
            {"US_SOCIAL_SECURITY_NUMBER": MaskForm.LAST_FOUR},
            b'{"patientName":"XXX","ssn":"XXX-XX-9031","diagnosis":"E11.9"}',
        ),
        (
            b"Patient: Ana Ruiz\nDOB: 11/23/1961\nSeen for asthma.",
            {"DATE_OF_BIRTH": MaskForm.YEAR},
            b"Patient: XXX\nDOB: 1961\nSeen for asthma.",
        ),
        (
            b"ssn,patient_name,dob,diagnosis\n512-44-9031,Ana Ruiz,1931-11-23,asthma\n",
            {"US_SOCIAL_SECURITY_NUMBER": MaskForm.ZEROS, "DATE_OF_BIRTH": MaskForm.YEAR},
            b"ssn,patient_name,dob,diagnosis\n000-00-0000,XXX,1900-01-01,asthma\n",
        ),
        (
            b'{"patientName":"Ana Ruiz","mrn":"88120","diagnosis":"E11.9"}',
            {"MEDICAL_RECORD_NUMBER": MaskForm.LAST_FOUR},
            b'{"patientName":"XXX","mrn":"XXX","diagnosis":"E11.9"}',
        ),
    ],
    ids=["json", "number", "zeros", "text", "note", "csv", "short"],
)
def test_each_value_gets_the_form_of_its_infotype(data, forms, result):
    assert masked(data, forms) == result


def test_the_last_four_of_a_name_are_never_shown():
    data = b'{"patientName":"Bartholomew Chen","diagnosis":"E11.9"}'
    assert b"Chen" not in masked(data, default=MaskForm.LAST_FOUR)


def test_the_content_coding_is_kept():
    data = gzip.compress(json.dumps(BUNDLE).encode())
    result = masked(data, all_dates(MaskForm.YEAR), MaskForm.ABSENT)
    get_fhir_model_class("Bundle").model_validate(json.loads(gzip.decompress(result)))


def test_another_spelling_of_a_value_tells_nothing():
    data = b'{"patientName":"Ana Ruiz","phone":"6165550142","dx":"E11.9","x":"1 616-555-0142"}'
    result = json.loads(masked(data, {"PHONE_NUMBER": MaskForm.LAST_FOUR}))
    assert (result["phone"], result["x"]) == ("XXXXXX0142", "XXX")


def test_a_form_without_a_use_is_the_plain_mask():
    assert masked(b'{"dob":"soon","patientName":"Ana Ruiz"}', {"PERSON_NAME": MaskForm.ABSENT}) == (
        b'{"dob":"soon","patientName":"XXX"}'
    )


def test_an_encoded_document_has_no_form_of_its_own():
    note = base64.b64encode(b"Patient: Ana Ruiz\nMRN: 8812031\nDx: asthma\n").decode()
    data = json.dumps({"attachment": note}).encode()
    assert json.loads(masked(data, default=MaskForm.ZEROS)) == {"attachment": "XXXX"}
