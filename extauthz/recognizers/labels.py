"""The infoTypes of the labels that models use.

A label that is missing here (a date, an organisation) says too little.
"""

from types import MappingProxyType
from typing import Final

_LABELS: Final = {
    "PERSON_NAME": (
        "person|per|patient|name|person name|patient name|full name|first name|last name"
    ),
    "DATE_OF_BIRTH": "date of birth|dob|birth date",
    "EMAIL_ADDRESS": "email|email address",
    "PHONE_NUMBER": "phone|phone number|telephone number|mobile phone number|landline phone number",
    "FAX_NUMBER": "fax|fax number",
    "US_SOCIAL_SECURITY_NUMBER": "ssn|us ssn|social security number",
    "US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER": "us itin",
    "MEDICAL_RECORD_NUMBER": "mrn|medical record number|medicalrecord",
    "HEALTH_PLAN_BENEFICIARY_NUMBER": (
        "health insurance number|health insurance id number|health plan number|healthplan"
    ),
    "US_MEDICARE_BENEFICIARY_ID_NUMBER": "us mbi|medicare beneficiary identifier",
    "STREET_ADDRESS": "address|street|street address",
    "CITY": "city",
    "US_ZIP_CODE": "zip|zip code|postal code",
    "ACCOUNT_NUMBER": "account number|bank account number|us bank number",
    "CREDIT_CARD_NUMBER": "credit card|credit card number",
    "IBAN_CODE": "iban|iban code",
    "LICENSE_NUMBER": "medical license|license number",
    "US_DRIVERS_LICENSE_NUMBER": "us driver license|driver license number|driver's license number",
    "US_PASSPORT": "us passport|passport number",
    "VEHICLE_IDENTIFICATION_NUMBER": "vin|vehicle identification number",
    "LICENSE_PLATE": "license plate|license plate number|vehicle registration number",
    "DEVICE_IDENTIFIER": "device|device identifier|serial number",
}
_TYPES: Final = MappingProxyType(
    {label: kind for kind, labels in _LABELS.items() for label in labels.split("|")}
)

ASKED: Final = (
    "person name",
    "date of birth",
    "email address",
    "phone number",
    "social security number",
    "medical record number",
    "health insurance id number",
    "street address",
    "city",
    "account number",
    "driver's license number",
)
"""The labels for a model that takes any labels."""


def info_type(label: str) -> str:
    """Return the infoType of a model's label in any spelling (`US_SSN`, `B-PER`, `phone number`).

    It is empty when the label has none.
    """
    plain = label.lower().replace("_", " ").removeprefix("b-").removeprefix("i-").strip()
    return _TYPES.get(plain, "")
