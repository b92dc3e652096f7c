"""What stands before a name and shows that it is one, and whose.

Titles, relations, labels, salutations, "my name is". Each expression ends at the name.
"""

import re
from typing import Final

from phiscan.words.relations import RELATION


def _before(expression: str) -> re.Pattern[bytes]:
    return re.compile(rf"(?:{expression})\Z".encode("latin-1"), re.IGNORECASE)


# A start of a line, a sentence or a cell. matches "\n- ", ". "; not ", "
_START: Final = r"(?:\A|[\n\r|;({\[>\t\"]|  |[.!?:] )[ \t*#\d.)-]{0,6}"
# matches "her ", "Ana's ", "w/ "; not "a "
_WHOSE: Final = (
    r"(?:his|her|their|my|your|our|the|pt'?s|patient'?s|whose|with|and|w/|by"
    r"|[a-z\x80-\xff]{2,20}'s) "
)
# matches "Mrs. ", "Miss ", "Ms "; not the "MS " of "MS Word"
TITLED: Final = _before(
    r"\b(?:mrs?\.?|(?-i:Ms\.?|ms\.|MS\.|MRS?\.?)|miss|mx\.?|master|sra?\.|srta\.?|se\xc3\xb1ora?"
    r"|sgt\.?|private|pfc) "
)
# A relative before a name. matches "her daughter ", "his wife (", "son, ", "POA: ",
# "my mother is "; not the "mother " of "mother Medicare"
KIN_NAMED: Final = _before(
    rf"{_WHOSE}(?:[a-z]+ )?{RELATION}(?:'s name)?(?: is| named| called|,|:| -|)? ?[(]?"
    rf"|\b{RELATION}(?: \([a-z ]{{1,20}}\))? ?(?:[:,(]|- ) ?\(?|\({RELATION} "
    r"|\b(?:my|his|her|their|your|pt's) (?:main |first |primary )?contact(?: is|:)? "
)
# The number of a person in a pedigree. matches "\nIII-2 ", "II:1 "; not "III "
PEDIGREE: Final = _before(rf"{_START}(?-i:[IV]{{1,4}})[-:]\d{{1,2}}[ :]{{1,2}}")
# matches "mother "; not "mothers "
KIN: Final = _before(rf"\b{RELATION}[ ,]{{1,2}}")
# matches "Patient: ", "Pt name - "; not "the patient: "
PATIENT_LABEL: Final = _before(
    rf"{_START}(?:patient|pt|resident|client|member|mbr|veteran|decedent|infant|baby|newborn"
    rf"|paciente|recipient|donor|proband|deceased|subj(?:ect)? ?\d{{1,5}})(?:'s)?"
    rf"(?:(?:[ _-](?:full |legal )?name)?[ ]?(?:[:=#]| ?-)|[ _]name)[ \t.]{{0,4}}"
)
# A key of data before its value.
# matches 'attendingPhysician: "', "referring_provider="; not "Dear all: "
KEY: Final = re.compile(
    rb"(?:\A|[\s,{\"'])([a-z]{2,20}(?:[A-Z][a-z]{1,20}|[_-][a-z]{1,20}){0,4})[\"']?\s?[:=]\s?[\"']?\Z"
)
# Who was there. matches "Present: ", "In attendance: ", "Children: "; not "is present "
LISTED: Final = _before(
    rf"{_START}(?:present|also present|attendees|in attendance|attended by|participants|visitors"
    rf"|family present|household(?: members)?|siblings|children|contacts|support(?:s| system)?"
    rf"|emergency contacts|family|home|lives with|informants?|historians?|source(?: of history)?)"
    rf" ?: {{0,3}}"
)
# matches "RE: ", "Full name: ", "report for: "; not "re: "
LABEL: Final = _before(
    rf"{_START}(?:(?-i:Name|NAME|RE|Re)|regarding|identification|employee|claimant|caller"
    rf"|subscriber|child|student|participant|insured|guarantor|applicant|beneficiary|nombre"
    rf"|signature|signed|parent(?:/guardian)?|customer"
    rf"|(?:employee|member|legal|full|first|last)[ _-]name|(?:printed|prepared|report) for)[ ]?"
    rf"(?:[:=#]| ?-)[ \t]{{0,4}}"
    # behind the value of another label: "Member ID: 1544 Member: "
    r"|\d (?:member|subscriber|insured|guarantor|beneficiary|enrollee)[ ]?:[ \t]{0,4}"
)
# matches "my name is ", "speaking with "; not "it is "
OWN_NAME: Final = _before(
    r"\b(?:my name(?: is|'s)|(?:full |first |last )?name is|this is|i am|i'm|it's"
    r"|speaking (?:with|to)|id'?d as|identified as|named|i,) "
)
# The last words of `OWN_NAME`: a set look-up is cheaper than the expression.
OWN_NAME_ENDS: Final = frozenset(
    (b"is", b"name's", b"am", b"i'm", b"it's", b"with", b"to", b"id'd", b"as", b"named", b"i")
)
# Speech of an agent, whose name is not a patient's. matches "calling", "Agent: "; not "called"
CALLING: Final = re.compile(
    rb"\b(?:calling|call|answering)\b|^\W{0,3}(?:agent|rep|representative|operator|nurse|dr|staff"
    rb"|bot)\b",
    re.IGNORECASE,
)
# matches "Dear ", "thanks, "; not "thankful "
SALUTED: Final = _before(
    r"\b(?:dear|hi|hello|hey|hola|estimad[oa]|good (?:morning|afternoon|evening)|thanks|thank you"
    r"|reminder for|welcome|take care|good ?bye|bye|good to see you|nice to (?:meet|see) you"
    r"|feel better|see you(?: soon| then)?|congratulations|happy birthday),? "
)
# matches "pt ", "Baby boy ", "newborn, "; not "patients "
PATIENT: Final = _before(
    r"\b(?:pt|patient|baby(?: boy| girl)?|(?:boy|girl|twin) [ab]?|neonate|newborn|infant|mbr"
    r"|veteran)\.?,? "
)
# Whom a clinician examined. matches "I saw ", "I evaluated "; not "we saw "
EXAMINED: Final = _before(
    r"\b(?-i:I) (?:had the pleasure of seeing|saw|evaluated|examined|am seeing|followed) "
)
# The last words of `EXAMINED`: a set look-up is cheaper.
EXAMINED_ENDS: Final = frozenset((b"seeing", b"saw", b"evaluated", b"examined", b"followed"))
MEMBER: Final = _before(r"\b(?:member|client|resident|subscriber|enrollee),? ")
# A name that somebody is addressed by: "thanks for telling me, Jasmine."
VOCATIVE: Final = _before(r"[a-z], ")
# What is somebody's. matches "message for ", "born to ", "evaluation of patient: "; not "born in "
OF_SOMEBODY: Final = _before(
    r"\b(?:(?:message|reminder|report|mri|ct|result|lab|biopsy|refill|prescription|rx|appointment"
    r"|appt|visit|record|chart|authorization|referral|certificate|letter|surgery|call|note|summary"
    r"|file|order|claim|instruction|plan|certification|bill|invoice"
    r"|interpreter(?: used| present| needed)?)s? (?:is )?"
    r"(?:for|of|on|regarding|re)"
    r"|(?:proxy|poa|power of attorney|guardian|surrogate|caregiver) for"
    r"|behalf of|care of|(?:certify|advised|advise|state|confirm) that"
    r"|(?:mother|father|parents?|son|daughter|wife|husband|brother|sister|spouse|guardian|niece"
    r"|nephew|name) of|born to|regarding|evaluation of|seen)(?: patient)?:? "
)
# Whom somebody met. matches "spoke with ", "called pt, "; not "called a "
CONTACTED: Final = _before(
    r"\b(?:(?:met|spoke|speak|speaking|talked|talk|discuss(?:ed)?|meeting|visited)(?: [a-z]+)? "
    r"(?:with|to)|(?:called|call|visited|phoned|contacted|contact|notified|notify|texted|saw|seeing|see"
    r"|examined|interviewed|admit|admitted|transported|found"
    r"|referred|refer|reach|treated|treating|assessed|updated|told|taught|educated|instructed|paged"
    r"|reassured|advised|reminded|invited|spoke w/|accompanied by|brought (?:in )?by|driven by"
    r"|message (?:for|with)|(?:vm|voice ?mail|message|call|note|e-?mail|text|fax)"
    r"(?: [\d:]{3,5})? from"
    r"|calling for|bedside of|consent (?:was )?(?:obtained from|signed by|given by)"
    r"|per)(?: pt\.?,?| patient,?)?) "
)
# Whom somebody lives or came with. matches "lives at 12 Elm St., Unit 2 with ", "discussed with ";
# not "treated with "
WITH: Final = _before(
    r"\b(?:live[sd]?|(?-i:living)|resid(?:es|ing)|stay(?:s|ed|ing)|here|came|comes|arrived|visit|session"
    r"|meeting|talk|discussed|reviewed|shared|home|alone|together|patient|pt|family|\d[\w]{0,4})"
    r"[^.;\n]{0,40} (?:with|w/) ?"
)
# The last words of `AT_WORK`.
WORK_ENDS: Final = frozenset(b"work at for by with employer the".split()) | {b""}
# Where a note says in which room somebody lies. matches "Rm 4 ", "bed 12A: "; not "room service "
ROOM: Final = _before(r"\b(?:rm|room|bed|bay)\.? ?#?\d{1,4}[a-d]?[ ]?[:,-]? ")
# A client of a service that a clinical text speaks of. matches "Client "; not "client: "
CLIENT: Final = _before(r"\b(?:(?-i:[Cc])lient|consumer|resident|camper|claimant|excuse|decedent) ")
CLIENT_ENDS: Final = frozenset(
    (b"client", b"consumer", b"resident", b"camper", b"claimant", b"excuse", b"decedent")
)
"""The last words of `CLIENT`."""
# A message through the portal of a clinic. matches "Portal message from ", "patient portal - "
PORTAL: Final = _before(
    r"\b(?:(?:patient )?portal (?:secure )?message(?: received)?(?: from)?"
    r"|(?:patient portal|mychart)(?: message)?(?: from)?)[ :-]{1,3}"
)
# Care of one person. matches "therapy session with "; not the "session with " of a conference
SESSION: Final = _before(
    r"\b(?:therapy|counsel(?:l)?ing|clinic|office|home|telehealth|phone|intake|follow-?up)"
    r" (?:session|visit|encounter|appointment|call) with "
)
# Whom a note tells of. matches "Met with ", "spoke today with "; not the "Call " of a directory
MET: Final = _before(
    r"\b(?:met|spoke|talked|visited|saw|called|contacted|notified|discussed|interviewed|assessed"
    r"|evaluated)(?: [a-z]{2,9}){0,2} "
)
_NOTE: Final = (
    r"(?:note|eval(?:uation)?|visit|call|session|consult|assessment|triage|log|summary|encounter"
    r"|progress note)"
)
# The heading of a clinical note. Some words head columns of newspapers too, so a word for a note
# follows them. matches "SOCIAL WORK:", "\nPharmacy call:"; not "social work at", "Nutrition:"
NOTE_HEADING: Final = re.compile(
    rf"(?:\A|[\n\"]|  )[ \t*#]{{0,4}}"
    rf"(?:(?:social work|(?:case|care) management|home health|discharge planning|wound care"
    rf"|telephone encounter|triage|nursing|behavioral health|mental health)(?: {_NOTE})?"
    rf"|(?:nutrition|pharmacy|(?:physical|occupational|speech|respiratory) therapy|ot|pt|slp|ed"
    rf"|hospice|dental|therapy|birth|death|school nurse|palliative) {_NOTE})[ ]?[:.-]".encode(),
    re.IGNORECASE,
)
# The last words of `OF_SOMEBODY` and `CONTACTED`: a set look-up is cheaper.
SPOKEN_ENDS: Final = frozenset(
    b"for of on regarding re that to seen patient pt with called call visited phoned contacted "
    b"contact "
    b"notified notify texted saw seeing see examined interviewed admit admitted transported found "
    b"referred refer reach treated treating assessed updated told taught educated instructed paged "
    b"reassured advised reminded invited w/ by from per".split()
)
# The end of a letter. matches "\nSincerely,\n", "\nKind regards\n"; not "\nRegards to all\n"
SIGNED: Final = re.compile(
    rb"(?:^|\n)[ \t]*(?:sincerely|(?:best |kind |warm )?regards|respectfully"
    rb"|(?:many )?thanks(?: so much| again)?|thank you(?: so much| again)?|cheers|best|warmly"
    rb"|yours(?: truly| sincerely| faithfully)?|love|gracias|atentamente)[,.!]?\s{1,6}\Z",
    re.IGNORECASE,
)
LINE_START: Final = _before(_START)
SENDER: Final = _before(
    r"(?:\A|\n)from: ?\"?"
)  # the header of a mail. matches "From: "; not "Date: "
# Who was asked for a name. matches "your name?\nCaller: "; not "the name of the drug?"
NAME_ASKED: Final = re.compile(
    rb"(?:\b(?:your|his|her|their|patient'?s?|full|first|last|legal|child'?s)(?: [a-z]+){0,2}"
    rb" name\b|\bwhom? am i (?:speaking|talking)"
    rb"|\bwho(?:'?s| is) (?:this|that|calling|speaking|here|with|on)\b"
    rb"|\bspell\b)[^?\n]{0,60}[?.]",
    re.IGNORECASE,
)
REGARDING: Final = re.compile(
    rb"\bre(?:garding)?[ ]?[:=#-]", re.IGNORECASE
)  # matches "RE:"; not "Name:"
# The label of who writes. matches "\n[09:15] ", "\n**"; not "said "
SPEAKER: Final = _before(
    r"(?:\A|[\n\r]|  )[ \t>*#-]{0,6}(?:[\[(]?\d{1,2}:\d\d[^\n]{0,8}[\])]? ?)?[*_\[(<]{0,3}"
)
# A place of work. matches "at work (", "works at ", "employed by "; not "works with "
AT_WORK: Final = _before(
    r"\b(?:(?:at|from) work|works?(?:ed|ing)? (?:at|for)|employed (?:by|at|with)|employer:?"
    r"|job (?:at|with)) ?\(?(?:the )?"
)
