"""Sentences that say of somebody what a word of medicine in them names.

    his methadone dose      Ana's seizures       behind a possessive
    she agrees with hospice                      in a clause about one person
    increase sertraline                          a drug that somebody is to take
    off work due to influenza                    why somebody is away

What people study, sell, teach or campaign for says nothing of their health: `her cancer research`,
`he treats migraine`.
"""

import re
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Finding, Subject
from phiscan.identifiers import InfoTypeKind
from phiscan.text.normalise import Normalised

# What stands before the word. matches "her ", "my last ", "pt's ", "Ana's bad "; not "the "
_WHOSE: Final = re.compile(
    rb"\b(?:(?i:my|his|her)|(?:[Pp]t|[Pp]atient)'s|[A-Z][a-z]{1,20}'s) (?:[a-z-]{2,14} ){0,2}\Z"
)
# A clause about one person up to the word.
# matches "She prefers ", "he has had more "; not "she said that the ", "He is. The "
_CLAUSE: Final = re.compile(
    rb"\b(?:(?:(?i:she|he)|[Pp]t|[Pp]atient)(?: |'s )"
    rb"|I(?:'ve been| was| am|'m)? ?(?: have| had|'ve had| take| took| on| get| got| started"
    rb"| stopped| need"
    rb"| ran out of| missed| developed| diagnosed with| suffer from| feel| felt| keep having) )"
    rb"(?P<said>(?:[a-z0-9'%/-]{1,14},? ){0,7})\Z"
)
# Verbs of work and of speech, and words that begin another clause.
# matches "treats ", "said the "; not "takes "
_OF_WORK: Final = re.compile(
    rb"\b(?:treats?|treated|treating|stud(?:y|ies|ied|ying)|research(?:es|ed|ing)?|teach(?:es|ing)?"
    rb"|taught|sells?|sold|selling|works?|worked|working|writes?|wrote|written|writing|makes?|made"
    rb"|builds?|built|building|designs?|designed|supports?|covers?|covered|attends?|attended"
    rb"|speciali[sz](?:es|ed|ing)|speaks?|spoke|leads?|led|runs?|ran|founded|directs?|directed"
    rb"|manages|managed|performs?|performed|develop(?:s|ed|ing)?|published?|present(?:s"
    rb"|ed)?(?: on)?|pitched|demoed|showed|lectur"
    rb"|organi[sz]|trains?|trained|interested|raises?|raised|donat|fund|volunteer|joined|reads?"
    rb"|reported on|talks?|that the|about the|if|the patients?|patients|people|who|which|not have"
    rb"|never had|no)"
)
# What is done with a drug for one person. matches "increase ", "continue home "; not "receiving "
_TAKEN: Final = re.compile(
    rb"\b(?:(?i:increased?|decreased?|hold|held|continued?|restart(?:ed)?|resumed?|taper(?:ed)?|wean(?:ed)?"
    rb"|failed|switch(?:ed)? to|started|stopped|sent|gave|give|refill(?:ed)?|finish(?:ed)?|missed"
    rb"|skipp(?:ed|ing)|out of|allergic to)) (?:[a-z]{2,10} ){0,1}\Z"
)
# Work about a condition. matches " research", " awareness walk", " patients"; not " medication"
_WORK: Final = re.compile(
    rb"\A[ -](?:[a-z]{2,14} )?(?:research|stud(?:y|ies)|work|book|talk|lecture|course|class|career"
    rb"|practice|team|clinic|business|compan(?:y|ies)|startup|paper|thesis|article|awareness"
    rb"|advocacy|campaign|foundation|charity|fundraiser|walk|run|patients|center|centre|program"
    rb"|department|unit|lab|project|grant|trial|product|app|model|textbook|lessons?|seminar|cohort|registry|export|dashboard|data|numbers|slides|report|list|deck|rates?|pricing|sales|market|drugs?|policy|guidelines?|protocol|awareness)\b"
)
# Why somebody is away from work or school.
# matches "excuse Ana Ruiz from work", "light duty", "sick leave"; not "leave the room"
_AWAY: Final = re.compile(
    rb"\b(?:excuse[sd]? [^.\n]{2,60} from (?:work|school|class|pe|gym|jury)|light duty|sick leave"
    rb"|medical leave|out sick|(?:off|missed|absent from|return(?:ed)? to"
    rb"|unable to)"
    rb" (?:work|school)\b|workers'? comp)",
    re.IGNORECASE,
)
_SIGNS_OF_ABSENCE: Final = (
    b"work", b"WORK", b"school", b"leave", b"from", b"duty", b"sick", b"jury"
)  # fmt: skip
"""Words of which one occurs wherever `_AWAY` matches. A look for them is cheaper."""
_PERSONS: Final = (
    b"he ", b"He ", b"HE ", b"he'", b"He'", b"Pt ", b"pt ", b"atient ", b"I"
)  # fmt: skip
"""The same of `_CLAUSE`."""
_WHOSE_BYTES: Final = 54
_AROUND: Final = 140
"""Bytes around a word in which its sentence says why somebody is away."""
_BEFORE: Final = 96
_AFTER: Final = 40


def settle(normalised: Normalised, evidence: Evidence) -> None:
    """Say of words of medicine in such sentences that they are about a patient."""
    if normalised.layers:
        return  # the places in the text are unknown
    text = normalised.text
    for number, finding in enumerate(evidence.findings):
        if (
            finding.kind is InfoTypeKind.HEALTH
            and finding.subject is Subject.NOBODY
            and finding.location.start >= 0
            and _is_told(finding, text)
        ):
            evidence.findings[number] = finding._replace(subject=Subject.PATIENT)


def _is_told(finding: Finding, text: bytes) -> bool:
    start, end = finding.location.start, finding.location.end
    before = text[max(0, start - _BEFORE) : start]
    if _WORK.match(text[end : end + _AFTER]):
        return False
    if _WHOSE.search(before[-_WHOSE_BYTES:]):
        return True
    clause = _CLAUSE.search(before) if any(sign in before for sign in _PERSONS) else None
    if clause is not None and _OF_WORK.search(clause["said"]) is None:
        return True
    if finding.info_type == "MEDICATION" and _TAKEN.search(before):
        return True
    around = text[max(0, start - _AROUND) : end + _AROUND]
    return any(sign in around for sign in _SIGNS_OF_ABSENCE) and _AWAY.search(around) is not None
