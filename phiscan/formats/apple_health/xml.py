"""Exports of Apple Health: `export.xml`, the records of one person.

    <HealthData><Me HKCharacteristicTypeIdentifierDateOfBirth="1980-02-03" .../>
      <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Ana’s Watch" startDate="..."/>

Everything in an export is about the person whose telephone made it. Their name stands at most in
the names that they gave their devices.
"""

import re
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence
from phiscan.finding import Location, Subject
from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.words.labels import is_masked

_DETECTOR: Final = "apple_health"
_BIRTH: Final = "HKCharacteristicTypeIdentifierDateOfBirth"
_DATES: Final = frozenset(
    "startDate endDate creationDate receivedDate dateComponents dateIssued expirationDate "
    "date".split()
)
"""Attributes that hold a day of the person's life."""
_RECORDS: Final = {
    "Record": "LAB_RESULT", "Correlation": "LAB_RESULT", "Audiogram": "LAB_RESULT",
    "Workout": "PATIENT_RECORD", "ActivitySummary": "PATIENT_RECORD",
    "ClinicalRecord": "PATIENT_RECORD", "VisionPrescription": "MEDICATION",
}  # fmt: skip
"""Elements that are health information, and of which kind."""
_WITHIN: Final = frozenset("WorkoutEvent WorkoutStatistics WorkoutRoute".split())
# Whose a device is. matches "Ana’s" of "Ana’s iPhone", "Ana Ruiz's Watch"; not "Sensor's"
_OWNER: Final = re.compile(
    r"([^\W\d_][^’'\"<>]{0,60})['’]s (?=(?:\w+ )?(?:i?Phone|i?Pad|iPod|Watch|Uhr)\b)"
)
KNOWN: Final = frozenset(("Me", *_RECORDS, *_WITHIN, *_DATES, "sourceName", "identifier"))
"""Element and attribute names that a field path may show."""


def begins(name: str, _attributes: str) -> bool:
    """Whether an element with this name begins an export."""
    return name == "HealthData"


class AppleHealthReader:
    """Reads elements in the order in which they close. Call `finish` at the end."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._told: set[str] = set()

    def element(self, element: Element) -> None:
        """Add what the attributes of one element say."""
        name = element.name
        if name not in _RECORDS and name not in _WITHIN and name != "Me":
            return
        attributes = self._document.attributes(element)
        for key, value in attributes.items():
            if key in _DATES and checks.calendar_date(value.text):
                self._add("SERVICE_DATE", element, key, value)
            elif key == _BIRTH and checks.calendar_date(value.text):
                self._add("DATE_OF_BIRTH", element, "", value)
            elif key == "sourceName":
                self._owner(element, value)
            elif key == "identifier" and name == "ClinicalRecord":
                self._add("UNIQUE_CODE", element, key, value)
        if attributes and name in _RECORDS and name not in self._told:
            self._told.add(name)
            first = next(iter(attributes.values()))
            location = Location(name, first.start, first.end)
            self._evidence.add(_DETECTOR, _RECORDS[name], location, Subject.PATIENT)

    def finish(self) -> None:
        """Do nothing: each element has been read."""

    def _owner(self, element: Element, value: Value) -> None:
        owner = _OWNER.match(value.text)
        if owner is None:
            return
        raw = owner[1].encode("utf-8", "replace")
        if self._document.data.startswith(raw, value.start):
            whose = Value(owner[1], value.start, value.start + len(raw))
            self._add("PERSON_NAME", element, "sourceName", whose)

    def _add(self, info_type: str, element: Element, part: str, value: Value) -> None:
        if value.text and not is_masked(value.text):
            field = f"{element.name}.{part}" if part else element.name
            location = Location(field, value.start, value.end)
            self._evidence.add(_DETECTOR, info_type, location, Subject.PATIENT)
