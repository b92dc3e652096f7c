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
    assert json.loads(masked(data, default=MaskForm.ZEROS)) == {"attachment": "XXX"}
