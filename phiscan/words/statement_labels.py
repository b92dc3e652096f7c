"""Labels of statements in words: why somebody comes, and what is noted of them.

`{"client": {...}, "reason": "Follow-up for depression"}` speaks of the client's health, and
`"reason": "Follow-up for invoice"` does not. So such a label says nothing alone. A reason is about
the person beside it if it has one word of medicine. A note needs two, or one and a dose,
because notes speak of anything: `"notes": "fracture in the frame"`.
"""

import re
from typing import Final

_REASONS: Final = frozenset(
    "reason reasons purpose indication indications complaint complaints concern concerns problem "
    "problems".split()
)
_NOTES: Final = frozenset(
    "note notes comment comments message messages remark remarks memo details".split()
)
_AROUND: Final = frozenset(
    "for of the a an to visit visits appointment appt appointments booking encounter session call "
    "consult consultation referral admission request leave absence trip ride transport travel "
    "presenting main chief primary current presented text description type stay order test "
    "exam intake case internal staff agent client customer member user guest attendee additional "
    "other special free".split()
)
"""Words around the core of such a label: `visit_reason`, `reasonForReferral`, `internal notes`."""
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")  # "reason", "For" in "reasonForCall"
# Letters alone, so that a key that holds a value is no word of the tables.
# matches "visit_reason", "Reason for call"; not "reason 541-27-8860"
_LABEL: Final = re.compile(r"[A-Za-z][A-Za-z _-]{2,39}")
FEWEST_OF_NOTES: Final = 2
"""Different words of medicine that make a note about the person beside it."""


def fewest_terms(label: str) -> int:
    """How many words of medicine make such a statement about the person beside it; 0 for none."""
    if _LABEL.fullmatch(label) is None:
        return 0
    words = [word.lower() for word in _WORD.findall(label)]
    cores = [word for word in words if word not in _AROUND]
    if cores and _REASONS.issuperset(cores):
        return 1
    return FEWEST_OF_NOTES if cores and _NOTES.issuperset(cores) else 0
