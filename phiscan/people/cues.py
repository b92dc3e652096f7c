"""Cues: the words beside a name that show that it is a name, and whose.

Before a name: a title, a relation, a label, a salutation, "my name is". After it: an age, a verb of
clinical notes, an identifier, a relation, a number. Each expression looks at a window of a few
words, so the cost for one segment is constant.

A segment without a cue is `None`. It is a name only if the document names it elsewhere
(`phiscan.people.names`).
"""

import re

from phiscan.finding import Subject
from phiscan.people.segments import Segment
from phiscan.people.words import (
    ORGANIZATION,
    PROVIDER_AFTER,
    PROVIDER_BEFORE,
    PROVIDER_ENDS,
    RELATION,
    RELATION_ENDS,
)
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.program_text import is_code


def _before(expression: str) -> re.Pattern[bytes]:
    return re.compile(rf"(?:{expression})\Z".encode("latin-1"), re.IGNORECASE)


def _after(expression: str) -> re.Pattern[bytes]:
    return re.compile(rf"\A(?:{expression})".encode("latin-1"), re.IGNORECASE)


# A start of a line, a sentence or a cell. matches "\n- ", ". "; not ", "
_START = r"(?:\A|[\n\r|;({\[>\t\"]|  |[.!?:] )[ \t*#\d.)-]{0,6}"
# matches "8/8/1948", "2024-03-14", "8 Aug 1948"; not "8/1948"
_DATE = r"(?:\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}[ -][a-z]{3,9}[ -]\d{4})"
# matches "47-year-old", "47 y/o", "47yo", "47M"; not "47 men"
_AGED = (
    r"\d{1,3}(?:[ -]?(?:years?|yrs?|months?|mos?|weeks?|wks?|days?)[ -]old|[ -]?y[./ ]?o\b|[ -]?y\b"
    r"|[ -]?yrs?\b|[ -]?(?-i:[MF])\b)"
)
# matches "her ", "Ana's ", "w/ "; not "a "
_WHOSE = (
    r"(?:his|her|their|my|your|our|the|pt'?s|patient'?s|whose|with|and|w/|by"
    r"|[a-z\x80-\xff]{2,20}'s) "
)

# matches "Mrs. ", "Miss ", "Ms "; not the "MS " of "MS Word"
_TITLED = _before(
    r"\b(?:mrs?\.?|(?-i:Ms\.?|ms\.|MS\.|MRS?\.?)|miss|mx\.?|master|sra?\.|srta\.?|se\xc3\xb1ora?"
    r"|sgt\.?|private|pfc) "
)
# A relative before a name. matches "her daughter ", "his wife (", "son, ", "POA: ",
# "my mother is "; not the "mother " of "mother Medicare"
_KIN_NAMED = _before(
    rf"{_WHOSE}(?:[a-z]+ )?{RELATION}(?:'s name)?(?: is| named|,|:| -|)? ?[(]?"
    rf"|\b{RELATION}(?: \([a-z]+\))?[:,(] ?\(?|\({RELATION} "
)
# matches "mother "; not "mothers "
_KIN = _before(rf"\b{RELATION}[ ,]{{1,2}}")
# matches "Patient: ", "Pt name - "; not "the patient: "
_PATIENT_LABEL = _before(
    rf"{_START}(?:patient|pt|resident|client|member|mbr|veteran|decedent|infant|baby|newborn"
    rf"|paciente|recipient|donor|subj(?:ect)? ?\d{{1,5}})(?:'s)?(?:[ _-](?:full |legal )?name)?[ ]?"
    rf"(?:[:=#]| ?-)[ \t]{{0,4}}"
)
# matches "RE: ", "Full name: ", "report for: "; not "re: "
_LABEL = _before(
    rf"{_START}(?:(?-i:Name|NAME|RE|Re)|regarding|identification|employee|claimant|caller"
    rf"|subscriber|child|student|participant|insured|guarantor|applicant|beneficiary|nombre"
    rf"|signature|signed|parent(?:/guardian)?|customer"
    rf"|(?:employee|member|legal|full|first|last)[ _-]name|(?:printed|prepared|report) for)[ ]?"
    rf"(?:[:=#]| ?-)[ \t]{{0,4}}"
)
# matches "my name is ", "speaking with "; not "it is "
_OWN_NAME = _before(
    r"\b(?:my name(?: is|'s)|(?:full |first |last )?name is|this is|i am|i'm|it's"
    r"|speaking (?:with|to)|id'?d as|identified as|named|i,) "
)
# The last words of `_OWN_NAME`: a set look-up is cheaper than the expression.
_OWN_NAME_ENDS = frozenset(
    (b"is", b"name's", b"am", b"i'm", b"it's", b"with", b"to", b"id'd", b"as", b"named", b"i")
)
# Speech of an agent, whose name is not a patient's. matches "calling", "Agent: "; not "called"
_CALLING = re.compile(
    rb"\b(?:calling|call|answering)\b|^\W{0,3}(?:agent|rep|representative|operator|nurse|dr|staff"
    rb"|bot)\b",
    re.IGNORECASE,
)
# matches " from", ", calling from"; not " form"
_FROM = _after(r",? (?:calling |here )?(?:from|with|at|speaking)\b|, who do i\b")
# matches "Dear ", "thanks, "; not "thankful "
_SALUTED = _before(
    r"\b(?:dear|hi|hello|hey|hola|estimad[oa]|good (?:morning|afternoon|evening)|thanks|thank you"
    r"|reminder for|welcome),? "
)
_SALUTE_END = _after(r"[ ]?[,:!.;\n\r-]|\Z")  # matches ","; not " and"
# matches "pt ", "Baby boy ", "newborn, "; not "patients "
_PATIENT = _before(
    r"\b(?:pt|patient|baby(?: boy| girl)?|(?:boy|girl|twin) [ab]?|neonate|newborn|infant|mbr"
    r"|veteran)\.?,? "
)
_MEMBER = _before(r"\b(?:member|client|resident|subscriber|enrollee),? ")
_MEMBER_ID_AFTER = _after(r",? \(?(?:id|dob|date of birth|\x23)\b")  # matches ", DOB"; not " ids"
# A name that somebody is addressed by: "thanks for telling me, Jasmine."
_VOCATIVE = _before(r"[a-z], ")
_VOCATIVE_END = _after(r"[.?!](?:\s|\Z)")
# What is somebody's. matches "message for ", "born to ", "evaluation of patient: "; not "born in "
_OF_SOMEBODY = _before(
    r"\b(?:(?:message|reminder|report|mri|ct|result|lab|biopsy|refill|prescription|rx|appointment"
    r"|appt|visit|record|chart|authorization|referral|certificate|letter|surgery|call|note|summary"
    r"|file|order|claim|instruction|plan|certification|bill|invoice)s? (?:is )?"
    r"(?:for|of|on|regarding|re)"
    r"|behalf of|care of|(?:certify|advised|advise|state|confirm) that"
    r"|(?:mother|father|parents?|son|daughter|wife|husband|brother|sister|spouse|guardian|niece"
    r"|nephew|name) of|born to|regarding|evaluation of|seen)(?: patient)?:? "
)
# Whom somebody met. matches "spoke with ", "called pt, "; not "called a "
_CONTACTED = _before(
    r"\b(?:(?:met|spoke|speak|speaking|talked|talk|discuss(?:ed)?|meeting|visited)(?: [a-z]+)? "
    r"(?:with|to)|(?:called|call|phoned|contacted|contact|notified|notify|texted|saw|seeing|see"
    r"|examined|interviewed|admit|admitted|transported|found"
    r"|referred|refer|reach|treated|treating|assessed)(?: pt\.?,?| patient,?)?) "
)
# The last words of `_OF_SOMEBODY` and `_CONTACTED`: a set look-up is cheaper.
_SPOKEN_ENDS = frozenset(
    b"for of on regarding re that to seen patient pt with called call phoned contacted contact "
    b"notified notify texted saw seeing see examined interviewed admit admitted transported found "
    b"referred refer reach treated treating assessed".split()
)
# The end of a letter. matches "\nSincerely,\n", "\nKind regards\n"; not "\nRegards to all\n"
_SIGNED = re.compile(
    rb"(?:^|\n)[ \t]*(?:sincerely|(?:best |kind |warm )?regards|respectfully"
    rb"|(?:many )?thanks(?: so much| again)?|thank you(?: so much| again)?|cheers|best|warmly"
    rb"|yours(?: truly| sincerely| faithfully)?|love|gracias|atentamente)[,.!]?\s{1,6}\Z",
    re.IGNORECASE,
)
_LINE_START = _before(_START)
_SENDER = _before(r"(?:\A|\n)from: ?\"?")  # the header of a mail. matches "From: "; not "Date: "
_SENDER_AFTER = _after(r"\"? ?<[^<>@\s]{1,64}@")
_LINE_END = _after(r"[ \t]*(?:[\r\n]|\Z)")
# A line below a signature that shows that a member of staff signed.
# matches "\nSurgery Clinic"; not "\nYour neighbour"
_STAFF_BELOW = re.compile(
    rb"\A[ \t]*\r?\n[ \t]*[^\n]{0,48}\b(?:M\.?D|D\.?O|RN|NP|PA-C|PhD|clinic|department|consultant"
    rb"|physician|medicine|hospital|health|practice|manager|director|associates|pediatrics"
    rb"|representative|team|services?)\b",
    re.IGNORECASE,
)
# An age after a name. matches ", 47-year-old", " is a thin 47 y/o", ", 47M"; not ", aged"
_AGED_AFTER = _after(
    rf",? \(?(?:is |was )?(?:an? )?(?:(?-i:[a-z-]+),? ){{0,4}}{_AGED}|,? ?\(?{_AGED}"
    rf"|,? (?:is|was) an? (?:very )?"
    rf"(?:pleasant|delightful|lovely|kind|thin|frail|obese)\b"
)
# What notes say of a patient. matches " was admitted", " underwent", " (he/him) presents";
# not " was early"
_CARED_FOR = _after(
    r" (?:\([^)\n]{1,40}\) )?(?:(?:was|is|has been|had been|were|will be) (?:also |again )?"
    r"(?:seen|admitted|discharged|evaluated|referred|followed|accompanied|hospitali[sz]ed|treated"
    r"|diagnosed|re-?evaluated|counsel|intubated|alert|s/p|status post"
    r"|brought|transferred|scheduled for|here (?:for|today)|doing|taking|currently)"
    r"|returns?(?:ed)? (?:today|to clinic|for)|present(?:s|ed)\b|denie[sd]|complains|endorses"
    r"|underwent|tolerated|suffered|sustained|received|remains|consumed|ambulat|verbali[sz]ed"
    r"|gets? (?:worse|better)|had |has (?:a history|had|been|no|chest|a fever|pain))\b"
)
_HERE = _after(r" (?:is )?here (?:today )?(?:for|w/|with)\b")  # matches " here for"; not " here"
# What notes say of a person. matches " states", " lives with"; not " lived"
_VERB_AFTER = _after(
    r" (?:\([^)\n]{1,40}\) )?(?:(?:was|is|were|will be) |returns?|reports|states|stated|called|has "
    r"|refused|lives (?:with|alone|at)|needs|takes|would like|at (?:the )?bedside|present\b|trained"
    r"|visit(?:s|ed)|helps|agrees|asks)"
)
# An identifier after a name. matches ", DOB", " (MRN", "|M|8/8/1948", " (8/8/1948)"; not ", domain"
_IDENTIFIED = _after(
    rf"'?s?[ ]?[,|;:(\[\n\t -]{{0,4}}(?:is )?\(?(?:"
    rf"(?:mrn|m\.r\.n|mr ?#|dob|d\.o\.b|d/o/b|b-?day|born|date of birth|birth ?date|ssn"
    rf"|medical record|chart ?(?:no|#)|acct|nhs|last4|birthday)\b|(?-i:[MF]) ?\| ?{_DATE}"
    rf")| \({_DATE}\)"
)
_DATED = _after(rf"[ ]?[,|(-]? ?{_DATE}")  # matches ", 8/8/1948"; not ", 8/1948"
# matches ", member ID", " (claim #"; not ", member since"
_MEMBER_AFTER = _after(
    r"[ ]?[,|;:(\n\t -]{1,3}(?:member|subscriber|policy|claim|account|employee) ?(?:id|no|num|#|:)"
)
# matches ", her daughter", " (wife"; not ", daughterly"
_KIN_AFTER = _after(
    rf",? ?\(?(?:(?:who is )?(?:his|her|the|their|patient'?s|pt'?s|my|our) )?{RELATION}\b"
)
# matches ", cell 515-555-0142", " at (515) 555-0142"; not ", 5155"
_PHONE_AFTER = _after(
    r",? ?\(?(?:at|cell|mobile|ph|phone|tel|contact|@|home|on"
    r"|number)?[.:# ]{0,3}\(?[2-9]\d\d\)?[-. ]{0,2}\d{3}[-. ]\d{4}"
)
# matches "'s labs", "'s daughter"; not "'s car"
_OWNS = _after(
    rf"'s? (?:{RELATION}|chart|labs?|results?|rash|fever|pain|meds|medications?|surgery|appointment"
    rf"|biopsy|care|records?|test|history|condition)\b"
)
# Program text behind a word. matches "(String" in "Column(String)", ".name", " = x"; not " (DOB)"
_CODE_AFTER = re.compile(rb"\A(?:[(\[{<\\]|[.:][A-Za-z_:(]|[ ]?(?:=|->|\{))")
# A sentence that goes on. matches " was", ", 47", "'s"; not " Officer"
_GOES_ON = re.compile(rb"\A(?:,? [a-z0-9(]|[,;:.] ?[a-z0-9(]|,? [\[|#/-]|'s\b|\.(?:\s|\Z))")
# A heading that goes on. matches " and " in "Patient Death and Autopsy Indicator"; not " is "
_JOINS = re.compile(rb"\A (?:and|or|of|for|to|per|from|by) ")
# Demographics on the line below. matches "\n12 Maple", "\nDOB"; not "\nDear"
_HOME_BELOW = _after(
    r"[ \t]*\r?\n[ \t]*(?:\d{1,6} [A-Za-z0-9]|(?:DOB|D\.O\.B|Date of birth|MRN|Age|Sex|Address)\b)"
)


def is_others(s: Segment) -> bool:
    """Whether a segment names a provider, an institution, a street, a disease or program text."""
    if PROVIDER_AFTER.match(s.after) or ORGANIZATION.match(s.after) or _CODE_AFTER.match(s.after):
        return True
    return (
        PROVIDER_ENDS.fullmatch(s.last_word) is not None
        and PROVIDER_BEFORE.search(s.before) is not None
    )


def subject_of(s: Segment) -> Subject | None:
    """Whom a segment names: a patient, another person, or None without a cue."""
    if not s.mixed and not s.long and max(map(len, s.words)) < 5:
        return None  # an abbreviation
    if len(s.words) == 1 and is_code(s.words[0].decode("utf-8", "replace")):
        return None
    if _is_patient(s, s.before, s.after):
        return Subject.PATIENT
    if speaks_of_care(s) or _LABEL.search(s.before) or _signs(s):
        return Subject.PERSON
    if s.mixed and _SALUTED.search(s.before[-20:]) and _SALUTE_END.match(s.after):
        return Subject.PERSON
    known = (
        _of_two_words(s, s.before, s.after)
        if s.long
        else s.mixed and _of_one_word(s, s.before, s.after)
    )
    return Subject.PERSON if known else None


def speaks_of_care(s: Segment) -> bool:
    """Whether a cue of personal speech stands before it: a title, a relation, "my name is"."""
    return _TITLED.search(s.before[-12:]) is not None or is_close(s)


def is_close(s: Segment) -> bool:
    """Whether somebody speaks of themselves or a relative, so that it is about a private person."""
    return _own_name(s, s.before) or (s.mixed and _is_kin(s, _KIN_NAMED))


def _is_patient(s: Segment, before: bytes, after: bytes) -> bool:
    cue = _PATIENT.search(before[-16:])
    if _PATIENT_LABEL.search(before) or (cue and not _is_heading(s, cue[0], after)):
        return True
    titled = _TITLED.search(before[-12:]) is not None
    if (s.long or titled) and (
        _AGED_AFTER.match(after) or _IDENTIFIED.match(after) or _CARED_FOR.match(after)
    ):
        return True
    if s.long and s.mixed and _MEMBER.search(before[-16:]) and _MEMBER_ID_AFTER.match(after):
        return True
    begins = s.mixed and not s.long and _LINE_START.search(before) is not None
    return begins and (_AGED_AFTER.match(after) is not None or _HERE.match(after) is not None)


def _is_heading(s: Segment, cue: bytes, after: bytes) -> bool:
    """Whether `Patient` and the segment are in a heading, a button or a list of fields.

    There they have capitals, and no sentence goes on.
    """
    if not cue[:1].isupper() or any(_is_given(word) for word in s.words):
        return False
    return _GOES_ON.match(after) is None or (not s.long and _JOINS.match(after) is not None)


def _is_given(word: bytes) -> bool:
    return word.lower().decode("utf-8", "ignore") in GIVEN_NAMES


def _is_kin(s: Segment, cue: re.Pattern[bytes]) -> bool:
    return RELATION_ENDS.fullmatch(s.last_word) is not None and cue.search(s.before) is not None


def begins_with_a_given_name(s: Segment) -> bool:
    """Whether the first word is a given name of the list, or a later word of an inverted name."""
    words = s.words[1:] if s.inverted else s.words[:1]
    return any(word.lower().decode("utf-8", "ignore") in GIVEN_NAMES for word in words)


def _own_name(s: Segment, before: bytes) -> bool:
    if s.last_word not in _OWN_NAME_ENDS:
        return False
    return _OWN_NAME.search(before) is not None and not (
        _CALLING.search(s.line) or _FROM.match(s.after)
    )


def _of_two_words(s: Segment, before: bytes, after: bytes) -> bool:
    if s.mixed and (_is_kin(s, _KIN) or (s.last_word in _SPOKEN_ENDS and _spoken_to(before))):
        return True
    if _SENDER.search(before) and _SENDER_AFTER.match(after):
        return True
    if any(
        cue.match(after)
        for cue in (_DATED, _VERB_AFTER, _MEMBER_AFTER, _KIN_AFTER, _PHONE_AFTER, _OWNS)
    ):
        return True
    return _LINE_START.search(before) is not None and _HOME_BELOW.match(after) is not None


def _of_one_word(s: Segment, before: bytes, after: bytes) -> bool:
    if _is_kin(s, _KIN):
        return True
    given = begins_with_a_given_name(s)
    if (
        given
        and _LINE_START.search(before)
        and (_VERB_AFTER.match(after) or _CARED_FOR.match(after))
    ):
        return True
    return given and _VOCATIVE.search(before) is not None and _VOCATIVE_END.match(after) is not None


def _spoken_to(before: bytes) -> bool:
    return _OF_SOMEBODY.search(before) is not None or _CONTACTED.search(before) is not None


def _signs(s: Segment) -> bool:
    return (
        _SIGNED.search(s.before) is not None
        and _LINE_END.match(s.after) is not None
        and _STAFF_BELOW.match(s.after) is None
    )
