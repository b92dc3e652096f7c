"""What X12 segments say of a patient: dates, codes, claims, attachments, and the copies in acknowledgements."""

import re
from typing import Final

from phiscan import checks
from phiscan.evidence import Nested
from phiscan.finding import Subject
from phiscan.formats.x12 import tables
from phiscan.formats.x12.loops import Loop
from phiscan.formats.x12.segments import LENGTHS, X12Segment
from phiscan.words.labels import is_masked

_COMPOSITE: Final = re.compile(rb"\s*([A-Z0-9]{1,3})([^\w\s])([\w.]+)(?:\2(\w*)\2([\d-]*))?")


def demographics(loop: Loop, segment: X12Segment) -> None:
    """DMG stands in no provider's loop."""
    if segment.text(2)[:8].isdigit():
        loop.add("DATE_OF_BIRTH", segment, 2, Subject.PATIENT)


def patient_information(loop: Loop, segment: X12Segment) -> None:
    """PAT: date of death in PAT-06."""
    loop.named = None
    loop.death(segment, 6)


def date(loop: Loop, segment: X12Segment) -> None:
    """DTP (qualifier, format, value) and DTM (qualifier, value, ..., format, period) inside of
    a patient's loop."""
    for number in (3,) if segment.tag == "DTP" else (2, 6):
        value = segment.text(number)
        short = segment.text(number - 1) in ("D6", "RD6", "DB") and value[:6].isdigit()
        if loop.patient and (short or checks.calendar_date(value[:8])):
            info_type = "DATE_OF_DEATH" if segment.text(1) in tables.DEATH_DATES else "SERVICE_DATE"
            loop.add(info_type, segment, number, Subject.PATIENT)


def code(loop: Loop, segment: X12Segment, number: int) -> None:
    """A composite: qualifier, code, and in HI a date behind its format."""
    if number >= len(segment.elements):
        return
    match = _COMPOSITE.match(segment.elements[number])
    if match is None:
        return
    qualifier, code = match[1].decode(), match[3].decode("latin-1")
    info_type, at = tables.CODES.get(qualifier), segment.at(number)
    loop.component(
        info_type or "",
        segment,
        f"{number:02d}.2",
        (at + match.start(3), at + match.end(3), code),
    )
    if match[5] and checks.calendar_date(match[5][:8].decode()):
        birth = qualifier == "BH" and code in tables.BIRTH_OCCURRENCES
        day = (at + match.start(5), at + match.end(5), match[5].decode())
        loop.component(
            "DATE_OF_BIRTH" if birth else "SERVICE_DATE", segment, f"{number:02d}.4", day
        )


def qualified_code(loop: Loop, segment: X12Segment) -> None:
    """III (qualifier, code) of a 270 and 271, LIN (number, qualifier, code) of a claim."""
    number = 1 if segment.tag == "III" else 2
    info_type = tables.CODES.get(segment.text(number))
    if info_type and loop.patient:
        loop.add(info_type, segment, number + 1, Subject.PATIENT)


def remittance(loop: Loop, segment: X12Segment) -> None:
    """RMR (820): what a person's premium is paid for."""
    info_type = tables.REMITTANCES.get(segment.text(1))
    if info_type and loop.patient:
        loop.add(info_type, segment, 2, Subject.PATIENT)


def adjustment(loop: Loop, segment: X12Segment) -> None:
    """PLB (835): pairs of a composite (reason, reference) and an amount."""
    loop.number(segment)
    for number in range(3, min(len(segment.elements), 14), 2):
        match = _COMPOSITE.match(segment.elements[number])
        if match is not None and match[1].decode() in tables.CLAIM_ADJUSTMENTS:
            at = segment.at(number) + match.start(3)
            value = (at, at + len(match[3]), match[3].decode("latin-1"))
            loop.component("ACCOUNT_NUMBER", segment, f"{number:02d}.2", value)


def attachment(loop: Loop, segment: X12Segment) -> None:
    """BIN, BDS (275): a document of any kind, often a CDA."""
    number = LENGTHS[segment.tag.encode()] + 1
    if number < len(segment.elements) and not is_masked(segment.text(number)):
        loop.evidence.nested.append(Nested(segment.elements[number], segment.location(number)))


def copied_segment(loop: Loop, segment: X12Segment) -> None:
    """IK3, AK3: which segment the errors that follow are in."""
    loop.copied = segment.text(1)


def copied_element(loop: Loop, segment: X12Segment) -> None:
    """IK4-04, AK4-04: a copy of the bad element."""
    position = re.match(r"\d+", segment.text(1))
    info_type = tables.ECHOED.get((loop.copied, int(position[0]) if position else 0))
    if info_type and segment.text(4) and loop.transaction in tables.ACKNOWLEDGEMENTS:
        subject = Subject.PATIENT if loop.copied in tables.PATIENTS_SEGMENTS else Subject.PERSON
        loop.claim(segment)
        loop.add(info_type, segment, 4, subject)


def context(loop: Loop, segment: X12Segment) -> None:
    """CTX-01 (999): which claim or member is in error."""
    first = segment.elements[1] if len(segment.elements) > 1 else b""
    match = re.match(rb"([A-Z0-9 ]{5,40})([^\w\s])(.+)", first)
    info_type = tables.CONTEXTS.get(match[1].decode().rpartition(" ")[2]) if match else None
    if match and info_type:
        at = segment.at(1) + match.start(3)
        loop.claim(segment)
        loop.component(
            info_type,
            segment,
            "01.2",
            (at, at + len(match[3]), match[3].decode("utf-8", "replace")),
        )
