"""Values that name a medicine, how it is taken, or a vaccine by its code."""

import re
from typing import Final

from phiscan.words.medical_terms import DOSE, count_terms

# How a medicine is taken. matches "1 tab po daily", "apply twice daily"; not "sha256=ab"
_DIRECTIONS: Final = re.compile(
    r"\b(?:po|bid|tid|qid|qhs|qam|prn|daily|nightly|weekly|by mouth|at bedtime|with food"
    r"|(?:once|twice) (?:a|per) day|tab(?:let)?s?|cap(?:sule)?s?|puffs?)\b",
    re.IGNORECASE,
)
_LONGEST: Final = 200
_LONGEST_CVX: Final = 3


def is_medicine(value: str) -> bool:
    """Whether a value names a drug, a dose, or how a medicine is taken.

    `rx` and `sig` are also words of networks and of signatures.
    """
    return (
        DOSE.search(value) is not None
        or _DIRECTIONS.search(value) is not None
        or count_terms(value[:_LONGEST]) > 0
    )


def is_cvx(value: str) -> bool:
    """Whether a value can be a code of CVX, the code set of vaccines of the CDC: `208`."""
    return value.strip().isdecimal() and len(value.strip()) <= _LONGEST_CVX
