"""Targets of DICOMweb: which patient or study a request asks for (PS3.18).

    /studies?00100020=77301452                  QIDO-RS, by tag or by keyword (section 8.3.4)
    /studies?PatientName=RUIZ*&StudyDate=20240301
    /studies/1.2.840.../series/1.2.840...       WADO-RS, STOW-RS (section 10)
    ?requestType=WADO&studyUID=1.2.840...       WADO-URI (section 9)

What a parameter says is what the attribute of a data set says. The UID of a study is a unique code,
and alone it names no patient, as in a data set.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from phiscan import checks
from phiscan.evidence import Evidence
from phiscan.formats.dicom import tables
from phiscan.formats.dicom.attributes import DataSet
from phiscan.syntax.targets import Part, Target

_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")  # matches "00100010"; not "0010,0010", "limit"
# matches "1.2.840.113619.2.176.2025"; not "2.1.0", a version
_UID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9]\d{0,38})){4,31}")
_DOTTED: Final = re.compile(r"[\d.]{3,64}")  # matches "1.2.3"; not "12"
# A range of days (PS3.4 section C.2.2.2.5.1). matches "19610401-19610430" and "-19610430"
_RANGE: Final = re.compile(r"(\d{8})?-(\d{8})?")
_DATES: Final = frozenset(("DATE_OF_BIRTH", "DATE_OF_DEATH", "SERVICE_DATE"))
_YEAR: Final = 364
"""Days. A longer range says no more than a year, which 164.514(b)(2)(i)(C) allows."""
_STUDY, _SERIES, _INSTANCE = 0x0020000D, 0x0020000E, 0x00080018
_COLLECTIONS: Final = {"studies": _STUDY, "series": _SERIES, "instances": _INSTANCE}
"""Segments of a path, and the attribute that holds the UID behind each."""
_UIDS: Final = frozenset(_COLLECTIONS.values())
_KEYWORDS: Final = {
    "PatientName": tables.PATIENT_NAME,
    "PatientID": tables.PATIENT_ID,
    "PatientBirthDate": 0x00100030,
    "OtherPatientIDs": 0x00101000,
    "OtherPatientNames": 0x00101001,
    "PatientBirthName": 0x00101005,
    "PatientMotherBirthName": 0x00101060,
    "PatientAddress": 0x00101040,
    "PatientTelephoneNumbers": 0x00102154,
    "ResponsiblePerson": 0x00102297,
    "AccessionNumber": 0x00080050,
    "AdmissionID": 0x00380010,
    "StudyDate": 0x00080020,
    "StudyID": 0x00200010,
    "ReferringPhysicianName": 0x00080090,
    "StudyInstanceUID": _STUDY,
    "SeriesInstanceUID": _SERIES,
    "SOPInstanceUID": _INSTANCE,
    "studyUID": _STUDY,
    "seriesUID": _SERIES,
    "objectUID": _INSTANCE,
}
"""Names of parameters and their attribute: keywords of PS3.6, and those of WADO-URI."""


def is_parameter(name: str) -> bool:
    """Whether `name` is a tag or a keyword that says something of a patient or a study."""
    return _tag(name) in tables.TAGS


def read(target: Target, evidence: Evidence) -> None:
    """Add what a target says of a patient or a study."""
    found = [*_of_path(target.path), *_of_query(target.query)]
    # a search for a day names nobody, but beside a patient's name the day is that patient's
    if all(tables.TAGS[tag][0] == "SERVICE_DATE" for tag, _ in found):
        return
    attributes = DataSet(evidence)
    for tag, part in found:
        attributes.add(tag, part.value, part.location)
    attributes.finish()


def _of_path(path: Sequence[Part]) -> Iterator[tuple[int, Part]]:
    for before, part in pairwise(path):
        tag = _COLLECTIONS.get(before.value)
        if tag is not None and _UID.fullmatch(part.value):
            yield tag, part


def _of_query(query: Sequence[Part]) -> Iterator[tuple[int, Part]]:
    for part in query:
        tag = _tag(part.name)
        value = part.value.strip("*? ")
        if tag not in tables.TAGS or not value:
            continue
        info_type, _ = tables.TAGS[tag]
        if tag in _UIDS and not _DOTTED.fullmatch(value.partition(",")[0]):
            continue
        if info_type in _DATES and _is_long(value):
            continue
        yield tag, part._replace(value=value)


def _tag(name: str) -> int:
    """The tag of the last attribute that a parameter names, or 0."""
    last = name.rpartition(".")[2]
    return int(last, 16) if _TAG.fullmatch(last) else _KEYWORDS.get(last, 0)


def _is_long(value: str) -> bool:
    """Whether a value is a range of days that says no more than a year."""
    span = _RANGE.fullmatch(value)
    if span is None:
        return False
    first, last = (_day(day) for day in span.groups())
    return first is None or last is None or not 0 <= (last - first).days < _YEAR


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text and checks.calendar_date(text) else None
