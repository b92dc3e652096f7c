"""DICOM data sets as XML, the Native DICOM Model (PS3.19 annex A.1), which DICOMweb sends as `application/dicom+xml`.

An attribute is an element with its tag; its values are elements within it, a person's name one for each part.
"""

import re
from typing import Final

from phiscan.evidence import Evidence, Spot
from phiscan.finding import Subject
from phiscan.labels import is_masked
from phiscan.media import dicom_tables as tables
from phiscan.media.dicom import identify
from phiscan.media.xml_elements import Document, Element
from phiscan.media.xml_values import text

NAMESPACE: Final = "dicom.nema.org/PS3.19"
_ATTRIBUTE: Final = "DicomAttribute"
_VALUES: Final = frozenset("Value FamilyName GivenName MiddleName".split())
"""Elements that hold a value, or the part of one that names somebody."""
_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")


class DicomXmlReader:
    """Reads value after value as their elements close."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._patient: Spot | None = None

    def element(self, element: Element) -> None:
        """Add what one element says."""
        value = text(self._document, element) if element.name in _VALUES else None
        tag = self._tag(element) if value is not None else None
        if value is None or tag is None:
            return
        spot = Spot(f"({tag >> 16:04X},{tag & 0xFFFF:04X})", value.start, value.end)
        identify(self._evidence, tag, value.text, spot)
        if tag in tables.HEALTH and value.text and not is_masked(value.text):
            self._evidence.add("dicom_attribute", tables.HEALTH[tag][0], spot, Subject.PATIENT)
        if tag in (tables.PATIENT_NAME, tables.PATIENT_ID) and value.text:
            self._patient = self._patient or spot

    def finish(self) -> None:
        """Add that the data set is a patient's."""
        if self._patient is not None:
            self._evidence.add("dicom_attribute", "PATIENT_RECORD", self._patient, Subject.PATIENT)

    def _tag(self, element: Element) -> int | None:
        """The tag of the attribute around a value."""
        holder = next((at for at in element.chain() if at.name == _ATTRIBUTE), None)
        if holder is None:
            return None
        found = self._document.attributes(holder).get("tag")
        return int(found.text, 16) if found is not None and _TAG.fullmatch(found.text) else None
