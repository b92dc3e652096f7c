"""What stands behind a name and shows that it is one, and whose.

Ages, verbs of clinical notes, identifiers, relations, numbers. Each expression begins at the end of
the name.
"""

import re
from typing import Final

from phiscan.words.relations import RELATION


def _after(expression: str) -> re.Pattern[bytes]:
    return re.compile(rf"\A(?:{expression})".encode("latin-1"), re.IGNORECASE)


# matches "8/8/1948", "2024-03-14", "8 Aug 1948"; not "8/1948"
_DATE: Final = (
    r"(?:\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{4}-\d\d-\d\d|\d{1,2}[ -][a-z]{3,9}[ -]\d{4})"
)
# matches "47-year-old", "47 y/o", "47yo", "47M"; not "47 men"
_AGED: Final = (
    r"\d{1,3}(?:[ -]?(?:years?|yrs?|months?|mos?|weeks?|wks?|days?)[ -]old|[ -]?y[./ ]?o\b|[ -]?y\b"
    r"|[ -]?yrs?\b|[ -]?(?-i:[MF])\b)"
)
# matches " from", ", calling from"; not " form"
FROM: Final = _after(r",? (?:calling |here )?(?:from|with|at|speaking)\b|, who do i\b")
# What a reminder says to whom it names. matches ", you have", ", your appointment"; not ", you"
REMINDED: Final = _after(r", (?:you(?:'re| are| have)|your|it'?s time|this is a reminder|please)\b")
# matches " / 3/4/1961", " | 1961-03-04"; not ", 3/4/1961", which is as often the day of a letter
RECORDED: Final = _after(rf" ?[/|] ?{_DATE}")
SALUTE_END: Final = _after(r"[ ]?[,:!.;\n\r-]|\Z")  # matches ","; not " and"
MEMBER_ID: Final = _after(r",? \(?(?:id|dob|date of birth|\x23)\b")  # matches ", DOB"; not " ids"
VOCATIVE_END: Final = _after(r"[.?!](?:\s|\Z)")
SENDER: Final = _after(r"\"? ?<[^<>@\s]{1,64}@")
LINE_END: Final = _after(r"[ \t]*(?:[\r\n]|\Z)")
# What is a clinician's. matches "'s office", " clinic"; not "'s house"
OFFICE: Final = _after(
    r"(?:'s?)? (?:office|clinic|practice|nurse|secretary|front desk|service line)\b"
)
# A line below a signature that shows that a member of staff signed.
# matches "\nSurgery Clinic"; not "\nYour neighbour"
STAFF_BELOW: Final = re.compile(
    rb"\A[ \t]*\r?\n[ \t]*[^\n]{0,48}\b(?:M\.?D|D\.?O|RN|NP|PA-C|PhD|clinic|department|consultant"
    rb"|physician|medicine|hospital|health|practice|manager|director|associates|pediatrics"
    rb"|representative|team|services?)\b",
    re.IGNORECASE,
)
# An age after a name. matches ", 47-year-old", " is a thin 47 y/o", ", 47M"; not ", aged"
AGED: Final = _after(
    rf"(?:,| [|/]|) \(?(?:is |was )?(?:an? )?(?:(?-i:[a-z-]+),? ){{0,4}}{_AGED}"
    rf"|,? {{0,4}}\(?{_AGED}|,? \(?G\d{{1,2}} ?P\d"
    rf"|,? (?:is|was) an? (?:very )?"
    rf"(?:pleasant|delightful|lovely|kind|thin|frail|obese)\b"
)
# What notes say of a patient. matches " was admitted", " underwent", " (he/him) presents";
# not " was early"
CARED_FOR: Final = _after(
    r" (?:\([^)\n]{1,40}\) )?(?:(?:was|is|has been|had been|were|will be) (?:also |again )?"
    r"(?:seen|admitted|discharged|evaluated|referred|followed|accompanied|hospitali[sz]ed|treated"
    r"|diagnosed|re-?evaluated|counsel?led|intubated|alert|s/p|status post"
    r"|brought|transferred|scheduled for|here (?:for|today)|doing|taking|currently)"
    r"|discharged (?:home|to|on)|came in (?:today )?(?:for|with)|up in (?:a )?chair"
    r"|(?:passed|expired) at \d{4}|arrive[sd] (?:via|by) (?:ems|ambulance)"
    r"|to discuss (?:his|her|the|hb?a1c|labs?|results?|biopsy|imaging|test)"
    r"|returns?(?:ed)? (?:today|to clinic|for)|present(?:s|ed)\b|denie[sd]|complains|endorses"
    r"|(?:expired|passed away) (?:at|on) \d{1,2}:?\d{2}|delivered (?:an?|via|vaginally|by)"
    r"|underwent|tolerated|suffered|sustained|received|remains|consumed|ambulate[sd]|verbali[sz]e[sd]"
    r"|gets? (?:worse|better)|had |has (?:a history|had|been|no|chest|a fever|pain))\b"
)
# matches ", seen today for", ", seen 3/2/2024 for"; not ", seen as"
SEEN: Final = _after(rf",? seen (?:(?:on )?(?:today|yesterday|{_DATE}) )?(?:for|with|because)\b")
# What a sentence says of somebody who has a condition or takes a drug, which follows.
# matches " has severe ", "; takes ", " is out of "; not " has sold "
_FEW_WORDS: Final = r"(?:(?-i:[a-z-]{1,20}) ){0,3}"
SUFFERS: Final = _after(
    r"(?: \([^()\n]{1,30}\))?(?: (?:also|now|still|who))?,? (?:has|had|takes|took|needs|needed"
    r"|wants|uses|missed|refused|declined|(?:is|was|been) (?:on|taking)"
    r"|ran out of|is out of|suffers from|(?:is|was) suffering from|is allergic to|lives with"
    rf"|is (?:being )?treated for|(?:is )?here for|came in for) {_FEW_WORDS}\Z"
)
# How a clause ends behind a condition or a drug with its dose.
# matches ".", " 10 mg", " for 3 years", " and takes"; not " drugs", " camps"
CLAUSE_ENDS: Final = re.compile(
    rb"\A(?:[ ]\d{1,4}(?:\.\d{1,3})? ?(?:mg|mcg|ml|units)\b|[.,;:!?)\n\r]|\s*\Z"
    rb"|[ ](?:and|but|for|since|which|with|that|because|due|after|before|so|in|on|daily|again"
    rb"|now|at"
    rb"|who|this|today|tonight|tomorrow|yesterday|next|last|x ?\d|\d|\()\b)"
)
# matches " 300 mg."; not " tablets"
DOSED: Final = re.compile(rb"\A \d{1,4}(?:\.\d{1,3})? ?(?:mg|mcg|ml|units)\b\s*(?:[.,;\n\r]|\Z)")
ROLE: Final = _after(r" (?:patient|person|user|client|member)\b")  # matches " Patient"
# Why somebody is called. matches " at 515-555-0142 about "; not " at noon about "
CALLED_ABOUT: Final = _after(
    r" (?:at|on|@) \(?\+?[\d(][\d ().x/_-]{7,22} (?:about|re:?|regarding) " + _FEW_WORDS + r"\Z"
)
# What is said of a person and of nothing else, so that one name is enough in a sentence.
# matches " is a 61 year old with", " is a 7 yo boy"; not " is a 20 year old company"
OLD: Final = _after(
    r" (?:is|was) an? \d{1,3}[ -]?(?:years?|yrs?|y)?[ -/]?(?:old|o)?,? (?:man|woman|male|female|boy"
    r"|girl|gentleman|lady|patient|with|who|here|status|s/p|presenting|right|left)\b"
)
HERE: Final = _after(
    r" (?:is )?here (?:today )?(?:for|w/|with)\b"
)  # matches " here for"; not " here"
# What notes say of a person. matches " states", " lives with", " went home"; not " lived"
VERB: Final = _after(
    r" (?:\([^)\n]{1,40}\) )?(?:also |again |then |now |just |still |has |did not |does not )?"
    r"(?:to (?:learn|call|bring|drive|help|pick|follow|assist|provide|stay|sign|decide|contact"
    r"|arrange)"
    r"|(?:should|must|might|shall|was|is|were|will(?: be)?|would|can|could|may|has|had|did|does) "
    r"|returns?|reports|reported|states|stated|says|said|called|calls|refused|refuses"
    r"|lives (?:with|alone|at|in)|needs|needed|takes|took|at (?:the )?bedside|present\b"
    r"|trained|visit(?:s|ed)|helps|helped|agrees|agreed"
    r"|asks|asked|wants|wanted|thinks|thought|feels|felt|forgot|forgets|remembers|ate|eats|slept"
    r"|sleeps|sleeping|resting|drank|drinks|walked|walks|went|goes|came|comes|drove|drives|brought"
    r"|brings|gave|gives|got|gets|left|arrived|arrives|picked up|notified|informed|updated|aware"
    r"|tearful|crying|smiling|sitting|lying|confirms|confirmed|describes|described|mentioned|noticed"
    r"|practi[cs]ed|continues|manages|managed|prefers|understands|understood|expressed|hopes|worries"
    r"|worried|joined|joins|connected|logged (?:in|on)|plans|works as|used to|missed|knows|drowsy"
    r"|alert\b|comfortable\b"
    r"|no-?showed|no showed|cancell?ed|rescheduled|checked in|is due for|fell\b|slipped"
    r"|stopped|started|completed|requested|requests|signed|consented|declined|declines|improved)"
)
# An identifier after a name. matches ", DOB", " (MRN", "|M|8/8/1948", " (8/8/1948)"; not ", domain"
IDENTIFIED: Final = _after(
    rf"'?s?[ ]?[,|;:(\[\n\t -]{{0,4}}(?:is )?\(?(?:"
    rf"(?:mrn|m\.r\.n|mr ?#|dob|d\.o\.b|d/o/b|b-?day|born|date of birth|birth ?date|ssn"
    rf"|medical record|chart ?(?:no|#)|acct|nhs|last4|birthday)\b|(?-i:[MF]) ?\| ?{_DATE}"
    rf")| \({_DATE}\)| ?\| ?{_DATE} ?\| ?(?:[A-Z]{{1,3}}-?)?\d{{5,}} ?\|"
)
DATED: Final = _after(rf"[ ]?[,|(/-]? ?{_DATE}")  # matches ", 8/8/1948"; not ", 8/1948"
# matches ", member ID", " (claim #"; not ", member since"
MEMBER: Final = _after(
    r"[ ]?[,|;:(\n\t -]{1,3}(?:member|subscriber|policy|claim|account|employee) ?(?:id|no|num|#|:)"
    r"|,? member (?-i:[A-Z]{0,3}\d{6,})"
)
# matches ", her daughter", " (wife"; not ", daughterly"
KIN: Final = _after(
    rf",? ?\(?(?:(?:who is )?(?:his|her|the|their|patient'?s|pt'?s|my|our) )?"
    rf"(?:(?:maternal|paternal|older|elder|eldest|younger|youngest|adult|late)[ -])?{RELATION}\b"
)
# Whose relative somebody is. matches " (mother of Ana", ", wife of pt"; not " (mother of all"
OF_A_PATIENT: Final = _after(rf",? \(?(?:the )?{RELATION} of (?:pt\b|patient|(?-i:[A-Z]))")
# matches " (her daughter)", " (grandson"; not " (see"
KIN_IN_BRACKETS: Final = _after(
    rf" \((?:(?:his|her|the|their|patient'?s|pt'?s|my) )?{RELATION}(?:[),;:]| of\b| \()"
)
# matches ", cell 515-555-0142", " at (515) 555-0142"; not ", 5155"
PHONE: Final = _after(
    r",? ?\(?(?:at|cell|mobile|ph|phone|tel|contact|@|home|on"
    r"|number)?[.:# ]{0,3}(?:(?:\+?1[-. ])?\(?[2-9]\d\d\)?[-. ]{0,2}\d{3}[-. ]\d{4}"
    r"|\+\d{1,3}(?:[ ()-]{1,2}\d{1,6}){2,5})"
)
# What is said only of people, so that a name that no list knows is one.
# matches " sleeping", " notified by telephone"; not " is here", " notified"
STATE: Final = _after(
    r" (?:is |was |now |still ){0,2}(?:sleeping|asleep|awake|resting|tearful|drowsy|crying|smiling"
    r"|lives (?:alone|with (?:his|her|their))"
    r"|(?:notified|informed|updated|reached|called|contacted) (?:by|via|over|on) (?:the )?"
    r"(?:tele)?phone)\b"
)
# matches "'s labs", "'s daughter"; not "'s car"
OWNS: Final = _after(
    rf"'s? (?:{RELATION}|chart|labs?|results?|rash|fever|pain|meds|medications?|surgery|appointment"
    rf"|biopsy|care|records?|test|history|condition)\b"
)
# Program text behind a word. matches "(String" in "Column(String)", ".name", " = x"; not " (DOB)"
CODE: Final = re.compile(rb"\A(?:[(\[{<\\]|[.:][A-Za-z_:(]|[ ]?(?:=|->|\{))")
# A sentence that goes on. matches " was", ", 47", "'s"; not " Officer"
GOES_ON: Final = re.compile(rb"\A(?:,? [a-z0-9(]|[,;:.] ?[a-z0-9(]|,? [\[|#/-]|'s\b|\.(?:\s|\Z))")
# A heading that goes on. matches " and " in "Patient Death and Autopsy Indicator"; not " is "
JOINS: Final = re.compile(rb"\A (?:and|or|of|for|to|per|from|by) ")
# The end of a field in a form: one word there is a name, and not the beginning of speech.
# matches "\n", "  MRN", ", DOB", " | ", " - "; not ".", " it hurts"
FIELD_ENDS: Final = _after(r"[ \t]*(?:\Z|[\r\n|;,(\t\"'<]|  | [-/] )")
# The end of a name that heads an entry. matches "\n", " - POD#2", " (MRN", ", chart", " / 3/4/61",
# "  bed"; not ". Effects", ", and Lee"
ENTRY_ENDS: Final = _after(
    r"[ \t]*(?:\Z|[\r\n|;(\t<]|  | ?[-/:] ?|\.? ?\n)|, (?!and\b|&|et al|(?-i:[A-Z]))"
)
CALLED_TO: Final = _after(r", [a-z]|\?(?:\s|\Z)")  # matches ", how", "?"; not "."
SPEAKER: Final = _after(r"[*_\])>]{0,3}(?: \(?\d{1,2}:\d\d[^\n:]{0,6})? ?:[*_]{0,3}\s")  # ": "
# matches " Measure", " Disease Questionnaire"; not " was"
NEXT_WORDS: Final = re.compile(rb"\A(?:[ -][A-Z][A-Za-z]{1,20}){1,4}")
# A number that identifies its owner. matches " (E790346274)", " / 222937", ", BCM-220198";
# not " (2019)", ", 515-555-0142", which is anybody's
NUMBERED: Final = _after(
    r"'?s?,? {0,4}[(/|#-]{0,2} {0,3}#?(?!\d{3}-\d{3}-\d{4}(?![\d-]))"
    r"(?:(?-i:[A-Z]){1,5}-?)?\d{2,}[\d-]{3,}(?![\d./])"
)
# The rest of a number of which the segment is a prefix. matches "-887-79"; not "-Ruiz", " -88"
PART_NUMBER: Final = re.compile(rb"\A-\d")
# matches ", room 220", " in bed 4", " in 304?"; not " roomed", " in 2019 he"
ROOMED: Final = _after(
    r",? ?\(?-? ?(?:in )?(?:room|rm\.?|bed|bay)\b ?#?[\dA-Z]| in \d{3,4}[a-d]?(?:[?.,;]| bed\b)"
)
# Demographics on the line below. matches "\n12 Maple", "\nDOB"; not "\nDear"
HOME_BELOW: Final = _after(
    r"[ \t]*\r?\n[ \t]*(?:\d{1,6} [A-Za-z0-9]|(?:DOB|D\.O\.B|Date of birth|MRN|Age|Sex|Address)\b)"
)
