"""One made-up value of each HIPAA class, and of nearly each infoType, for tests that look for it where it must not be."""

import base64
import hashlib
from itertools import chain
from urllib.parse import quote, quote_plus

import orjson

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
    "awsAccessKeyId": "AKIAZQ7XWOMBAT44QUAK",
    "password": "Wombat!Quack77",
}
FORMS = {v.encode() for v in CANARIES.values()} | {
    b"Zebulon",
    b"Quackenbush",
    b"536228790",
    b"Wombat",
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
