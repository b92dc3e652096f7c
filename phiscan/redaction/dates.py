r"""Dates as they are written: found out by their shape, and written again in the same shape.

    1961-11-23    1961-11-23T10:30:00-05:00    19611123    196111231030    1961-11    1961
    11/23/1961    23.11.1961    11/23/61    23 Nov 1961    November 23, 1961    23-NOV-1961
    20240105-20240107    (a range, X12 RD8)

A text that is anything else is no date here. Such a value is masked without regard to its type.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_MONTHS: Final = (
    "january february march april may june july august september october november december"
).split()
_TIME: Final = r"(?P<time>[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
# Each group `year`, `month` and `day` is replaced in its place. Two digits of a year stay two.
_SHAPES: Final = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        # matches 1961-11-23 and 1961/11/23 10:30; not 61-11-23
        rf"(?P<year>\d{{4}})(?P<s>[-/.])(?P<month>\d{{1,2}})(?P=s)(?P<day>\d{{1,2}}){_TIME}",
        # matches 1961-11; not 1961-11-2
        r"(?P<year>\d{4})-(?P<month>\d{2})",
        # matches 19611123, 196111231030 and 19611123103000.12-0500; not 1961112
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?P<time>\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?(?P<zone>[+-]\d{4})?",
        # matches 196111; not 19611
        r"(?P<year>\d{4})(?P<month>\d{2})",
        # matches 1961; not 961
        r"(?P<year>\d{4})",
        # matches 11/23/1961 and 11-23-61; not 11/23-1961
        r"(?P<first>\d{1,2})(?P<s>[-/.])(?P<second>\d{1,2})(?P=s)(?P<year>\d{4}|\d{2})" + _TIME,
        # matches 23 Nov 1961, 23-NOV-1961 and 23. November 1961; not Nov 1961
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?P<s>\.? |-)(?P<name>[A-Za-z]{3,9})\.?(?:,? |-)"
        r"(?P<year>\d{4})",
        # matches November 23, 1961; not November 1961
        r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
    )
)
_OTHER_DIGIT: Final = re.compile(r"\d")  # matches a digit; not "T"


@dataclass(frozen=True, slots=True, repr=False)
class WrittenDate:
    """One date in its shape.

    Args:
        day: the date; the first of the month or year where the text does not name it.
        is_whole: whether the text names year, month and day.
        short_year: whether the year has two digits, so that its century is a guess.
    """

    day: date
    is_whole: bool
    short_year: bool
    _match: re.Match[str]
    _day_first: bool

    @property
    def has_time(self) -> bool:
        """Whether the text goes on with a time of day."""
        return bool(self._match.groupdict().get("time"))

    def written(self, day: date, *, keep_time: bool) -> str:
        """Return another day in the same shape.

        Args:
            keep_time: whether the time of day stays; otherwise it becomes midnight.
        """
        found = self._match
        pieces, at = [], 0
        for name in sorted(found.groupdict(), key=found.start):
            start, end = found.span(name)
            if start < 0 or name in ("s", "zone") or (name == "time" and keep_time):
                continue
            pieces += [found.string[at:start], self._part(name, found[name], day)]
            at = end
        return "".join([*pieces, found.string[at:]])

    def _part(self, name: str, text: str, day: date) -> str:
        if name == "time":
            return _OTHER_DIGIT.sub("0", text)
        if name == "name":
            word = _MONTHS[day.month - 1]
            return _cased(word if len(text) > len("sept") else word[:3], text)
        if name == "year":
            return f"{day.year:04}"[-len(text) :]
        if name in ("first", "second"):
            name = "day" if (name == "first") is self._day_first else "month"
        return str(day.day if name == "day" else day.month).zfill(len(text))


def read(text: str) -> WrittenDate | None:
    """Return the date that `text` is, or None when it is no date, or no day of the calendar."""
    for shape in _SHAPES:
        if (found := shape.fullmatch(text)) is not None:
            return _checked(found)
    return None


def rewritten(text: str, write: Callable[[WrittenDate], str | None]) -> str | None:
    """Rewrite a date, or both ends of a range of dates.

    Returns None when `text` is no date, or when `write` gives None.
    """
    ends = text.split("-") if _RANGE.fullmatch(text) else [text]
    written = [None if (found := read(end)) is None else write(found) for end in ends]
    return "-".join(filter(None, written)) if all(written) else None


# matches 20240105-20240107; not 2024-01-05
_RANGE: Final = re.compile(r"\d{8}-\d{8}")


def _checked(found: re.Match[str]) -> WrittenDate | None:
    parts = found.groupdict()
    year = int(parts["year"])
    short = len(parts["year"]) == len("61")
    day_first = False
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        day_first = first > len(_MONTHS) or (parts["s"] == "." and second <= len(_MONTHS))
        number, month = (first, second) if day_first else (second, first)
    else:
        number = int(parts.get("day") or 1)
        month = _month(parts["name"]) if "name" in parts else int(parts.get("month") or 1)
    try:
        day = date(year + 1900 if short else year, month, number)
    except ValueError:
        return None
    whole = "first" in parts or "day" in parts
    return WrittenDate(day, whole, short, found, day_first)


def _month(name: str) -> int:
    """Return the number of a month, or 0 when `name` is no month."""
    lower = name.lower()
    return next((n for n, month in enumerate(_MONTHS, 1) if month.startswith(lower)), 0)


def _cased(word: str, like: str) -> str:
    return word.upper() if like.isupper() else word.capitalize() if like[:1].isupper() else word


def shifted(day: date, days: int) -> date | None:
    """Return the date so many days later, or None when the calendar has no such date."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
