"""The vocabulary of detection: infoTypes and the HIPAA class that each belongs to.

Classes A to R are the eighteen identifiers of 45 CFR 164.514(b)(2)(i). An infoType without a class is
health information, which makes an identifier PHI but identifies nobody by itself, or a credential, which has nothing to do with PHI.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Identifier(StrEnum):
    """The identifiers that Safe Harbor removes, lettered as in 45 CFR 164.514(b)(2)(i)."""

    NAME = "A"
    GEOGRAPHY = "B"
    DATE = "C"
    PHONE = "D"
    FAX = "E"
    EMAIL = "F"
    SSN = "G"
    MEDICAL_RECORD = "H"
    HEALTH_PLAN = "I"
    ACCOUNT = "J"
    LICENCE = "K"
    VEHICLE = "L"
    DEVICE = "M"
    URL = "N"
    IP_ADDRESS = "O"
    BIOMETRIC = "P"
    PHOTO = "Q"
    OTHER = "R"


@dataclass(frozen=True, slots=True)
class InfoType:
    """One kind of thing that a detector finds.

    Args:
        name: the term of Google Sensitive Data Protection where it has one.
        identifier: its HIPAA class, or None for health information and credentials.
        title: what a person reads in a table.
        credential: it opens a door. It is about nobody, and no verdict looks at it.
    """

    name: str
    identifier: Identifier | None
    title: str
    credential: bool = False

    @property
    def health(self) -> bool:
        """Whether it is health information: what makes an identifier PHI."""
        return self.identifier is None and not self.credential


_TABLE: Final = (
    InfoType("PERSON_NAME", Identifier.NAME, "person's name"),
    InfoType("STREET_ADDRESS", Identifier.GEOGRAPHY, "street address"),
    InfoType("CITY", Identifier.GEOGRAPHY, "city or county"),
    InfoType("US_ZIP_CODE", Identifier.GEOGRAPHY, "postal code"),
    InfoType("GEO_COORDINATE", Identifier.GEOGRAPHY, "latitude or longitude"),
    InfoType("DATE_OF_BIRTH", Identifier.DATE, "date of birth"),
    InfoType("DATE_OF_DEATH", Identifier.DATE, "date of death"),
    InfoType("SERVICE_DATE", Identifier.DATE, "admission, discharge or service date"),
    InfoType("AGE_OVER_89", Identifier.DATE, "age over 89"),
    InfoType("PHONE_NUMBER", Identifier.PHONE, "phone number"),
    InfoType("FAX_NUMBER", Identifier.FAX, "fax number"),
    InfoType("EMAIL_ADDRESS", Identifier.EMAIL, "e-mail address"),
    InfoType("US_SOCIAL_SECURITY_NUMBER", Identifier.SSN, "social security number"),
    InfoType(
        "US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER", Identifier.SSN, "individual taxpayer number"
    ),
    InfoType("MEDICAL_RECORD_NUMBER", Identifier.MEDICAL_RECORD, "medical record number"),
    InfoType(
        "US_MEDICARE_BENEFICIARY_ID_NUMBER",
        Identifier.HEALTH_PLAN,
        "Medicare beneficiary identifier",
    ),
    InfoType("HEALTH_PLAN_BENEFICIARY_NUMBER", Identifier.HEALTH_PLAN, "health plan member number"),
    InfoType("ACCOUNT_NUMBER", Identifier.ACCOUNT, "account or claim number"),
    InfoType("CREDIT_CARD_NUMBER", Identifier.ACCOUNT, "payment card number"),
    InfoType("IBAN_CODE", Identifier.ACCOUNT, "IBAN"),
    InfoType("US_BANK_ROUTING_NUMBER", Identifier.ACCOUNT, "bank routing number"),
    InfoType("US_HEALTHCARE_NPI", Identifier.LICENCE, "provider's NPI"),
    InfoType("US_DEA_NUMBER", Identifier.LICENCE, "provider's DEA number"),
    InfoType("LICENSE_NUMBER", Identifier.LICENCE, "certificate or licence number"),
    InfoType("US_DRIVERS_LICENSE_NUMBER", Identifier.LICENCE, "driver's licence number"),
    InfoType("US_PASSPORT", Identifier.LICENCE, "passport number"),
    InfoType("VEHICLE_IDENTIFICATION_NUMBER", Identifier.VEHICLE, "vehicle identification number"),
    InfoType("LICENSE_PLATE", Identifier.VEHICLE, "licence plate"),
    InfoType("DEVICE_IDENTIFIER", Identifier.DEVICE, "device identifier or serial number"),
    InfoType("IMEI_HARDWARE_ID", Identifier.DEVICE, "IMEI"),
    InfoType("MAC_ADDRESS", Identifier.DEVICE, "MAC address"),
    InfoType("URL", Identifier.URL, "web address of a person"),
    InfoType("IP_ADDRESS", Identifier.IP_ADDRESS, "IP address"),
    InfoType("BIOMETRIC", Identifier.BIOMETRIC, "biometric record"),
    InfoType("FACE_PHOTO", Identifier.PHOTO, "full-face photograph"),
    InfoType("PATIENT_REFERENCE", Identifier.OTHER, "reference to a patient's record"),
    InfoType("UNIQUE_CODE", Identifier.OTHER, "other unique code of a person"),
    InfoType("PATIENT_RECORD", None, "a patient's record"),
    InfoType("DIAGNOSIS", None, "diagnosis"),
    InfoType("PROCEDURE", None, "procedure or service"),
    InfoType("MEDICATION", None, "medication"),
    InfoType("LAB_RESULT", None, "observation or laboratory test"),
    InfoType("HEALTH_CLAIM", None, "claim or coverage"),
    InfoType("CLINICAL_NOTE", None, "clinical note"),
    InfoType("ENCRYPTION_KEY", None, "private key", credential=True),
    InfoType("AWS_CREDENTIALS", None, "AWS access key", credential=True),
    InfoType("GCP_API_KEY", None, "Google Cloud API key", credential=True),
    InfoType("AZURE_AUTH_TOKEN", None, "Azure account key", credential=True),
    InfoType("JSON_WEB_TOKEN", None, "JSON Web Token", credential=True),
    InfoType("AUTH_TOKEN", None, "access token of a service", credential=True),
    InfoType("BASIC_AUTH_HEADER", None, "user name and password of a header", credential=True),
    InfoType("PASSWORD", None, "password", credential=True),
)

INFO_TYPES: Final = MappingProxyType({t.name: t for t in _TABLE})
"""Every infoType by name. Policies and detectors may name no other."""
CREDENTIALS: Final = frozenset(t.name for t in _TABLE if t.credential)
"""The infoTypes of credentials."""
