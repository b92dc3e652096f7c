"""The meaning of the attributes of a DICOM data set, from PS3.10 files, JSON, XML or dumps."""

import re

from phiscan.evidence import Evidence
from phiscan.finding import Likelihood, Location, Subject
from phiscan.formats.dicom import tables
from phiscan.words import stated
from phiscan.words.labels import is_masked, read_label


def shown(tag: int) -> str:
    """A tag as the standard writes it: (0010,0010)."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


class DataSet:
    """Collects the attributes of a data set. `finish` adds that it is a patient's record."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._patient: Location | None = None

    def add(self, tag: int, value: str, location: Location, concept: str = "") -> None:
        """Add what one attribute says. `concept` names a content item (PS3.3 C.17.3)."""
        self._identify(tag, value, location, concept)
        if tag in tables.HEALTH and value and not is_masked(value):
            self._evidence.add("dicom_attribute", tables.HEALTH[tag][0], location, Subject.PATIENT)
        if tag in (tables.PATIENT_NAME, tables.PATIENT_ID) and value:
            self._patient = self._patient or location

    def finish(self) -> None:
        """Add that the data set is a patient's, if an attribute said so."""
        if self._patient is not None:
            self._evidence.add("dicom_attribute", "PATIENT_RECORD", self._patient, Subject.PATIENT)

    def _identify(self, tag: int, value: str, location: Location, concept: str) -> None:
        if tag == tables.SPECIFIC_PERSON:
            info_type, subject = "PERSON_NAME", read_label(concept).subject or Subject.PERSON
        elif tag in tables.TAGS:
            info_type, subject = tables.TAGS[tag]
        else:
            return
        if _says_something(info_type, value):
            # A UID is no name. Alone it only tells studies apart; beside a patient's name it is
            # that patient's.
            likelihood = (
                Likelihood.POSSIBLE if info_type == "UNIQUE_CODE" else Likelihood.VERY_LIKELY
            )
            self._evidence.add("dicom_attribute", info_type, location, subject, likelihood)


def _says_something(info_type: str, value: str) -> bool:
    text = value.strip(" ^=")
    if stated.is_nothing(text) or stated.is_nothing(text.partition("^")[0]):
        return False
    if info_type == "AGE_OVER_89":
        # value representation AS: nnnY. matches "094Y"; not "089Y"
        return re.fullmatch(r"0?9\dY|1[01]\dY", text) is not None
    if info_type in ("DATE_OF_BIRTH", "DATE_OF_DEATH"):
        return stated.is_birth_or_death(text)
    return info_type != "SERVICE_DATE" or stated.is_day(text) or stated.is_day(text[:8])
