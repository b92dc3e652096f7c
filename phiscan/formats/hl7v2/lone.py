r"""HL7 v2 segments without their message: in logs, one a line or record, in quoted mails.

    2024-01-02 10:00:00 INFO PID|1||77120^^^H^MR||SANDOVAL^ROSA||19441130|F
    > PV1|1|I|W^1^2
    parse error near "OBX|1|NM|4548-4^HbA1c^LN||8.1|%|||||F"

No header says which delimiters they use, so only `|^~\&` count. A name of three letters before a
bar is not enough, because tables, regular expressions and configuration have it too. The fields
have to look like those of a segment.
"""

import re
from typing import Final

_NUMBERED: Final = frozenset(b"PID NK1 GT1 IN1 PV1 OBX OBR DG1 AL1 IAM PR1 FT1 SPM TXA".split())
"""Segments whose first field is their number in the message, or empty."""
_OTHERS: Final = frozenset(
    b"EVN PD1 MRG PV2 IN2 IN3 ORC RXA RXD RXE RXG RXO SCH QRD QPD PRB".split()
)
_NAMES: Final = "|".join(sorted(name.decode() for name in _NUMBERED | _OTHERS))
MARK: Final = rf"(?:{_NAMES})\|"
"""Hyperscan expression for what may be a segment. matches "PID|"; not "PID "."""
# matches "PID" of "INFO PID|1|"; not of "APID|1|" or of "EVN|PID|NK1"
START: Final = re.compile(rf"(?<![A-Za-z0-9|^])(?:{_NAMES})(?=\|)".encode())
_LEAST_FIELDS: Final = 4
_MOST_BYTES: Final = 512
_MOST_FIELDS: Final = 24
"""The most bytes and fields of a segment that are looked at."""
_NUMBER: Final = re.compile(rb"\d{0,4}")
# A field of several components. matches "77120^^^H^MR" and "^DOE"; not "^~\\&"
_COMPOSITE: Final = re.compile(rb"\w[^^]*+\^|\^+\w")
# A day, or a moment of a day. matches "19441130", "20240102030405-0500"; not "77120"
_MOMENT: Final = re.compile(
    rb"(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d\d){0,3}"
    rb"(?:\.\d{1,4})?(?:[+-]\d{4})?"
)


def is_segment(data: bytes, at: int = 0) -> bool:
    """Whether a segment without a message begins at `at`."""
    start = START.match(data, at)
    if start is None:
        return False
    fields = data[at : at + _MOST_BYTES].splitlines()[0].split(b"|", _MOST_FIELDS)
    if len(fields) < _LEAST_FIELDS:
        return False
    if fields[0] in _NUMBERED and _NUMBER.fullmatch(fields[1]) is None:
        return False
    return any(
        _COMPOSITE.search(field) or _MOMENT.fullmatch(field.strip())
        for field in fields[1 + (fields[0] in _NUMBERED) :]
    )
