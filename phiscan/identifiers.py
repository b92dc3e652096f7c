"""The vocabulary of detection: infoTypes, what each means, and the HIPAA class of identifiers.

The classes A to R are the eighteen identifiers of 45 CFR 164.514(b)(2)(i). An infoType's kind says
what a finding means, and its traits say how to handle it. No other module lists infoTypes by such a
property.
"""

from dataclasses import dataclass
from enum import Enum, Flag, StrEnum, auto
from types import MappingProxyType
from typing import Final


class Identifier(StrEnum):
    """The identifiers that Safe Harbor removes, with the letters of 45 CFR 164.514(b)(2)(i)."""

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


class InfoTypeKind(StrEnum):
    """What a finding of an infoType means. Code must ignore findings of a kind it does not know."""

    IDENTIFIER = "identifier"
    """It identifies an individual and has a class from A to R."""
    HEALTH = "health"
    """It is health information. It makes an identifier PHI, and identifies nobody by itself."""
    CREDENTIAL = "credential"
    """It grants access. It is about nobody, and the verdict ignores it."""


class Trait(Flag):
    """A property that only some infoTypes have."""

    NONE = 0
    PUBLISHED = auto()
    """Providers publish theirs, so that people can reach them.

    An identifier without this trait is an individual's even when a provider is named beside it:
    doctors have an SSN too.
    """
    ADDRESS = auto()
    """It is part of a postal address."""
    PROVIDERS_NUMBER = auto()
    """It is issued to providers, so it is reported even though it is a provider's own."""
    GIVEN_TO_PATIENTS = auto()
    """Only a patient has one, and whoever has one was treated.

    That is health information (45 CFR 160.103).
    """
    OF_ONE_PERSON = auto()
    """It is the number of exactly one person, so a medical code beside it is that person's.

    A policy number lacks this trait: it is as often a car's.
    """
    OF_NOBODY_ALONE = auto()
    """It counts as a person's only when another identifier names the person: an age, a device."""
    SHARED = auto()
    """Many people have the same one: a town, a network address."""
    NEEDS_LABEL = auto()
    """It singles out a person only beside a label that names it.

    A phone number is as often a help desk's.
    """
    MARKS_A_PERSON = auto()
    """A record that holds one is a person's. Its `name` field then is a person's name."""
    OUTWEIGHS_STRUCTURE = auto()
    """It is reported even where the structure says that the value is something else."""


class Spelling(Enum):
    """How the same value may be written elsewhere in a document (`phiscan.redaction.spellings`)."""

    AS_IS = auto()
    SSN = auto()
    """123-45-6789, 123456789."""
    PHONE = auto()
    """(515) 555-0142, 515.555.0142."""
    MBI = auto()
    """1EG4-TE5-MK73, 1EG4TE5MK73."""
    CODE = auto()
    """Letters and digits, with or without separators."""
    EMAIL = auto()
    NAME = auto()
    """Ana Ruiz; Ruiz, Ana; RUIZ^ANA."""


@dataclass(frozen=True, slots=True)
class InfoType:
    """One kind of thing that a detector finds.

    Args:
        name: the term of Google Sensitive Data Protection, where it has one.
        kind: what a finding of it means.
        title: its name for people, for example in a table.
        identifier: the HIPAA class of an IDENTIFIER, None for any other kind.
        traits: its properties.
        least_repeat: the least bytes of a patient's value for it to be searched for in the
            whole document; 0: it is not searched for.
        spelling: how the same value may be written elsewhere.

    Raises:
        ValueError: an IDENTIFIER has no class, or another kind has one.
    """

    name: str
    kind: InfoTypeKind
    title: str
    identifier: Identifier | None = None
    traits: Trait = Trait.NONE
    least_repeat: int = 0
    spelling: Spelling = Spelling.AS_IS

    def __post_init__(self) -> None:
        if (self.identifier is not None) is not (self.kind is InfoTypeKind.IDENTIFIER):
            raise ValueError(f"{self.name}: an identifier has a class, and nothing else has one")


def _identifier(  # noqa: PLR0913 - one row of the table
    name: str,
    identifier: Identifier,
    title: str,
    traits: Trait = Trait.NONE,
    *,
    least_repeat: int = 0,
    spelling: Spelling = Spelling.AS_IS,
) -> InfoType:
    return InfoType(
        name, InfoTypeKind.IDENTIFIER, title, identifier, traits, least_repeat, spelling
    )


def _health(name: str, title: str) -> InfoType:
    return InfoType(name, InfoTypeKind.HEALTH, title)


def _credential(name: str, title: str) -> InfoType:
    return InfoType(name, InfoTypeKind.CREDENTIAL, title)


_TABLE: Final = (
    _identifier(
        "PERSON_NAME", Identifier.NAME, "person's name", least_repeat=4, spelling=Spelling.NAME
    ),
    _identifier(
        "STREET_ADDRESS",
        Identifier.GEOGRAPHY,
        "street address",
        Trait.PUBLISHED | Trait.ADDRESS | Trait.NEEDS_LABEL,
        least_repeat=10,
    ),
    _identifier(
        "CITY",
        Identifier.GEOGRAPHY,
        "city or county",
        Trait.PUBLISHED | Trait.ADDRESS | Trait.OF_NOBODY_ALONE | Trait.SHARED,
    ),
    _identifier(
        "US_ZIP_CODE",
        Identifier.GEOGRAPHY,
        "postal code",
        Trait.PUBLISHED | Trait.ADDRESS | Trait.OF_NOBODY_ALONE | Trait.SHARED,
    ),
    _identifier(
        "GEO_COORDINATE",
        Identifier.GEOGRAPHY,
        "latitude or longitude",
        Trait.OF_NOBODY_ALONE | Trait.SHARED,
    ),
    _identifier(
        "DATE_OF_BIRTH", Identifier.DATE, "date of birth", Trait.MARKS_A_PERSON, least_repeat=8
    ),
    _identifier("DATE_OF_DEATH", Identifier.DATE, "date of death"),
    _identifier(
        "SERVICE_DATE", Identifier.DATE, "admission, discharge or service date", Trait.NEEDS_LABEL
    ),
    _identifier(
        "AGE_OVER_89", Identifier.DATE, "age over 89", Trait.OF_NOBODY_ALONE | Trait.NEEDS_LABEL
    ),
    _identifier(
        "PHONE_NUMBER",
        Identifier.PHONE,
        "phone number",
        Trait.PUBLISHED | Trait.NEEDS_LABEL,
        least_repeat=10,
        spelling=Spelling.PHONE,
    ),
    _identifier(
        "FAX_NUMBER",
        Identifier.FAX,
        "fax number",
        Trait.PUBLISHED | Trait.NEEDS_LABEL,
        spelling=Spelling.PHONE,
    ),
    _identifier(
        "EMAIL_ADDRESS",
        Identifier.EMAIL,
        "e-mail address",
        Trait.PUBLISHED | Trait.NEEDS_LABEL,
        least_repeat=6,
        spelling=Spelling.EMAIL,
    ),
    _identifier(
        "US_SOCIAL_SECURITY_NUMBER",
        Identifier.SSN,
        "social security number",
        Trait.OF_ONE_PERSON | Trait.MARKS_A_PERSON | Trait.OUTWEIGHS_STRUCTURE,
        least_repeat=9,
        spelling=Spelling.SSN,
    ),
    _identifier(
        "US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER",
        Identifier.SSN,
        "individual taxpayer number",
        Trait.OF_ONE_PERSON | Trait.OUTWEIGHS_STRUCTURE,
        spelling=Spelling.SSN,
    ),
    _identifier(
        "MEDICAL_RECORD_NUMBER",
        Identifier.MEDICAL_RECORD,
        "medical record number",
        Trait.GIVEN_TO_PATIENTS | Trait.MARKS_A_PERSON | Trait.OUTWEIGHS_STRUCTURE,
        least_repeat=6,
        spelling=Spelling.CODE,
    ),
    _identifier(
        "US_MEDICARE_BENEFICIARY_ID_NUMBER",
        Identifier.HEALTH_PLAN,
        "Medicare beneficiary identifier",
        Trait.GIVEN_TO_PATIENTS | Trait.MARKS_A_PERSON | Trait.OUTWEIGHS_STRUCTURE,
        spelling=Spelling.MBI,
    ),
    _identifier(
        "HEALTH_PLAN_BENEFICIARY_NUMBER",
        Identifier.HEALTH_PLAN,
        "health plan member number",
        Trait.MARKS_A_PERSON,
        least_repeat=7,
        spelling=Spelling.CODE,
    ),
    _identifier(
        "ACCOUNT_NUMBER",
        Identifier.ACCOUNT,
        "account or claim number",
        Trait.NEEDS_LABEL,
        least_repeat=7,
    ),
    _identifier(
        "CREDIT_CARD_NUMBER", Identifier.ACCOUNT, "payment card number", Trait.OUTWEIGHS_STRUCTURE
    ),
    _identifier("IBAN_CODE", Identifier.ACCOUNT, "IBAN"),
    _identifier("US_BANK_ROUTING_NUMBER", Identifier.ACCOUNT, "bank routing number"),
    _identifier("US_HEALTHCARE_NPI", Identifier.LICENCE, "provider's NPI", Trait.PROVIDERS_NUMBER),
    _identifier(
        "US_DEA_NUMBER", Identifier.LICENCE, "provider's DEA number", Trait.PROVIDERS_NUMBER
    ),
    _identifier(
        "LICENSE_NUMBER",
        Identifier.LICENCE,
        "certificate or licence number",
        Trait.PROVIDERS_NUMBER,
    ),
    _identifier("US_DRIVERS_LICENSE_NUMBER", Identifier.LICENCE, "driver's licence number"),
    _identifier("US_PASSPORT", Identifier.LICENCE, "passport number"),
    _identifier(
        "VEHICLE_IDENTIFICATION_NUMBER", Identifier.VEHICLE, "vehicle identification number"
    ),
    _identifier("LICENSE_PLATE", Identifier.VEHICLE, "licence plate"),
    _identifier(
        "DEVICE_IDENTIFIER",
        Identifier.DEVICE,
        "device identifier or serial number",
        Trait.OF_NOBODY_ALONE | Trait.NEEDS_LABEL,
    ),
    _identifier("IMEI_HARDWARE_ID", Identifier.DEVICE, "IMEI"),
    _identifier(
        "MAC_ADDRESS", Identifier.DEVICE, "MAC address", Trait.OF_NOBODY_ALONE | Trait.SHARED
    ),
    _identifier(
        "URL",
        Identifier.URL,
        "web address of a person",
        Trait.PUBLISHED | Trait.OF_NOBODY_ALONE | Trait.SHARED,
    ),
    _identifier(
        "IP_ADDRESS", Identifier.IP_ADDRESS, "IP address", Trait.OF_NOBODY_ALONE | Trait.SHARED
    ),
    _identifier("BIOMETRIC", Identifier.BIOMETRIC, "biometric record"),
    _identifier("FACE_PHOTO", Identifier.PHOTO, "full-face photograph"),
    _identifier("PATIENT_REFERENCE", Identifier.OTHER, "reference to a patient's record"),
    _identifier(
        "UNIQUE_CODE", Identifier.OTHER, "other unique code of a person", Trait.NEEDS_LABEL
    ),
    _health("PATIENT_RECORD", "a patient's record"),
    _health("DIAGNOSIS", "diagnosis"),
    _health("PROCEDURE", "procedure or service"),
    _health("MEDICATION", "medication"),
    _health("LAB_RESULT", "observation or laboratory test"),
    _health("HEALTH_CLAIM", "claim or coverage"),
    _health("CLINICAL_NOTE", "clinical note"),
    _credential("ENCRYPTION_KEY", "private key"),
    _credential("AWS_CREDENTIALS", "AWS access key"),
    _credential("GCP_API_KEY", "Google Cloud API key"),
    _credential("AZURE_AUTH_TOKEN", "Azure account key"),
    _credential("JSON_WEB_TOKEN", "JSON Web Token"),
    _credential("AUTH_TOKEN", "access token of a service"),
    _credential("BASIC_AUTH_HEADER", "user name and password of a header"),
    _credential("PASSWORD", "password"),
)

INFO_TYPES: Final = MappingProxyType({t.name: t for t in _TABLE})
"""Every infoType, by name. Policies and detectors may use no other name."""
CREDENTIALS: Final = frozenset(t.name for t in _TABLE if t.kind is InfoTypeKind.CREDENTIAL)
"""The names of the infoTypes of credentials."""


def having(trait: Trait) -> frozenset[str]:
    """The names of the infoTypes with a trait."""
    return frozenset(t.name for t in _TABLE if trait in t.traits)
