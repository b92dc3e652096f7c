"""NCPDP SCRIPT messages in XML, version 10.6 and versions 2017071 and later.

The versions name many elements differently. A message names a patient, a prescriber, a pharmacy and
perhaps others. The innermost of these around a value says whose the value is. An element that is
not in the tables is read by its name, as in any XML.
"""

from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.labelled.xml import LabelReader
from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.syntax.xml_values import text
from phiscan.words import stated

_DETECTOR: Final = "script_element"
_ROLES: Final = {
    **dict.fromkeys(
        "Patient HumanPatient BenefitsCoordination ResponsibleParty EmergencyContact "
        "AlternateContact CardHolderName Cardholder PatientContact Observation".split(),
        Subject.PATIENT,
    ),
    **dict.fromkeys(
        "Prescriber Pharmacy Pharmacist Supervisor Facility FollowUpPrescriber NonVeterinarian "
        "Veterinarian PrescriberAgent Provider PrescriberPlaceOfService DispensingPharmacy "
        "Practice Sender Receiver Header PCP OrderingFacility RequestingPrescriber "
        "TransferPharmacy OriginatingPharmacy".split(),
        Subject.PROVIDER,
    ),
}
"""Whom the identifiers in an element are about."""
_NAMES: Final = frozenset("LastName FirstName MiddleName".split())
_ADDRESS: Final = {
    "AddressLine1": "STREET_ADDRESS",
    "AddressLine2": "STREET_ADDRESS",
    "City": "CITY",
    "PostalCode": "US_ZIP_CODE",
    "ZipCode": "US_ZIP_CODE",
}
_PHONES: Final = frozenset(
    "PrimaryTelephone HomeTelephone WorkTelephone OtherTelephone Beeper CellularTelephone Phone "
    "Communication".split()
)
_NUMBERS: Final = {
    "SocialSecurity": "US_SOCIAL_SECURITY_NUMBER",
    "MedicalRecordIdentificationNumberEHR": "MEDICAL_RECORD_NUMBER",
    "PatientAccountNumber": "ACCOUNT_NUMBER",
    "FileID": "MEDICAL_RECORD_NUMBER",
    "MutuallyDefined": "MEDICAL_RECORD_NUMBER",
    "MedicareNumber": "HEALTH_PLAN_BENEFICIARY_NUMBER",
    "MedicaidNumber": "HEALTH_PLAN_BENEFICIARY_NUMBER",
    "CardholderID": "HEALTH_PLAN_BENEFICIARY_NUMBER",
    "PBMMemberID": "HEALTH_PLAN_BENEFICIARY_NUMBER",
    "GroupID": "HEALTH_PLAN_BENEFICIARY_NUMBER",
    "DriversLicense": "US_DRIVERS_LICENSE_NUMBER",
    "DriversLicenseNumber": "US_DRIVERS_LICENSE_NUMBER",
}
_ORDER_NUMBERS: Final = frozenset(
    "PrescriberOrderNumber RxReferenceNumber OrderGroupNumber OrderCaseNumber".split()
)
"""Prescription numbers. They are unique codes of one patient's order wherever they stand."""
_HEALTH: Final = {
    "DrugDescription": "MEDICATION",
    "ProductCode": "MEDICATION",
    "Diagnosis": "DIAGNOSIS",
    "Primary": "DIAGNOSIS",
    "Secondary": "DIAGNOSIS",
    "SigText": "MEDICATION",
    "Directions": "MEDICATION",
    "Note": "CLINICAL_NOTE",
}
_KNOWN: Final = (
    frozenset(_ROLES) | _NAMES | frozenset(_ADDRESS) | _PHONES | frozenset(_NUMBERS)
    | _ORDER_NUMBERS | frozenset(_HEALTH)
    | frozenset(
        "Body Header NewRx RxRenewalRequest RxRenewalResponse RefillRequest RefillResponse "
        "RxChangeRequest RxChangeResponse RxFill CancelRx CancelRxResponse RxHistoryRequest "
        "RxHistoryResponse Name Address Identification CommunicationNumbers DateOfBirth Date "
        "DateTime Number ElectronicMail Email Fax MedicationPrescribed MedicationDispensed "
        "MedicationRequested MedicationResponse NPI DEANumber StateLicenseNumber WrittenDate "
        "LastFillDate Code Value Text DrugCoded".split()
    )
)  # fmt: skip


class ScriptReader:
    """Reads elements in the order in which they close. Call `finish` at the end."""

    def __init__(self, document: Document, evidence: Evidence, labels: LabelReader) -> None:
        self._document = document
        self._evidence = evidence
        self._labels = labels
        self._waiting: list[tuple[str, Value, Element]] = []
        self._patient = False

    def element(self, element: Element) -> None:
        """Add what one element says."""
        if element.name in ("Patient", "HumanPatient") and not element.leaf:
            location = Location(shown_path(element.path(), _KNOWN), element.content, element.end)
            self._evidence.add(_DETECTOR, "PATIENT_RECORD", location, Subject.PATIENT)
            self._patient = True
        value = text(self._document, element)
        if value is None or not element.runs or stated.is_nothing(value.text):
            return
        subject = _subject(element)
        info_type = _about(element, value.text, subject)
        if info_type and subject:
            self._add(info_type, value, element, subject)
        elif not self._health(element, value) and not _is_birth(element):
            self._labels.element(element)

    def finish(self) -> None:
        """Add what depends on whether the message is about a patient."""
        for info_type, value, element in self._waiting:
            subject = Subject.PATIENT if self._patient else Subject.NOBODY
            if self._patient or info_type not in ("SERVICE_DATE", "UNIQUE_CODE"):
                self._add(info_type, value, element, subject)

    def _add(self, info_type: str, value: Value, element: Element, subject: Subject) -> None:
        location = Location(shown_path(element.path(), _KNOWN), value.start, value.end)
        self._evidence.add(_DETECTOR, info_type, location, subject)

    def _health(self, element: Element, value: Value) -> bool:
        """Keep medication, diagnosis, note or their dates. Says whether it was one of these."""
        above = [at.name for at in element.chain()][:3]
        info_type = next((_HEALTH[name] for name in above if name in _HEALTH), "")
        if stated.is_day(value.text):
            info_type = "SERVICE_DATE" if any(_is_order(at.name) for at in element.chain()) else ""
        elif element.name in _ORDER_NUMBERS:
            info_type = "UNIQUE_CODE"
        if info_type:
            self._waiting.append((info_type, value, element))
        return bool(info_type)


def _is_order(name: str) -> bool:
    return name.startswith("Medication") or name in (
        "Observation",
        "AllergyOrAdverseEvent",
        "ValidatedProgram",
    )


def _subject(element: Element) -> Subject | None:
    return next((_ROLES[at.name] for at in element.chain() if at.name in _ROLES), None)


def _about(element: Element, value: str, subject: Subject | None) -> str:
    """The infoType of a party's value, or "" when the tables do not have the element."""
    name = element.name
    parent = element.parent.name if element.parent else ""
    if subject is None:
        return ""
    if name in _NAMES:
        return "PERSON_NAME"
    if name in _ADDRESS:
        return _ADDRESS[name]
    if _is_birth(element):
        return "DATE_OF_BIRTH" if stated.is_birth_or_death(value) else ""
    return _communication(element, value) or _number(name, parent, value, subject)


def _is_birth(element: Element) -> bool:
    return "DateOfBirth" in (element.name, element.parent.name if element.parent else "")


def _communication(element: Element, value: str) -> str:
    """The infoType of a phone or fax number or an e-mail address, or "".

    2017071: `PrimaryTelephone/Number`, `Fax/Number`, `ElectronicMail`. 10.6:
    `Communication/Number` for all of them.
    """
    parent = element.parent.name if element.parent else ""
    if "@" in value and (element.name in ("ElectronicMail", "Email", "Number", "DirectAddress")):
        return "EMAIL_ADDRESS"
    if "Fax" in (element.name, parent):
        return "FAX_NUMBER"
    return "PHONE_NUMBER" if {element.name, parent} & _PHONES and stated.is_number(value) else ""


def _number(name: str, parent: str, value: str, subject: Subject) -> str:
    """The infoType of an identification, or "".

    A provider's own counts only if it is an NPI, a DEA number or a licence.
    """
    if subject is Subject.PROVIDER:
        valid = {
            "NPI": ("US_HEALTHCARE_NPI", checks.npi),
            "DEANumber": ("US_DEA_NUMBER", checks.dea),
        }
        if name in valid:
            return valid[name][0] if valid[name][1](value) else ""
        return "LICENSE_NUMBER" if name == "StateLicenseNumber" else ""
    info_type = _NUMBERS.get(name, "UNIQUE_CODE" if parent == "Identification" else "")
    if name == "MedicareNumber" and checks.mbi(value):
        return "US_MEDICARE_BENEFICIARY_ID_NUMBER"
    return info_type
