"""What a value becomes when it is masked, by its infoType.

    plain     XXX; a number becomes 0
    absent    the format's own words for a masked value (FHIR, C-CDA)
    zeros     000-00-0000: the shape stays
    token     XXX and 20 letters, made with a key: equal values get equal tokens
    year      1961, or 1961-01-01 where a date needs a day (45 CFR 164.514(b)(2)(i)(C))
    shifted   a date some days off, by a key; all dates of one patient move by the same days
    last4     XXX-XX-9031

The plain mask takes the place of a form that a value or its format cannot have: a text that is no
date has no year.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from phiscan.identifiers import Identifier
from phiscan.redaction import dates
from phiscan.redaction.dates import WrittenDate
from phiscan.redaction.tokens import Tokens


class MaskForm(StrEnum):
    """What a value becomes. The forms that tell less come first."""

    PLAIN = "plain"
    ABSENT = "absent"
    ZEROS = "zeros"
    TOKEN = "token"  # noqa: S105 - no password
    YEAR = "year"
    SHIFTED = "shifted"
    LAST_FOUR = "last4"

    @property
    def is_of_dates(self) -> bool:
        """Whether only dates can have this form."""
        return self in (MaskForm.YEAR, MaskForm.SHIFTED)

    @property
    def needs_key(self) -> bool:
        """Whether it is made with a secret key."""
        return self in (MaskForm.TOKEN, MaskForm.SHIFTED)

    def suits(self, identifier: Identifier | None) -> bool:
        """Whether values of this class can have this form. None is the class of a credential."""
        if self.is_of_dates:
            return identifier is Identifier.DATE
        return self is not MaskForm.LAST_FOUR or identifier in _NUMBERED


_NUMBERED: Final = frozenset(
    (
        Identifier.PHONE,
        Identifier.FAX,
        Identifier.SSN,
        Identifier.MEDICAL_RECORD,
        Identifier.HEALTH_PLAN,
        Identifier.ACCOUNT,
        Identifier.LICENCE,
        Identifier.VEHICLE,
        Identifier.DEVICE,
        Identifier.OTHER,
    )
)
"""Classes whose values are numbers, so that they have last four digits."""
_ORDER: Final = {form: place for place, form in enumerate(MaskForm)}
_LEAST_OF_FOUR: Final = 8
"""The least letters and digits of a value that may show its last four."""
# matches b"Ruiz\\u00e9", b"R&amp;D" and b"a%20b"; not b"Ruiz"
_ESCAPE: Final = re.compile(rb"[\\&%]")
# matches b"UGF0aWVudDogQW5h"; not b"8812031-8812031-1", b"Bartholomew Chen"
_ENCODED: Final = re.compile(rb"(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/_=-]{16,}", re.DOTALL)
_SIGN: Final = re.compile(rb"[0-9A-Za-z]")
OLDEST_SHOWN: Final = 89
"""The highest age in years that may be shown, 45 CFR 164.514(b)(2)(i)(C)."""
_UNKNOWN_YEAR: Final = 1900
"""The year of a birth so long ago that its year must not be shown."""


def strictest(one: MaskForm, other: MaskForm) -> MaskForm:
    """Return the form that tells less."""
    return min(one, other, key=_ORDER.__getitem__)


@dataclass(frozen=True, slots=True)
class Masks:
    """How the values of a document are masked.

    Args:
        forms: the form of each infoType that has one of its own.
        default: the form of the others.
        key: the secret of tokens and shifted dates, at least `tokens.MIN_KEY` bytes; None without.
        first_year: the first year of birth that may be shown. An age over 89 must not be (45 CFR
            164.514(b)(2)(i)(C)). None: no year of birth may be shown.

    Raises:
        ValueError: a form is none of `MaskForm`.
        KeyTooShortError: the key is too short.
        MissingKeyError: a form needs a key, and there is none.
    """

    forms: Mapping[str, MaskForm] = field(default_factory=dict)
    default: MaskForm = MaskForm.PLAIN
    key: bytes | None = field(default=None, repr=False)
    first_year: int | None = None

    def __post_init__(self) -> None:
        # a form may be given by its word
        forms = {name: MaskForm(form) for name, form in self.forms.items()}
        object.__setattr__(self, "forms", forms)
        object.__setattr__(self, "default", MaskForm(self.default))
        if self.key is not None:
            Tokens(self.key)
        elif any(form.needs_key for form in (self.default, *self.forms.values())):
            raise MissingKeyError("tokens and shifted dates need a key")

    def of(self, info_type: str) -> MaskForm:
        """Return the form of an infoType."""
        return self.forms.get(info_type, self.default)


class MissingKeyError(Exception):
    """A form needs a key, and there is none."""


PLAIN: Final = Masks()
"""The mask XXX for every value."""


def zeros(value: bytes) -> bytes | None:
    """Return the value with 0 for each digit and X for each letter.

    None for a value with escapes, which would be broken, and for what may be a document in base64.

    >>> zeros(b"(919) 555-0142")
    b'(000) 000-0000'
    """
    return None if _ESCAPE.search(value) or _ENCODED.fullmatch(value) else value.translate(_ZEROS)


def last_four(value: bytes) -> bytes | None:
    """Return the value with only its last four letters and digits, or None when it is too short.

    >>> last_four(b"512-44-9031")
    b'XXX-XX-9031'
    """
    signs = _SIGN.findall(value)
    if _ESCAPE.search(value) or _ENCODED.fullmatch(value):
        return None
    if not value.isascii() or len(signs) < _LEAST_OF_FOUR:
        return None
    at = [match.start() for match in _SIGN.finditer(value)][-4]
    return _SIGN.sub(b"X", value[:at]) + value[at:]


def year(value: bytes, info_type: str, first_year: int | None, *, alone: bool) -> bytes | None:
    """Return the year of a date, or None when the value is no date.

    Args:
        alone: whether a year alone is a date here. Otherwise the first of January follows, in the
            shape of the value.
    """

    def write(found: WrittenDate) -> str | None:
        shown = found.day.year
        if info_type == "DATE_OF_BIRTH" and (first_year is None or shown < first_year):
            shown = _UNKNOWN_YEAR
            if found.short_year:
                return None
        if alone and not found.has_time and not found.short_year:
            return f"{shown:04}"
        return found.written(found.day.replace(year=shown, month=1, day=1), keep_time=False)

    return _rewritten(value, write)


def shift(value: bytes, days: int) -> bytes | None:
    """Return the date so many days later, or None when the value is no whole date."""

    def write(found: WrittenDate) -> str | None:
        day = dates.shifted(found.day, days)
        return found.written(day, keep_time=True) if found.is_whole and day else None

    return _rewritten(value, write)


def _rewritten(value: bytes, write: Callable[[WrittenDate], str | None]) -> bytes | None:
    text = dates.rewritten(value.decode("latin-1").strip(), write)
    return None if text is None else text.encode("latin-1")


_ZEROS: Final = bytes(
    0x30 if chr(c).isdigit() and c < 0x80 else 0x58 if chr(c).isalpha() or c >= 0x80 else c
    for c in range(256)
)
