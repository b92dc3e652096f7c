"""Names without a cue that stand in a record of care.

Two shapes are names almost by themselves: a given name of the list with a further word, and a
family name, a comma and given names at the head of an entry. They count where something is said of
somebody's health beside them. Who writes, studies or runs something is no patient.
"""

import re
from typing import Final

from phiscan.people import following, preceding
from phiscan.people.cues import begins_with_a_given_name
from phiscan.people.health_words import HealthWords
from phiscan.people.segments import Segment

# matches "by ", "written by ", "Photo: ", "Author: "; not "seen by her "
_AUTHOR: Final = re.compile(
    rb"(?:\b(?:by|owner|assignee|on-?call|author|authors|editor|photo|photograph|source|contact|organi[sz]er|host|speaker"
    rb"|presenter|moderator|instructor|teacher|coach|director|professor|prof\.?|president|chair|ceo"
    rb"|founder|reporter|journalist|attorney|lawyer|judge|officer|detective|said|says|with|nurse"
    rb"|therapist|pharmacist|paramedic|investigator|researcher|scientist)[ :]{1,2}"
    rb"|copyright .{0,8})\Z",
    re.IGNORECASE,
)
# What is said of those who speak, write or run something.
# matches ", director of", " (2019)", " et al", " writes"; not ", her daughter", " was seen"
_PUBLIC: Final = re.compile(
    rb"\A(?:,? (?:is |was )?(?:an? |the |our |its )?(?:[a-z-]{2,14} ){0,2}(?:director|professor"
    rb"|president"
    rb"|chair(?:man|woman|person)?|chief|ceo|cfo|cto|founder|co-founder|spokes(?:man|woman|person)"
    rb"|executive|coordinator|editor|author|writer|reporter|researcher|scientist|nurse|doctor"
    rb"|physician|surgeon|pharmacist|therapist|counsel(?:l)?or|attorney|analyst|engineer|manager"
    rb"|lecturer|fellow|dean|secretary|treasurer|trustee|senator|governor|mayor|actor|actress"
    rb"|singer|host|presenter|speaker|instructor|teacher|coach)\b"
    rb"|[.,]? ?\((?:19|20)\d\d\)|,? et al\b|,? (?:and|&) colleagues"
    rb"|,? (?:writes|wrote|studies|studied|teaches|taught|founded|directs|directed|chairs|leads|led"
    rb"|joins|joined|presents?|presented|published|argues|said|says|told)\b)"
)
# Families, which have the form of an inverted name. matches ", Ohio", ", Canada"
_PLACES: Final = frozenset(
    b"alabama alaska arizona arkansas california colorado connecticut delaware florida georgia"
    b" hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts"
    b" michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon"
    b" pennsylvania tennessee texas utah vermont virginia washington wisconsin"
    b" wyoming canada mexico"
    b" england scotland wales ireland france germany spain italy portugal india china japan korea"
    b" australia brazil usa uk america africa europe asia ontario quebec alberta inc llc ltd corp"
    b" jr sr monday tuesday wednesday thursday friday saturday sunday january february march april"
    b" may june july august september october november december".split()
)
# matches ", 12 Elm", " at 4412 N. Oak"; not ", 12 people"
_ADDRESS: Final = re.compile(rb"\A(?:,| at| of) \d{1,5} (?:[NSEW]\.? )?[A-Z][a-z]+ [A-Z]")
_FEWEST: Final = 2
"""Different words of medicine beside an inverted name of which nothing is said."""
_MARKS: Final = b":#-)/|"
"""Last bytes before the head of an entry, besides the start of a line."""


def is_in_a_record(s: Segment, health: HealthWords) -> bool:
    """Whether a name without a cue is a person's in a record of care."""
    if is_public(s):
        return False
    if s.inverted:
        return heads_an_entry(s) and (
            health.is_stated_beside(s) or health.words_beside(s) >= _FEWEST
        )
    return s.mixed and s.long and begins_with_a_given_name(s) and health.is_stated_beside(s)


def is_public(s: Segment) -> bool:
    """Whether it names who writes, studies or runs something."""
    return _AUTHOR.search(s.before[-24:]) is not None or _PUBLIC.match(s.after) is not None


def lives(s: Segment) -> bool:
    """Whether an address follows a name."""
    return s.mixed and _ADDRESS.match(s.after) is not None


def heads_an_entry(s: Segment) -> bool:
    """Whether an inverted name begins a line or follows a label, and ends there as a field does."""
    if not s.inverted:
        return False
    given = [word for word in s.words[1:] if len(word.rstrip(b".")) > 1]
    if not given or any(word.lower() in _PLACES for word in s.words):
        return False
    if not s.mixed and s.after.startswith(b" ("):
        return True
    begins = preceding.LINE_START.search(s.before) is not None or s.sign in _MARKS
    return begins and following.ENTRY_ENDS.match(s.after) is not None
