"""Targets of openEHR's REST interface: whose record a request asks for (ITS-REST 1.0.3).

    /ehr/7d44b88c-4199-4bad-97dc-d78268e01398/composition/...::system::1
    /ehr?subject_id=77301452&subject_namespace=hospital
    /query/org.openehr::bps/1.0.0?ehr_id=7d44b88c-4199-4bad-97dc-d78268e01398

An EHR is the record of one patient, so its id is PHI as the id of a FHIR Patient is. Templates and
stored queries are nobody's.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from phiscan.evidence import Evidence
from phiscan.finding import Subject
from phiscan.formats.fhir.targets import looks_issued
from phiscan.syntax.targets import Part, Target
from phiscan.words.labels import is_masked

_DETECTOR: Final = "openehr_target"
_COLLECTION: Final = "ehr"
_EHR: Final = "ehr_id"
_SUBJECT: Final = "subject_id"
_NAMESPACE: Final = "subject_namespace"
_PARAMETERS: Final = frozenset((_EHR, _SUBJECT, _NAMESPACE))
# matches "7d44b88c-4199-4bad-97dc-d78268e01398"; not "{ehr_id}", "7d44b88c"
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class _Said(NamedTuple):
    info_type: str
    part: Part


def is_parameter(name: str) -> bool:
    """Whether a query may have a parameter of this name that says something of a patient."""
    return name in _PARAMETERS


def read(target: Target, evidence: Evidence) -> None:
    """Add whose record a target names. Somebody made the request, so the id is somebody's."""
    _add(_said(target), evidence, Subject.PATIENT)


def read_mentioned(target: Target, evidence: Evidence, subject: Subject) -> bool:
    """Add the ids in a target that a text mentions, and which look like issued ones.

    Args:
        target: the target.
        evidence: where the findings go.
        subject: PATIENT for a value of data, PERSON for a mention in prose.

    Returns:
        Whether it has such an id.
    """
    issued = [each for each in _said(target) if looks_issued(each.part.value)]
    _add(issued, evidence, subject)
    return bool(issued)


def _said(target: Target) -> list[_Said]:
    return [*_of_path(target.path), *_of_query(target.query)]


def _of_path(path: Sequence[Part]) -> Iterator[_Said]:
    for before, part in pairwise(path):
        if before.value == _COLLECTION and _UUID.fullmatch(part.value):
            yield _Said("PATIENT_REFERENCE", part)


def _of_query(query: Sequence[Part]) -> Iterator[_Said]:
    has_namespace = any(part.name == _NAMESPACE and part.value for part in query)
    for part in query:
        is_record = part.name == _EHR and _UUID.fullmatch(part.value) is not None
        is_subject = part.name == _SUBJECT and has_namespace and _is_number(part.value)
        if is_record or is_subject:
            yield _Said("MEDICAL_RECORD_NUMBER", part)  # as the label `ehr_id` says elsewhere


def _is_number(value: str) -> bool:
    """Whether a value is the number of a subject, and no template or mask."""
    return value.strip("*") != "" and "{" not in value and not is_masked(value)


def _add(said: Sequence[_Said], evidence: Evidence, subject: Subject) -> None:
    for info_type, part in said:
        evidence.add(_DETECTOR, info_type, part.location, subject)
    if said and subject is Subject.PATIENT and "PATIENT_RECORD" not in evidence.told:
        # once for each document: a log has thousands of targets
        evidence.told.add("PATIENT_RECORD")
        evidence.add(_DETECTOR, "PATIENT_RECORD", said[0].part.location, Subject.PATIENT)
