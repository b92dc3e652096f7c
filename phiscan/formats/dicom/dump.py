"""DICOM data sets as tools print them: one attribute a line, its value in brackets or quotes.

(0010,0010) PN [Ruiz^Ana]       #   8, 1 PatientName          dcmdump, gdcmdump
(0010, 0010) Patient's Name     PN: 'Ruiz^Ana'                pydicom
132: (0010,0010) PN #8 [Ruiz^Ana] PatientName                 dcm4che
"""

import re
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Location
from phiscan.formats.dicom.attributes import DataSet, shown

# The name or the ID of a patient. matches "(0010,0010)", "(0010, 0020)"; not "(0010,0030)"
_PATIENT: Final = re.compile(rb"\(0010, ?00[12]0\)")
# matches "[Ruiz^Ana]" and " 'Ruiz^Ana'"; not "Patient's"
_VALUE: Final = rb"""(?:\[([^\]\n\r]+)\]|(?<=[ :])'([^'\n\r]+)'|(?<=[ :])"([^"\n\r]+)")"""
# A tag, up to 80 characters of description, a value. matches the lines above; not "(0010,0010) PN"
_LINE: Final = re.compile(
    rb"""\(([0-9A-Fa-f]{4}), ?([0-9A-Fa-f]{4})\)(?:[^\[\n\r'"()]|'s\b|\([^()\n\r]{0,40}\)){0,80}?"""
    + _VALUE
)


def read(data: bytes, evidence: Evidence) -> None:
    """Add what a text's attributes say, if it has a patient's name or ID among them."""
    if b"(0010," not in data or _PATIENT.search(data) is None:
        return
    attributes = DataSet(evidence)
    for match in evidence.context.timed(_LINE.finditer(data)):
        tag = int(match[1] + match[2], 16)
        start, end = match.span(match.lastindex or 0)
        value = data[start:end].decode("utf-8", "replace").strip()
        attributes.add(tag, value, Location(shown(tag), start, end))
    attributes.finish()
