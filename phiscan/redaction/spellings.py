"""Finds other spellings of the values to mask, such as `512449031` for `512-44-9031`.

Without this, a redaction would leave `512449031` under a key that says nothing. A scan does not
look for such spellings, because every clean document would pay for it. A redaction knows the values
and looks for them once.

Numbers are compared by their digits and letters, names by their words in either order. Short values
are not looked for: one word of a name may be any word, and five digits may be any number.

Cost: one walk over the words of the document (`phiscan.people.patient_repeats`) for all values
together.
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
"""The lengths of a number's groups, and the forms in which the groups are written."""
_SPELLINGS: Final = {name: info_type.spelling for name, info_type in INFO_TYPES.items()}
_LEAST_SIGNS, _LEAST_DIGITS = 7, 5
"""The least letters and digits, and the least digits, of a number without groups."""
_SIGN: Final = re.compile(rb"[0-9a-z]")
# matches b"o'neil" and b"ruiz-diaz"; not b"j", an initial
_NAME_WORD: Final = re.compile(rb"[a-z\x80-\xff][a-z'\x80-\xff-]+")
_NAME_ORDERS: Final = (b"%b %b", b"%b, %b", b"%b,%b", b"%b^%b")
_LEAST_NAME: Final = 7
"""The least bytes of a first and a last name together."""


def others(data: bytes, findings: Iterable[Finding]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of `data` that spell a found value, including the found one.

    For a name, yields a range for each word, because what is between the words belongs to the
    format.
    """
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
    """Yield all spellings of the found values, in lower case."""
    for finding in findings:
        value = data[finding.location.start : finding.location.end].lower()
        spelling = _spelling(finding)
        if spelling is Spelling.NAME:
            yield from _names(_NAME_WORD.findall(value))
        elif spelling is not Spelling.AS_IS:
            yield from _numbers(spelling, value)
    named = [f for f in findings if _spelling(f) is Spelling.NAME]
    for one, two in pairwise(named):  # a first and a last name in two fields of one object
        if (
            one.location.field
            and one.location.field.rpartition(".")[0] == two.location.field.rpartition(".")[0]
        ):
            parts = (data[f.location.start : f.location.end].lower() for f in (one, two))
            yield from _names([word for part in parts for word in _NAME_WORD.findall(part)[:1]])


def _spelling(finding: Finding) -> Spelling:
    """Return how else the value may be written. AS_IS for an infoType that a user defined."""
    return _SPELLINGS.get(finding.info_type, Spelling.AS_IS)


def _numbers(spelling: Spelling, value: bytes) -> Iterator[bytes]:
    if is_masked(value.decode("latin-1").upper()):
        return
    signs = b"".join(_SIGN.findall(value))
    if spelling in _GROUPS:
        (first, second, third), forms = _GROUPS[spelling]
        signs = signs[-(first + second + third) :]  # drop the country code of a phone number
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
    """Yield the first and the last name in either order, in each form."""
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
