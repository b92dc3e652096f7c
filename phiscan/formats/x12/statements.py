"""What X12 segments say of a patient: dates, codes, claims, attachments, acknowledged errors."""

import re
from typing import Final

from phiscan import checks
from phiscan.evidence import Nested
from phiscan.finding import Subject
from phiscan.formats.x12 import tables
from phiscan.formats.x12.loops import Loop
from phiscan.formats.x12.segments import LENGTHS, X12Segment
from phiscan.words import stated
from phiscan.words.labels import is_masked

# Qualifier, delimiter, code, and perhaps a format and a date. matches "ABK:E119",
# "BH:11:D8:20240102"; not "ABK"
_COMPOSITE: Final = re.compile(
    rb"\s*([A-Z0-9]{1,3})([^\w\s])([\w.]+)(?:\2(\w*)\2([\d-]*))?", re.IGNORECASE
)


def demographics(loop: Loop, segment: X12Segment) -> None:
    """Read DMG, which no provider's loop has: a date of birth."""
    if stated.is_birth_or_death(segment.text(2)):
        loop.add("DATE_OF_BIRTH", segment, 2, Subject.PATIENT)


def patient_information(loop: Loop, segment: X12Segment) -> None:
    """Read PAT: the date of death in PAT-06."""
    loop.named = None
    loop.death(segment, 6)


def date(loop: Loop, segment: X12Segment) -> None:
    """Read DTP or DTM in a patient's loop.

    DTP has qualifier, format, value; DTM has qualifier, value, ..., format, period.
    """
    for number in (3,) if segment.tag == "DTP" else (2, 6):
        value = segment.text(number)
        short = segment.text(number - 1) in ("D6", "RD6", "DB") and value[:6].isdigit()
        if loop.patient and (short or _is_day(value)):
            info_type = "DATE_OF_DEATH" if segment.text(1) in tables.DEATH_DATES else "SERVICE_DATE"
            loop.add(info_type, segment, number, Subject.PATIENT)


def _is_day(value: str) -> bool:
    """Whether a date, a time or a range (RD8) begins with a day."""
    return stated.is_day(value) or stated.is_day(value[:8])


def code(loop: Loop, segment: X12Segment, number: int) -> None:
    """Read a composite: a qualifier, a code, and in HI a date behind its format."""
    if number >= len(segment.elements):
        return
    match = _COMPOSITE.match(segment.elements[number])
    if match is None:
        return
    qualifier, code = match[1].decode().upper(), match[3].decode("latin-1").upper()
    info_type, at = tables.CODES.get(qualifier), segment.at(number)
    loop.component(
        info_type or "",
        segment,
        f"{number:02d}.2",
        (at + match.start(3), at + match.end(3), code),
    )
    if match[5] and _is_day(match[5].decode()):
        birth = qualifier == "BH" and code in tables.BIRTH_OCCURRENCES
        day = (at + match.start(5), at + match.end(5), match[5].decode())
        loop.component(
            "DATE_OF_BIRTH" if birth else "SERVICE_DATE", segment, f"{number:02d}.4", day
        )


def qualified_code(loop: Loop, segment: X12Segment) -> None:
    """Read III (qualifier, code) of a 270 or 271, or LIN (number, qualifier, code) of a claim."""
    number = 1 if segment.tag == "III" else 2
    info_type = tables.CODES.get(segment.text(number))
    if info_type and loop.patient:
        loop.add(info_type, segment, number + 1, Subject.PATIENT)


def remittance(loop: Loop, segment: X12Segment) -> None:
    """Read RMR of an 820: the number for which a person's premium is paid."""
    info_type = tables.REMITTANCES.get(segment.text(1))
    if info_type and loop.patient:
        loop.add(info_type, segment, 2, Subject.PATIENT)


def adjustment(loop: Loop, segment: X12Segment) -> None:
    """Read PLB of an 835: pairs of a composite (reason, reference) and an amount."""
    loop.number(segment)
    for number in range(3, min(len(segment.elements), 14), 2):
        match = _COMPOSITE.match(segment.elements[number])
        if match is not None and match[1].decode().upper() in tables.CLAIM_ADJUSTMENTS:
            at = segment.at(number) + match.start(3)
            value = (at, at + len(match[3]), match[3].decode("latin-1"))
            loop.component("ACCOUNT_NUMBER", segment, f"{number:02d}.2", value)


def attachment(loop: Loop, segment: X12Segment) -> None:
    """Nest the document in BIN or BDS of a 275. It is of any kind, often a CDA."""
    number = LENGTHS[segment.tag.encode()] + 1
    if number < len(segment.elements) and not is_masked(segment.text(number)):
        loop.evidence.nested.append(Nested(segment.elements[number], segment.location(number)))


def copied_segment(loop: Loop, segment: X12Segment) -> None:
    """Read IK3 or AK3: the segment with the errors that follow, and the loop that it is in."""
    is_providers = segment.text(3).startswith(tables.PROVIDERS_LOOPS)
    loop.copied = "" if is_providers else segment.text(1)


def copied_element(loop: Loop, segment: X12Segment) -> None:
    """Read IK4-04 or AK4-04: a copy of the element in error."""
    position = re.match(r"\d+", segment.text(1))
    info_type = tables.ECHOED.get((loop.copied, int(position[0]) if position else 0))
    value = segment.text(4)
    is_providers = info_type == tables.MEMBER and checks.npi(value)
    if info_type and value and not is_providers and loop.transaction in tables.ACKNOWLEDGEMENTS:
        subject = Subject.PATIENT if loop.copied in tables.PATIENTS_SEGMENTS else Subject.PERSON
        _claimed(loop, segment, info_type)
        loop.add(info_type, segment, 4, subject)


def context(loop: Loop, segment: X12Segment) -> None:
    """Read CTX-01 of a 999: the claim or member in error."""
    first = segment.elements[1] if len(segment.elements) > 1 else b""
    match = re.match(rb"([A-Z0-9 ]{5,40})([^\w\s])(.+)", first, re.IGNORECASE)
    info_type = tables.CONTEXTS.get(match[1].decode().upper().rpartition(" ")[2]) if match else None
    if match and info_type:
        at = segment.at(1) + match.start(3)
        _claimed(loop, segment, info_type)
        loop.component(
            info_type,
            segment,
            "01.2",
            (at, at + len(match[3]), match[3].decode("utf-8", "replace")),
        )


def _claimed(loop: Loop, segment: X12Segment, info_type: str) -> None:
    """Say that a rejected claim is about somebody, unless only a sender's own number tells it.

    A claim's control number alone says that a file had a fault, and nothing of anybody's health.
    """
    if info_type not in tables.CONTROL_NUMBERS:
        loop.claim(segment)
