"""Names that are the value of a key for a person: `"subscriber": "Ana Ruiz"`, `student=Bo Li`.

Keys for people only take any name. A client or a user may be a company or a program, so those take
a given name of the list.
"""

import re
from typing import Final

from phiscan.finding import Subject
from phiscan.people import preceding
from phiscan.people.segments import Segment
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.label_vocabulary import ROLES
from phiscan.words.labels import read_label

_PEOPLE: Final = frozenset(
    "subscriber insured beneficiary enrollee cardholder guarantor dependent policyholder student"
    " pupil child infant attendee passenger donor inmate detainee camper athlete veteran resident"
    " patient pt decedent newborn proband mother father spouse guardian caregiver recipient minor"
    " victim survivor wearer signer signatory".split()
)
"""Last words of keys whose values are people and nothing else."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# The whole rest of a value. matches '",', "&age", "\n"; not " was"
_ENDS: Final = re.compile(rb"\A(?:</|\\?[\"']\s*(?:[,}\])]|\Z)|[&;,]|\s*(?:[\r\n]|\Z))")
# A start tag before its text. matches "<client>", '<ns:Insured id="1">'; not "<br/>"
_TAG: Final = re.compile(
    rb"<(?:[A-Za-z0-9]{1,12}:)?([A-Za-z][A-Za-z_-]{1,30})(?: [^<>]{1,40})?(?<!/)>\s{0,3}\Z"
)
# What an object of a person is shown as. matches '"patient": {"display": "'
_SHOWN: Final = re.compile(
    rb"(?:patient|member|subscriber|subject)[A-Za-z_]{0,4}[\"']?\s?:\s?\{\s{0,3}[\"']?"
    rb"(?:display|text|label|value)(?:Name)?[\"']?\s?:\s?[\"']\Z",
    re.IGNORECASE,
)


def named_by_key(s: Segment) -> Subject | None:
    """Whom a key says that a segment names: a patient, another person, or None."""
    if not s.long or s.sign not in b":=\"'>" or _ENDS.match(s.after) is None:
        return None
    if _SHOWN.search(s.before) is not None:
        return Subject.PATIENT
    key = preceding.KEY.search(s.before) or _TAG.search(s.before)
    if key is None:
        return None
    label = key[1].decode()
    words = [word.lower() for word in _WORD.findall(label)]
    read = read_label(label)
    if read.rule is not None or read.subject is Subject.PROVIDER or not words:
        return None
    if words[-1] in _PEOPLE:
        return read.subject or Subject.PERSON
    is_person = read.subject is not None or not ROLES.isdisjoint(words[-1:])
    return Subject.PERSON if is_person and s.mixed and _has_a_given_name(s) else None


def _has_a_given_name(s: Segment) -> bool:
    words = s.words[1:] if s.inverted else s.words[:1]
    return any(word.lower().decode("utf-8", "ignore") in GIVEN_NAMES for word in words)
