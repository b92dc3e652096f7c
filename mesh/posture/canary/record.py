"""The synthetic record of a canary: one for each nonce, to the last byte.

It is PHI to the detectors, and nobody's. It says so itself, the name is no person's, the social
security number is the 219-09-9999 that the Social Security Board printed in a pamphlet, and the
record number is drawn from the nonce.
"""

import hashlib
import json
from typing import Final

MEDIA: Final = "application/json"
"""Of a record."""
_ABOUT: Final = "phiguard canary: a synthetic record of nobody. Refuse it, and keep nothing of it."
_NAME: Final = "Canary Synthetic"
_BORN: Final = "1901-02-03"
_SSN: Final = "219-09-9999"
_DIAGNOSIS: Final = "E11.9"


def record_of(nonce: str) -> bytes:
    """Return the record that belongs to a nonce's text."""
    return json.dumps(
        {
            "about": _ABOUT,
            "canary": hashlib.sha256(nonce.encode()).hexdigest()[:32].translate(_TO_LETTERS),
            "patient": {
                "name": _NAME,
                "medicalRecordNumber": _number(nonce),
                "birthDate": _BORN,
                "ssn": _SSN,
            },
            "diagnosis": {"system": "ICD-10-CM", "code": _DIAGNOSIS},
        }
    ).encode()


def values_of(nonce: str) -> tuple[bytes, ...]:
    """Return the values of a person in that record. No masked record holds one of them."""
    return tuple(each.encode() for each in (_NAME, _number(nonce), _BORN, _SSN))


_TO_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def _number(nonce: str) -> str:
    digest = hashlib.sha256(f"record\n{nonce}".encode()).digest()
    return f"CANARY-{int.from_bytes(digest[:4]) % 100_000_000:08d}"
