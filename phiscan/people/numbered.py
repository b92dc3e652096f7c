"""Words of medicine beside a date of birth or a number of a person are about that person.

An article that names a condition has neither. A record of staff has a date of birth and the name of
a department, so words that are departments too do not count, nor does what a label calls a
department, a role or a topic.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from phiscan.detectors import terms
from phiscan.evidence import Evidence
from phiscan.finding import Subject
from phiscan.identifiers import Trait, having
from phiscan.words.medical_terms import DEPARTMENT

_WORDS: Final = frozenset(d.name for d in terms.DETECTORS) | {"icd10_labelled", "drug_strength"}
_MARKS: Final = having(Trait.MARKS_A_PERSON)
_NEAR: Final = 400
"""Bytes between such a number and a word of medicine in the same record."""
# A label of work, study or goods. matches '"department": "', "jobTitle=", "specialty: "
_LABEL: Final = re.compile(
    rb"(?:department|dept|division|unit|ward|team|role|title|position|job|occupation|profession"
    rb"|speciali?ty|specialties|course|subject|topic|topics|tag|tags|interest|interests|category"
    rb"|employer|company|organi[sz]ation|skills?|certifications?|licen[cs]e|degree|major|training"
    rb"|cost_?center|business_?unit|service_?line)[a-z_]{0,12}[\"']?\s{0,2}[:=>]\s{0,2}[\[\"']{0,3}"
    rb"[^\"'\n:=<>]{0,60}\Z",
    re.IGNORECASE,
)
_LABEL_BYTES: Final = 100


def settle(data: bytes, evidence: Evidence) -> None:
    """Say of words of medicine near such a number of a person that they are about that person."""
    marks = sorted(
        finding.location.start
        for finding in evidence.findings
        if finding.info_type in _MARKS
        and finding.subject is Subject.PERSON
        and finding.location.start >= 0
    )
    if not marks:
        return
    for number in list(_told(data, evidence, marks)):
        theirs = evidence.findings[number]._replace(subject=Subject.PATIENT)
        evidence.findings[number] = theirs


def _told(data: bytes, evidence: Evidence, marks: list[int]) -> Iterator[int]:
    """The numbers of the findings that are about a person with a mark."""
    for number, finding in enumerate(evidence.findings):
        start, end = finding.location.start, finding.location.end
        if finding.detector not in _WORDS or finding.subject is not Subject.NOBODY:
            continue
        at = bisect_left(marks, start - _NEAR)
        if (
            start >= 0
            and at < len(marks)
            and marks[at] <= end + _NEAR
            and DEPARTMENT.fullmatch(data[start:end]) is None
            and _LABEL.search(data[max(0, start - _LABEL_BYTES) : start]) is None
        ):
            yield number
