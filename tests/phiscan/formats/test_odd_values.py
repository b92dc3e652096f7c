"""In each format: what stands in a patient's field is the patient's, unless it stands for nothing.

One record is written in every format, with values of an odd shape and with placeholders.
"""

import json
from collections.abc import Callable

import pytest

import phiscan
from phiscan.finding import Coverage


def hl7v2(name: str, born: str, phone: str, number: str) -> bytes:
    return (
        "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\r"
        f"PID|1||{number}^^^H^MR||{name}^||{born}|F||||||{phone}^^PH\r"
    ).encode()


def x12(name: str, born: str, phone: str, number: str) -> bytes:
    return (
        "ISA*00*          *00*          *ZZ*S              *ZZ*R              *240101*0930*^*00501*"
        "000000001*0*P*:~GS*HC*S*R*20240101*0930*1*X*005010X222A1~ST*837*0001~HL*2*1*22*0~"
        f"SBR*P*18~NM1*IL*1*{name}*****MI*{number}~DMG*D8*{born}*F~PER*IC**TE*{phone}~"
        "CLM*A1*150***11:B:1*Y*A*Y*Y~SE*6*0001~GE*1*1~IEA*1*000000001~"
    ).encode()


def ncpdp(name: str, born: str, phone: str, number: str) -> bytes:
    head = "610066D0B1PCN7700001" + "1" + "01" + "1234567893     " + "20250301" + "VENDOR0001"
    fields = ("AM01", f"C4{born}", f"CB{name}", f"CQ{phone}")
    return (head + "\x1e\x1cAM04\x1cC2" + number + "\x1e\x1c" + "\x1c".join(fields)).encode()


def script(name: str, born: str, phone: str, number: str) -> bytes:
    return (
        '<Message xmlns="http://www.ncpdp.org/schema/SCRIPT" version="2017071"><Body><NewRx>'
        "<Patient><HumanPatient><Identification><MedicalRecordIdentificationNumberEHR>"
        f"{number}</MedicalRecordIdentificationNumberEHR></Identification>"
        f"<Name><LastName>{name}</LastName></Name><DateOfBirth><Date>{born}</Date></DateOfBirth>"
        "<CommunicationNumbers><PrimaryTelephone>"
        f"<Number>{phone}</Number></PrimaryTelephone></CommunicationNumbers>"
        "</HumanPatient></Patient></NewRx></Body></Message>"
    ).encode()


def cda(name: str, born: str, phone: str, number: str) -> bytes:
    return (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole>'
        f'<id root="2.16.840.1.113883.19" extension="{number}"/><telecom value="{phone}"/>'
        f'<patient><name><family>{name}</family></name><birthTime value="{born}"/></patient>'
        "</patientRole></recordTarget></ClinicalDocument>"
    ).encode()


def fhir(name: str, born: str, phone: str, number: str) -> bytes:
    return json.dumps(
        {
            "resourceType": "Patient",
            "identifier": [{"value": number}],
            "name": [{"family": name}],
            "birthDate": born,
            "telecom": [{"system": "phone", "value": phone}],
        }
    ).encode()


def dicom_json(name: str, born: str, phone: str, number: str) -> bytes:
    return json.dumps(
        {
            "00100010": {"vr": "PN", "Value": [{"Alphabetic": name}]},
            "00100020": {"vr": "LO", "Value": [number]},
            "00100030": {"vr": "DA", "Value": [born]},
            "00102154": {"vr": "SH", "Value": [phone]},
        }
    ).encode()


FORMATS = (hl7v2, x12, ncpdp, script, cda, fhir, dicom_json)
Writer = Callable[[str, str, str, str], bytes]
_TYPES = ("PERSON_NAME", "DATE_OF_BIRTH", "PHONE_NUMBER")


def found(data: bytes) -> set[tuple[str, str]]:
    report = phiscan.scan(data)
    assert report.coverage is Coverage.COMPLETE
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier is not None
    }


@pytest.mark.parametrize("write", FORMATS)
@pytest.mark.parametrize(
    ("name", "born", "phone", "number"),
    [
        ("Lindqvist", "19611123", "4155550137", "MRN-5530917"),  # nothing odd
        ("7171717", "09540412", "717171", "9"),
        ("李", "18000101", "996", "A-0"),
        ("Nonez", "1910", "5550", "0000-1"),
        ("O'Neal", "19611399", "x4471", "No 5"),
    ],
)
def test_an_odd_value_is_found_and_masked(
    write: Writer, name: str, born: str, phone: str, number: str
) -> None:
    data = write(name, born, phone, number)
    values = found(data)
    for info_type, value in zip(_TYPES, (name, born, phone), strict=True):
        assert (info_type, json.dumps(value)[1:-1]) in values or (info_type, value) in values
    assert number in {value for _, value in values}
    masked = phiscan.redact(data, phiscan.scan(data)).decode()
    assert phone not in masked
    assert born not in masked


@pytest.mark.parametrize("write", FORMATS)
@pytest.mark.parametrize(
    ("name", "born", "phone", "number"),
    [
        ("UNKNOWN", "99999999", "9999999999", "UNKNOWN"),
        ("XXX", "XXX", "XXX", "XXX"),
        ("null", "00010101", "(000)000-0000", "00000000"),
        ("Not Available", "0000", "n/a", "none"),
        ("REDACTED", "99991231", "-", "***"),
    ],
)
def test_a_placeholder_is_nobodys(
    write: Writer, name: str, born: str, phone: str, number: str
) -> None:
    data = write(name, born, phone, number)
    assert not {(kind, v) for kind, v in found(data) if v in (name, born, phone, number)}
