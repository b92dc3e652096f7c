"""Labels of statements in words: why somebody comes, and what is noted of them.

`{"client": {...}, "reason": "Follow-up for depression"}` speaks of the client's health, and
`"reason": "Follow-up for invoice"` does not. So such a label says nothing alone. A reason is about
the person beside it if it has one word of medicine. A note needs two, or one and a dose,
because notes speak of anything: `"notes": "fracture in the frame"`. What an entry of a calendar is
called or described by needs somebody who comes to it, and a word of care, or two words of medicine:
`"description": "Follow up: asthma"`. A topic, an event, a product or a title that names a condition
is about nobody beside it: `"reason": "Conference on HIV"`.
"""

import re
from typing import Final

from phiscan.words.medical_terms import DOSE

_REASONS: Final = frozenset(
    "reason reasons why brings purpose indication indications complaint complaints concern "
    "concerns problem problems condition conditions disability disabilities illness illnesses "
    "ailment ailments injury injuries symptom symptoms need needs".split()
)
_NOTES: Final = frozenset(
    "note notes comment comments message messages remark remarks memo details".split()
)
_ENTRIES: Final = frozenset("description summary title subject agenda".split())
"""What entries of calendars are called and described by, and articles and products too."""
_AROUND: Final = frozenset(
    "for of the a an to visit visits appointment appt appointments booking encounter session call "
    "consult consultation referral admission request leave absence trip ride transport travel "
    "presenting main chief primary current presented text description type stay order test "
    "exam intake case internal staff agent client customer member user guest attendee additional "
    "other special free medical health meeting event what you in here today"
    " us your describe".split()
)
"""Words around the core of such a label: `visit_reason`, `reasonForReferral`, `internal notes`."""
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")  # "reason", "For" in "reasonForCall"
# Letters alone, so that a key that holds a value is no word of the tables.
# matches "visit_reason", "Reason for call"; not "reason 541-27-8860"
_LABEL: Final = re.compile(r"[A-Za-z][A-Za-z _-]{2,39}")
FEWEST_OF_NOTES: Final = 2
"""Different words of medicine that make a note about the person beside it."""
# What people teach, write, sell, pay for and meet about. A condition in it is a matter.
# matches "Conference on HIV", "asthma awareness walk", "Understanding lupus", "Outcomes of gout: a
# cohort study"; not "Follow-up for asthma", "a trial of sertraline", "living with HIV", "Talk about
# her migraine"
_TOPIC: Final = re.compile(
    r"\b(?:conferences?|congress|symposi(?:um|a)|summit|lectures?|webinars?|workshops?|seminars?"
    r"|keynotes?|panel discussion|poster session|plenary|fundrais(?:er|ing)|galas?|podcasts?"
    r"|newsletters?|slide deck|journal club|grand rounds|hackathon|book club|press release"
    r"|(?:training|course|class|talk|session|presentation|article|essay|paper|report|chapter|book"
    r"|blog(?: post)?|post|story|page|news|update|speech|meeting|discussion|review|guidelines?"
    r"|documentary|film|episode|interview|thesis|lesson|module|unit|briefing|deck|debate"
    r"|introduction|guide|primer|handbook|manual) (?:on|about|covering|entitled|titled|to living)"
    r" (?!his\b|her\b|hers\b|their\b|my\b|your\b|patient|pt\b)"
    r"|awareness|\Aunderstanding (?!of\b)|(?:guideline|steering|planning|advisory|organi[sz]ing)"
    r" (?:committee|group|board|panel)|(?:research|relief|support) (?:foundation|fund|grant)"
    r"|(?:cohort|clinical|pilot|phase \d|case[- ]control|randomi[sz]ed) (?:trial|study)"
    r"|(?:walk|run|ride|race) (?:for|against)|task ?force|outcomes of|mechanisms of|epidemiology of"
    r"|follow-?up (?:study|data|survey|cohort)|data ?sets?|prevalence|incidence|statistics"
    r"|(?:admission|readmission|hospitali[sz]ation|mortality|death|case|infection) rates?|cohorts?"
    r"|pathophysiology of|trial design|market (?:research|access)|product launch|case report)\b",
    re.IGNORECASE,
)
# What clinics do with a patient. matches "Follow up:", "Telehealth visit"; not "Discuss roadmap"
_CARE: Final = re.compile(
    r"\b(?:follow[- ]?ups?|f/u|appointments?|appt|consult(?:ation)?|office visit|home visit"
    r"|clinic visit|telehealth|check[- ]?up|infusion|refill|intake|admission|pre-?op|post-?op"
    r"|surgery|procedure|physical therapy|therapy session|dialysis|chemo(?:therapy)?"
    r"|(?:patient|pt) (?:has|had|is|with|takes|needs|reports)|diagnosed with)\b",
    re.IGNORECASE,
)
# What somebody asks a clinic for. matches "book a vasectomy consultation", "need a refill of"
_BOOKED: Final = re.compile(
    r"\b(?:book|schedule|make|need|want|request|reschedule|cancel|have)\b[^.\n]{0,40}"
    r"\b(?:appointment|appt|consult(?:ation)?|refill|check-?up|visit|scan|procedure|surgery)\b",
    re.IGNORECASE,
)
_LONGEST_READ: Final = 1000
"""Characters of a value that are looked at."""
_FEWEST_OF_TOPICS: Final = 3
"""Different words of medicine that are more than the name of a topic. A note may speak of one too:
`Missed the workshop. Gout, on allopurinol.`"""
OF_ENTRIES: Final = 3
"""What `fewest_terms` says of an entry. `fewest_in` lowers it by what the value says."""


def fewest_terms(label: str) -> int:
    """How many words of medicine make such a statement about the person beside it; 0 for none."""
    label = label.rstrip("?:. ")
    if _LABEL.fullmatch(label) is None:
        return 0
    words = [word.lower() for word in _WORD.findall(label)]
    cores = [word for word in words if word not in _AROUND] or [
        word for word in words if word in _ENTRIES
    ]
    if cores and _REASONS.issuperset(cores):
        return 1
    if cores and _NOTES.issuperset(cores):
        return FEWEST_OF_NOTES
    return OF_ENTRIES if cores and _ENTRIES.issuperset(cores) else 0


def fewest_in(fewest: int, value: str) -> int:
    """How many words of medicine make a value a statement about the person beside it.

    Args:
        fewest: what `fewest_terms` says of its label.
        value: the statement.
    """
    value = value[:_LONGEST_READ]
    if _TOPIC.search(value) is not None:
        return _FEWEST_OF_TOPICS
    if fewest == OF_ENTRIES:
        return 1 if _CARE.search(value) is not None else FEWEST_OF_NOTES
    is_told = DOSE.search(value) is not None or _BOOKED.search(value) is not None
    return 1 if is_told else fewest
