"""A made-up value of each infoType, for tests that look for it where it must not be.

Tokens are joined from parts, so that no scanner of this repository reports them.
"""

import base64
import hashlib
from itertools import chain
from urllib.parse import quote, quote_plus

import orjson


def _part(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


CANARIES = {
    "patientName": "Zebulon Quackenbush",
    "address": "7734 Wombat Hollow Lane",
    "birthDate": "1931-02-17",
    "phone": "212-555-0187",
    "fax": "212-555-0199",
    "email": "zeb.quackenbush@example.net",
    "ssn": "536-22-8790",
    "mrn": "MRN-88417732",
    "memberId": "HPB-5520941-77",
    "accountNumber": "ACCT-90017745",
    "licenseNumber": "LIC-4417-ZQ",
    "vin": "1HGCM82633A004352",
    "deviceSerial": "SN-ZQ-7719-X",
    "url": "https://zq.example.net/me",
    "ip": "203.0.113.77",
    "fingerprint": "BIO-ZQ-00177",
    "photo": "face-zq-0081.jpg",
    "uniqueCode": "UC-ZQ-55173",
    "city": "Wombatville",
    "zipCode": "59718-0417",
    "latitude": "45.679213",
    "longitude": "-111.037642",
    "claimNumber": "CLM-44170-ZQX",
    "dateOfDeath": "2019-08-23",
    "admissionDate": "2024-03-19",
    "itin": "912-78-4417",
    "medicareBeneficiaryId": "1EG4-TE5-MK73",
    "creditCard": "4539 1488 0343 6467",
    "iban": "DE89370400440532013000",
    "routingNumber": "021000021",
    "npi": "1234567893",
    "deaNumber": "BQ1234563",
    "driversLicense": "D1234-56789-01234",
    "passportNumber": "C03005988",
    "licensePlate": "7ZQK884",
    "imei": "490154203237518",
    "macAddress": "02:5E:9C:77:1A:4B",
    "website": "https://quackenbush.example.org/zebulon",
    "ipAddress": "81.2.69.142",
    "accessionNumber": "ACC-77120-ZQ",
    "procedure": "total knee arthroplasty 27447",
    "medication": "lisinopril 40 mg daily",
    "labResult": "HbA1c 9.4 %",
    "note": "Zebulon reports crushing chest pain since the wombat fair.",
    "age": "97-year-old",
    "exam": "CT exam of the patient, accession: ZQ77120551",
    "subject": "Patient/zq-55173-wombat",
    "coverageType": "Wombat Gold PPO 4417",
    "clinicalNotes": "Zebulon limps since the wombat fair.",
    "awsAccessKeyId": "AKIA" + "ZQ7XWOMBAT44QUAK",
    "password": "Wombat!Quack77",
    "privateKey": "-----BEGIN " + "PRIVATE KEY----- zQ7wombatADANBgkqhkiG9w0BAQEFAASC",
    "gcpApiKey": "AIza" + "ZqB3c7d9f1h2j4k6m8n0p2q4r6s8t0v2w4x",
    "connection": "AccountKey=" + "zQ7wombat+K7MDENGbPxRf" * 3 + "zQ7wombatK7MDENGbPxR" + "==",
    "idToken": ".".join((_part('{"alg":"HS256"}'), _part('{"sub":"zebulon"}'), "d29tYmF0c2ln")),
    "github": "ghp_" + "zQ7wOmBaT4Kx" * 3,
    "proxyLogin": "Basic " + base64.b64encode(b"zebulon:wombat-77").decode(),
}
INFO_TYPES = {
    "patientName": "PERSON_NAME",
    "address": "STREET_ADDRESS",
    "city": "CITY",
    "zipCode": "US_ZIP_CODE",
    "latitude": "GEO_COORDINATE",
    "birthDate": "DATE_OF_BIRTH",
    "dateOfDeath": "DATE_OF_DEATH",
    "admissionDate": "SERVICE_DATE",
    "age": "AGE_OVER_89",
    "phone": "PHONE_NUMBER",
    "fax": "FAX_NUMBER",
    "email": "EMAIL_ADDRESS",
    "ssn": "US_SOCIAL_SECURITY_NUMBER",
    "itin": "US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER",
    "mrn": "MEDICAL_RECORD_NUMBER",
    "medicareBeneficiaryId": "US_MEDICARE_BENEFICIARY_ID_NUMBER",
    "memberId": "HEALTH_PLAN_BENEFICIARY_NUMBER",
    "accountNumber": "ACCOUNT_NUMBER",
    "creditCard": "CREDIT_CARD_NUMBER",
    "iban": "IBAN_CODE",
    "routingNumber": "US_BANK_ROUTING_NUMBER",
    "npi": "US_HEALTHCARE_NPI",
    "deaNumber": "US_DEA_NUMBER",
    "licenseNumber": "LICENSE_NUMBER",
    "driversLicense": "US_DRIVERS_LICENSE_NUMBER",
    "passportNumber": "US_PASSPORT",
    "vin": "VEHICLE_IDENTIFICATION_NUMBER",
    "licensePlate": "LICENSE_PLATE",
    "deviceSerial": "DEVICE_IDENTIFIER",
    "imei": "IMEI_HARDWARE_ID",
    "macAddress": "MAC_ADDRESS",
    "website": "URL",
    "ipAddress": "IP_ADDRESS",
    "fingerprint": "BIOMETRIC",
    "photo": "FACE_PHOTO",
    "subject": "PATIENT_REFERENCE",
    "exam": "UNIQUE_CODE",
    "note": "DIAGNOSIS",
    "procedure": "PROCEDURE",
    "medication": "MEDICATION",
    "labResult": "LAB_RESULT",
    "coverageType": "HEALTH_CLAIM",
    "clinicalNotes": "CLINICAL_NOTE",
    "privateKey": "ENCRYPTION_KEY",
    "awsAccessKeyId": "AWS_CREDENTIALS",
    "gcpApiKey": "GCP_API_KEY",
    "connection": "AZURE_AUTH_TOKEN",
    "idToken": "JSON_WEB_TOKEN",
    "github": "AUTH_TOKEN",
    "proxyLogin": "BASIC_AUTH_HEADER",
    "password": "PASSWORD",
}
"""What the scanner finds a canary to be. The others are values that it need not know."""
WITHOUT_CANARY = {
    "PATIENT_RECORD": "it says that a record is a patient's; each value in it has its own infoType",
}
FORMS = {v.encode() for v in CANARIES.values()} | {
    b"Zebulon",
    b"Quackenbush",
    b"536228790",
    b"Wombat",
    b"ZQ77120551",
    b"zQ7wombatADANBgkqhkiG9w0BAQEFAASC",
    b"zQ7wombat+K7MDENGbPxRf",
    b"zebulon:wombat-77",
    CANARIES["proxyLogin"].removeprefix("Basic ").encode(),
    *CANARIES["idToken"].encode().split(b".")[1:],
}


def derived(value: bytes) -> set[bytes]:
    """Encodings and unkeyed hashes of a value."""
    texts = {value, value.lower(), value.upper()}
    hashes = [
        hashlib.new(name, text).digest()
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b")
        for text in texts
    ]
    raw = [value, *hashes]
    encoded = chain.from_iterable(
        (data.hex().encode(), data.hex().upper().encode(), base64.b64encode(data).rstrip(b"="))
        for data in raw
    )
    text = value.decode()
    return {*texts, *encoded, quote(text, safe="").encode(), quote_plus(text).encode()}


BODY = orjson.dumps({**CANARIES, "diagnosis": "E11.9"})
HEADERS = {f"x-{name.lower()}": value for name, value in CANARIES.items()}
PATH = "/patients/536-22-8790?" + "&".join(
    f"{k}={v}".replace(" ", "+") for k, v in CANARIES.items()
)
SOUGHT = set().union(*map(derived, FORMS | {BODY, PATH.encode()}))
