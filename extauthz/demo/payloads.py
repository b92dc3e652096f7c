"""Synthetic health documents for the scenarios. All people and numbers are invented.

The social security number has the assigned format, so that a detector has to find it.
"""

import gzip
import json
from typing import Final

SSN: Final = "541-27-8860"
PATIENT_NAME: Final = "Okonkwo-Reyes"
MEMBER_NUMBER: Final = "HPX20458831"
MRN: Final = "MRN-5530917"

CANARIES: Final = (SSN, SSN.replace("-", ""), PATIENT_NAME, MEMBER_NUMBER, MRN)
"""Values that must never appear in a log, a span, a metric or a ledger."""

_PATIENT: Final = {
    "resourceType": "Patient",
    "id": "pat-7731",
    "identifier": [
        {
            "type": {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}
                ]
            },
            "system": "urn:demo:clinic:mrn",
            "value": MRN,
        }
    ],
    "name": [{"use": "official", "family": PATIENT_NAME, "given": ["Marisol", "T"]}],
    "gender": "female",
    "birthDate": "1961-11-23",
}

_SSN_IDENTIFIER: Final = {
    "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "SS"}]},
    "system": "http://hl7.org/fhir/sid/us-ssn",
    "value": SSN,
}

_COVERAGE: Final = {
    "resourceType": "Coverage",
    "id": "cov-118",
    "status": "active",
    "subscriberId": MEMBER_NUMBER,
    "beneficiary": {"reference": "Patient/pat-7731"},
}

_CONDITION: Final = {
    "resourceType": "Condition",
    "id": "cond-204",
    "code": {
        "coding": [
            {
                "system": "http://hl7.org/fhir/sid/icd-10-cm",
                "code": "E11.9",
                "display": "Type 2 diabetes mellitus without complications",
            }
        ]
    },
    "subject": {"reference": "Patient/pat-7731"},
}


def patient_bundle(*, with_ssn: bool = False) -> bytes:
    """Return a FHIR R4 bundle: one patient, her coverage and a coded diagnosis.

    Args:
        with_ssn: whether the patient also has a social security number.
    """
    patient = {**_PATIENT}
    if with_ssn:
        patient["identifier"] = [*_PATIENT["identifier"], _SSN_IDENTIFIER]
    entries = [{"resource": resource} for resource in (patient, _COVERAGE, _CONDITION)]
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=1
    ).encode()


def patient_bundle_of(size: int) -> bytes:
    """Return the bundle without the SSN, padded with observations to at most `size` bytes."""
    bundle = json.loads(patient_bundle())
    one = len(json.dumps({"resource": _observation(0)})) + 2
    missing = size - len(json.dumps(bundle))
    bundle["entry"] += [
        {"resource": _observation(number)} for number in range(max(0, missing // one))
    ]
    return json.dumps(bundle).encode()


def clean_document_of(size: int) -> bytes:
    """Return stock levels of a pharmacy, about nobody, of at most `size` bytes."""
    one = len(json.dumps(_stock(0))) + 2
    items = [_stock(number) for number in range(max(1, (size - 40) // one))]
    return json.dumps({"report": "stock", "items": items}).encode()


def hl7_admission(*, with_ssn: bool = False, control_id: str = "DEMO0001") -> bytes:
    """Return an HL7 v2 ADT^A01 message: the same patient is admitted.

    Args:
        with_ssn: whether the patient also has a social security number.
        control_id: of the message.
    """
    numbers = f"{MRN}^^^CLINIC^MR" + (f"~{SSN}^^^SSA^SS" if with_ssn else "")
    segments = (
        f"MSH|^~\\&|EHR|CLINIC|BILLING|FINANCE|20260311093000||ADT^A01^ADT_A01|{control_id}|P|2.5.1",
        "EVN|A01|20260311093000",
        f"PID|1||{numbers}||{PATIENT_NAME}^Marisol^T||19611123|F",
        "PV1|1|I|WARD3^12^A",
        f"IN1|1|PLAN9|INS77|Northwind Mutual||||||||||||||||||||||||||||||||{MEMBER_NUMBER}",
        "DG1|1||E11.9^Type 2 diabetes mellitus^I10",
    )
    return "\r".join(segments).encode() + b"\r"


def hl7_result(*, control_id: str = "DEMO0002") -> bytes:
    """Return an HL7 v2 ORU^R01 message: a result of the same patient."""
    segments = (
        f"MSH|^~\\&|EHR|CLINIC|ANALYTICS|RESEARCH|20260311101500||ORU^R01^ORU_R01|{control_id}|P|2.5.1",
        f"PID|1||{MRN}^^^CLINIC^MR||{PATIENT_NAME}^Marisol^T||19611123|F",
        "OBR|1|||4548-4^Hemoglobin A1c^LN|||20260311094500",
        "OBX|1|NM|4548-4^Hemoglobin A1c^LN||7.9|%|4.0-5.6|H|||F",
    )
    return "\r".join(segments).encode() + b"\r"


def gzipped_bundle() -> bytes:
    """Return the bundle without the SSN, compressed for `Content-Encoding: gzip`."""
    return gzip.compress(patient_bundle(), mtime=0)


def patient_query() -> str:
    """Return a query string with a patient and her diagnosis.

    Only what a URL requires is percent-encoded.
    """
    return f"patient_name=Marisol+{PATIENT_NAME}&ssn={SSN}&diagnosis=E11.9"


CLEAN: Final = (
    b'{"report":"bed-occupancy","ward":"3",'
    b'"beds":[{"bed":"12A","free":true},{"bed":"12B","free":false}]}'
)
BROKEN: Final = b'{"resourceType":"Patient","name":[{"family":"' + PATIENT_NAME.encode() + b'"'


def _observation(number: int) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "id": f"obs-{number:06d}",
        "status": "final",
        "code": {
            "coding": [
                {"system": "http://loinc.org", "code": "4548-4", "display": "Hemoglobin A1c"}
            ]
        },
        "subject": {"reference": "Patient/pat-7731"},
        "valueQuantity": {"value": 5 + number % 40 / 10, "unit": "%"},
    }


def _stock(number: int) -> dict[str, object]:
    return {
        "shelf": f"A{number % 90:02d}",
        "article": "gauze roll 10 cm",
        "count": 100 + number % 400,
        "reorder": False,
    }
