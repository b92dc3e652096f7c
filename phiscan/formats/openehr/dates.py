"""Dates of openEHR: ISO 8601, extended or compact, also without the day or with a time."""

import re
from typing import Final

from phiscan import checks

# A date without a day, which is an identifier all the same. matches "2024-01"; not "2024"
_MONTH: Final = re.compile(r"(?:18|19|20)\d\d-?(?:0[1-9]|1[0-2])")
# matches "2024-01-05" and "20240105"; not "2024"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d|\d{8}")


def is_date(text: str) -> bool:
    """Whether a text is a date that identifies: with a month at least."""
    day = text.partition("T")[0]
    return _MONTH.fullmatch(day) is not None or (
        _DAY.fullmatch(day) is not None and checks.calendar_date(day)
    )
