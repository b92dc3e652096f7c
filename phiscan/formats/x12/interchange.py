"""X12 health care transactions (005010 and 004010): what each segment says, and of whom.

Place decides whose a value is. The reader keeps two facts: the subject of the last name (NM1, N1),
which N3, N4, PER and REF continue, and whether the loop is a patient's, which HL, CLM, CLP, INS and
ENT open. It takes one pass without looking back.

A composite may use any delimiter behind its qualifier, because senders mix delimiters up.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap, Subject
from phiscan.formats.x12 import parties, statements, tables
from phiscan.formats.x12.loops import Loop
from phiscan.formats.x12.segments import X12Segment, interchanges, sniff
from phiscan.media_kind import Masking, MediaKind
from phiscan.words import stated

__all__ = ["read", "read_segments", "sniff"]

_TAG: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}")  # matches "NM1"; not "N", "NM1 "


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the segments of `data` say. MALFORMED if a part of it is no segment."""
    found = interchanges(data)
    gaps = [read_segments(segments, evidence) for segments in found]
    return Gap.MALFORMED if not found or any(gaps) else Gap.NONE


def read_segments(segments: Iterable[X12Segment], evidence: Evidence) -> Gap:
    """Add what the segments of one interchange say. MALFORMED if one of them is none."""
    loop, gap, ended = Loop(evidence), Gap.NONE, False
    for segment in evidence.context.timed(segments):
        if _TAG.fullmatch(segment.tag):
            _take(loop, segment)
            ended |= segment.tag == "IEA"
        elif not ended:  # behind IEA stands the rest of a mail or log that carries the interchange
            gap = Gap.MALFORMED
    return gap


def _take(loop: Loop, segment: X12Segment) -> None:
    """Add what one segment says."""
    tag = segment.tag
    handler = _HANDLERS.get(tag)
    if handler is not None:
        handler(loop, segment)
    if not loop.patient:
        return
    for number, info_type in tables.PLAIN_ELEMENTS.get(tag, {}).items():
        loop.add(info_type, segment, number, Subject.PATIENT)
    for number in tables.CODE_ELEMENTS.get(tag, ()):
        statements.code(loop, segment, number)
    for number in tables.DATE_ELEMENTS.get(tag, ()):
        if stated.is_day(segment.text(number)[:8]):
            loop.add("SERVICE_DATE", segment, number, Subject.PATIENT)
    if tag in _LOOP_STARTS:
        loop.named = None


_LOOP_STARTS: Final = frozenset("SBR SVC SV1 SV2 SV3 SVD HD EB COB UM STC HI MIA MOA".split())
"""Segments after which REF belongs to the claim, service or coverage, and not to a name."""
_HANDLERS: Final[dict[str, Callable[[Loop, X12Segment], None]]] = {
    **dict.fromkeys(("ST", "SE"), Loop.start),
    **dict.fromkeys(("LX", "LE", "LS"), Loop.number),
    **dict.fromkeys(("CLM", "CLP", "INS"), Loop.subject_of),
    **dict.fromkeys(("DTP", "DTM"), statements.date),
    **dict.fromkeys(("III", "LIN"), statements.qualified_code),
    **dict.fromkeys(("BIN", "BDS"), statements.attachment),
    **dict.fromkeys(("IK3", "AK3"), statements.copied_segment),
    **dict.fromkeys(("IK4", "AK4"), statements.copied_element),
    "HL": Loop.level,
    "ENT": Loop.remitter,
    "NM1": parties.name,
    "N1": parties.party,
    "N2": parties.more_name,
    "N3": parties.street,
    "N4": parties.city,
    "PER": parties.contact,
    "REF": parties.reference,
    "DMG": statements.demographics,
    "PAT": statements.patient_information,
    "RMR": statements.remittance,
    "PLB": statements.adjustment,
    "CTX": statements.context,
}


def _longest(info_type: str) -> int:
    return 15 if info_type == "US_ZIP_CODE" else 80  # data elements 116, 67 and 1036


MEDIA: Final = MediaKind("x12", read, names_providers=True, masking=Masking(longest=_longest))
