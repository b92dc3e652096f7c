"""Other spellings of a value that is masked: what a redaction would leave of `512-44-9031` under a key that says nothing, `512449031`.

A scan does not look for them, because clean traffic would pay; a redaction knows the values and looks once. Numbers count by
their digits and letters, names by their words in either order. What is short or common is left alone: one word of a name is a
word, five digits are any five.

Cost: one walk over the document's words (`phiscan.people.patient_repeats`), however many values it has.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from phiscan.finding import Finding
from phiscan.identifiers import INFO_TYPES, Spelling
from phiscan.people import patient_repeats
from phiscan.words.labels import is_masked

_GROUPS: Final[Mapping[Spelling, tuple[tuple[int, ...], tuple[bytes, ...]]]] = {
    Spelling.SSN: ((3, 2, 4), (b"%b-%b-%b", b"%b %b %b")),
    Spelling.PHONE: ((3, 3, 4), (b"%b-%b-%b", b"%b.%b.%b", b"%b %b %b", b"(%b) %b-%b")),
    Spelling.MBI: ((4, 3, 4), (b"%b-%b-%b", b"%b %b %b")),
}
"""How long the groups of a number are, and how they are written."""
_SPELLINGS: Final = {name: info_type.spelling for name, info_type in INFO_TYPES.items()}
_LEAST_SIGNS, _LEAST_DIGITS = 7, 5
"""Of a number that has no groups."""
_SIGN: Final = re.compile(rb"[0-9a-z]")
_NAME_WORD: Final = re.compile(rb"[a-z\x80-\xff][a-z'\x80-\xff-]+")
_NAME_ORDERS: Final = (b"%b %b", b"%b, %b", b"%b,%b", b"%b^%b")
_LEAST_NAME: Final = 7
"""Bytes of a first and a last name."""


def others(data: bytes, findings: Iterable[Finding]) -> Iterator[tuple[int, int]]:
    """Ranges of `data` that spell a found value, its own included. Of a name each word: what is
    between belongs to the format."""
    values = set(_values(data, list(findings)))
    lowered = data.lower()
    for at, value in patient_repeats.places(lowered, values):
        if not patient_repeats.whole_word(data, at, len(value)):
            continue
        if _is_name(value):
            yield from ((at + word.start(), at + word.end()) for word in _NAME_WORD.finditer(value))
        else:
            yield at, at + len(value)


def _values(data: bytes, findings: list[Finding]) -> Iterator[bytes]:
    """All spellings of the found values, in small letters."""
    for finding in findings:
        value = data[finding.location.start : finding.location.end].lower()
        spelling = _spelling(finding)
        if spelling is Spelling.NAME:
            yield from _names(_NAME_WORD.findall(value))
        elif spelling is not Spelling.AS_IS:
            yield from _numbers(spelling, value)
    named = [f for f in findings if _spelling(f) is Spelling.NAME]
    for one, two in pairwise(named):  # a first and a last name in fields of their own
        if (
            one.location.field
            and one.location.field.rpartition(".")[0] == two.location.field.rpartition(".")[0]
        ):
            parts = (data[f.location.start : f.location.end].lower() for f in (one, two))
            yield from _names([word for part in parts for word in _NAME_WORD.findall(part)[:1]])


def _spelling(finding: Finding) -> Spelling:
    """How else a finding's value may be written. Of an organisation's own infoType nothing is
    known."""
    return _SPELLINGS.get(finding.info_type, Spelling.AS_IS)


def _numbers(spelling: Spelling, value: bytes) -> Iterator[bytes]:
    if is_masked(value.decode("latin-1").upper()):
        return
    signs = b"".join(_SIGN.findall(value))
    if spelling in _GROUPS:
        (first, second, third), forms = _GROUPS[spelling]
        signs = signs[-(first + second + third) :]  # a country's code stands before a phone number
        if len(signs) == first + second + third:
            yield signs
            groups = signs[:first], signs[first : first + second], signs[first + second :]
            yield from (form % groups for form in forms)
    elif spelling is Spelling.EMAIL:
        yield value
    elif (
        len(signs) >= _LEAST_SIGNS and sum(sign in b"0123456789" for sign in signs) >= _LEAST_DIGITS
    ):
        yield from {signs, value}


def _names(words: list[bytes]) -> Iterator[bytes]:
    """A first and a last name in either order."""
    if (
        len(words) < 2
        or len(words[0]) + len(words[-1]) < _LEAST_NAME
        or is_masked(words[0].decode("latin-1").upper())
    ):
        return
    for pair in ((words[0], words[-1]), (words[-1], words[0])):
        yield from (order % pair for order in _NAME_ORDERS)


def _is_name(value: bytes) -> bool:
    return not any(sign in b"0123456789@" for sign in value)
