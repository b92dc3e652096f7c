"""DICOM data sets as XML: the Native DICOM Model (PS3.19 annex A.1).

DICOMweb sends it as `application/dicom+xml`. An attribute is an element that names its tag. The
values are elements in it, and the parts of a person's name are elements in a value.
"""

import re
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Location
from phiscan.formats.dicom.attributes import DataSet, shown
from phiscan.syntax.xml_elements import Document, Element
from phiscan.syntax.xml_values import text

NAMESPACE: Final = "dicom.nema.org/PS3.19"
_ATTRIBUTE: Final = "DicomAttribute"
_VALUES: Final = frozenset("Value FamilyName GivenName MiddleName".split())
"""Elements that hold a value, or a part of a name."""
_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")  # matches "00100010"; not "0010,0010"


class DicomXmlReader:
    """Reads values in the order in which their elements close."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._attributes = DataSet(evidence)

    def element(self, element: Element) -> None:
        """Add what one element says."""
        value = text(self._document, element) if element.name in _VALUES else None
        tag = self._tag(element) if value is not None else None
        if value is None or tag is None:
            return
        self._attributes.add(tag, value.text, Location(shown(tag), value.start, value.end))

    def finish(self) -> None:
        """Add that the data set is a patient's record, if an attribute said so."""
        self._attributes.finish()

    def _tag(self, element: Element) -> int | None:
        """The tag of the attribute around a value."""
        holder = next((at for at in element.chain() if at.name == _ATTRIBUTE), None)
        if holder is None:
            return None
        found = self._document.attributes(holder).get("tag")
        return int(found.text, 16) if found is not None and _TAG.fullmatch(found.text) else None
