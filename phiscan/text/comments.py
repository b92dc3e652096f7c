"""Comments of XML and HTML, as detectors see them: without their marks, and without dates.

A comment's date is that of a template, a change or a program, and about nobody. A date of birth
with its label stays, because no program has one.

Cost: linear. A comment without an end goes to the end of the document.
"""

import re
from typing import Final

_OPEN: Final = b"<!--"
_CLOSE: Final = b"-->"
_MONTH: Final = rb"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
# matches "2024-02-03", "2/3/24", "20240203", "Feb 3rd, 2024", "3 Feb 2024"; not "3.1", "12345678"
_DATE: Final = re.compile(
    rb"\b(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|(?:19|20)\d{6}|"
    + _MONTH
    + rb" \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2}(?:st|nd|rd|th)?[ -]"
    + _MONTH
    + rb"[ -]\d{4})(?!\d)",
    re.IGNORECASE,
)
# What stands before a date of birth.
# matches "DOB: ", "date of birth was ", "born "; not "DOB 1950, seen "
_BIRTH: Final = re.compile(rb"(?:birth\w{0,8}|\bborn|\bd\.?o\.?b\.?)[^\d<>]{0,16}\Z", re.IGNORECASE)
_BEFORE: Final = 32
"""Bytes before a date in which its label may begin."""


def blanked(data: bytes) -> bytes:
    """Return markup of the same length, with blanks for the marks and the dates of its comments.

    The marks go because `--` is no part of a name.
    """
    pieces: list[bytes] = []
    at = 0
    while (start := data.find(_OPEN, at)) >= 0:
        end = data.find(_CLOSE, start + len(_OPEN))
        end = len(data) if end < 0 else end
        pieces += data[at:start], b" " * len(_OPEN), _undated(data[start + len(_OPEN) : end])
        at = min(len(data), end + len(_CLOSE))
        pieces.append(b" " * (at - end))
    return b"".join((*pieces, data[at:]))


def _undated(comment: bytes) -> bytes:
    return _DATE.sub(_blanks_unless_of_birth, comment)


def _blanks_unless_of_birth(date: re.Match[bytes]) -> bytes:
    before = date.string[max(0, date.start() - _BEFORE) : date.start()]
    return date[0] if _BIRTH.search(before) is not None else b" " * len(date[0])
