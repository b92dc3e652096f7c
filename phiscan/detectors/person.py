"""Names in free text: by label, by title, behind the word "patient", or before an identifier.

There is no list of names, because people's names are not a closed set. The words beside a name show
that it is one. Capital letters show where it ends, and so do words that no name has (`_NO_NAME`).
"""

import re
from dataclasses import replace
from typing import Final

from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.not_names import SPEECH, is_no_name
from phiscan.words.program_text import is_code, is_fixture
from phiscan.words.titles import TITLE_NOUNS, is_title_noun

# Hyperscan finds the surroundings without regard to case. The expressions for the value check case.
# They work on UTF-8 bytes: \xc3-\xd4 begins a letter with accents or of Greek and Cyrillic.
_WORD = r"[a-z\x80-\xff][a-z\x80-\xff'.-]{0,24}"
_LETTER = r"(?:[A-Za-z]|[\xc3-\xd4][\x80-\xbf]|\xe1[\xb8-\xbf][\x80-\xbf])"
_UPPER = r"(?:[A-Z]|[\xc3-\xd4][\x80-\xbf]|\xe1[\xb8-\xbf][\x80-\xbf])"
_NO_NAME = (
    r"xxx[a-x]{0,40}|the|this|that|was|is|has|had|and|or|of|for|to|in|on|at|by|with|from|your|our"
    r"|my|you|we|not|no|yes|none|unknown|pending|tbd|see|please|new"
    r"|dob|d\.o\.b|mrn|mr|mrs|ms|miss|dr|md|rn|np|pa|do|phd|ssn|npi|dea|id|age|aged|sex|gender|male"
    r"|female|phone|tel|fax|email|address|account|acct|visit|room|bed|unit|ward"
    r"|date|time|number|name|first|last|full|status|stable|alert|oriented|deceased|unresponsive"
    r"|discharged|admitted|seen|denies|denied|reports|reported|presents|presented|states|stated"
    r"|complains|tolerated|called|care|portal|safety|rights|record|records|history|information|info"
    r"|medical|health|hospital|clinic|center|centre|department|services?|education|medications?"
    r"|allerg(?:y|ies)|diagnos[ie]s|experience|population|group|data|summary|instructions?|consent"
    r"|access|satisfaction|discharge|admission|identification|demographics?|registration|advocate"
    r"|relations|transport|monitoring|engagement|management|report|reports|notes?|chart|file|form"
    r"|forms|card|account|accounts|billing|insurance|payment|invoice|order|orders|appointments?"
    r"|referrals?"
    r"|results?|labs?|system|server|service|api|app|application|database|table|class|type|string"
    r"|null|true|false|good|better|well|okay|ok|thanks|hi|hello|hey|just|it|it's|i'm|i|yeah|yep"
    r"|sure|um|uh|maybe|sometimes|only|protection|affordable|act|assistance|program|volume|centered"
    r"|family|outcome|outcomes"
    # fields of HL7 v2, X12 and FHIR, and labels of buttons
    r"|patients?|resources?|optional|privacy|consents?|postal|zone|treatments?|death|additional"
    r"|demographic|permits?|programs?|codes?|identifiers?|signature|source|events?|tracking"
    r"|relationships?"
    r"|types|changes?|medicine|details|updated?|failed|created|banner|actions?|menu|profile|schema"
    r"|indicators?|eligibility|requirements?|descriptor|observations?|values?|birth|policy|policies"
)
# matches "Maria", "O'Neil", "Ruiz-Lopez"; not "maria", "Status"
_CAPITAL = (
    rf"(?!(?i:{_NO_NAME})(?![A-Za-z'\x80-\xff])){_UPPER}(?:{_LETTER}|['-](?={_LETTER})){{1,24}}"
)
# matches "R." and "R"; not "Ro"
_INITIAL = rf"[A-Z](?:\.|(?!{_LETTER}|[.'-]))"
# matches "van der "; not "over "
_PARTICLE = (
    r"(?:(?:van|von|vom|zu|de|del|della|di|da|das|do|dos|du|des|la|le|los|las|el|al|bin|bint|ben"
    r"|ibn|abu|der|den|ter|ten|af|y|[Ss]t\.?)[ -])*"
)
_PART = rf"{_PARTICLE}(?:{_CAPITAL}|{_INITIAL})"
# matches "Maria R. Delgado" and "van der Berg, Ana"; not "delgado"
_NAME = rf"{_PART}(?: {_PART}){{0,3}}(?:, {_PART}(?: {_PART}){{0,2}})?"
_TWO_WORDS = rf"{_PART}(?:,? {_PART}){{1,3}}"
# Words with capitals do not go on to the noun of a title.
# matches "" in "Ana Ruiz was"; not in "Mini Mental State Examination" behind "Mini Mental"
_NOUNS = "|".join(sorted(TITLE_NOUNS))
_NO_TITLE = rf"(?!(?: [A-Z][A-Za-z]{{1,20}}){{0,4}} (?i:{_NOUNS})\b)(?![A-Za-z\x80-\xff])"
# What goes on with the rest of `Sample Patient`, which is nobody's name.
# matches "" in "Ana was"; not in "Sample Patient" behind "Sample"
_NO_FIXTURE = r"(?![A-Za-z\x80-\xff']| (?i:patient|person|user|client)\b)"
_TITLE = r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.? )?"
_IS = r"[\"']?[ \t]{0,3}[:=][ \t\"']{0,4}"
_QUOTED = r"[\"'] ?[:=] ?[\"']"

# matches "patient's full name", "Patient_Name"; not "patients", "patient"
_PATIENTS_NAME = (
    r"(?:patient(?:'s)?(?:[ _-]?(?:full|legal|first|last))?[ _-]?name|pt[ _-]name|name of patient)"
)
_LINE_START = r"(?:^|[\n\r|;,{(\t>]|  )[ \"'*-]{0,4}"
# matches "First name", "member's name"; not "Provider name", "name"
_OF_PERSON = (
    r"(?:(?:patient|pt|member|subscriber|insured|guarantor|beneficiary|policy ?holder|resident"
    r"|client)?[ _-]?(?:full|first|last|given|family|middle|maiden|legal|preferred)[ _-]?name"
    r"|(?:member|subscriber|insured|guarantor|beneficiary|policy ?holder|resident)(?:'s)?[ _-]name)"
)
_RELATIVE = (
    r"(?:next of kin|emergency contact|mother|father|spouse|husband|wife|daughter|son|guardian"
    r"|caregiver|parent)(?:'s)?(?:[ _-]name)?"
)
_BESIDE = r"(?:mrn|m\.r\.n\.|dob|d\.o\.b|date of birth|birth date|born|ssn|medical record)"
_LINK = r",?(?: (?:is|named|name is|called))?"


_KINDS: Final = frozenset(
    "patient patients person persons member members resource subscriber subscribers contact".split()
)
"""Words that programs use for the record of a person, and not for a person's name."""
# What follows a name in a sentence or a record. A heading or the label of a button has none of it.
# matches " was", ", 47", "."; not " Officer"
_GOES_ON = r"(?=,? [a-z0-9(]|[,;:.] ?[a-z0-9(]|[.,;]? ?\(|,? [\[|#/]|'s\b|\.(?:\s|$))"


_LETTERS: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")  # matches "Ruiz", "I've"; not "2"


def _value(before: str, name: str, after: str = "") -> re.Pattern[bytes]:
    return re.compile(f"{before}({name}){after}".encode("latin-1"))


def _is_called_so(text: str) -> bool:
    """Whether a person can be called so.

    False for code (`patient: Patient`, `patient: IReference`, `patient: s`), for titles
    (`Activation Measure`) and for speech (`Nope`).
    """
    if len(text) < 2 or text.lower() in _KINDS or is_code(text) or is_fixture(text):
        return False
    words = _LETTERS.findall(text)
    return words[0].lower() not in SPEECH and not any(map(is_title_noun, words))


def _is_called_by_one_word(text: str) -> bool:
    return _is_called_so(text) and not is_no_name(text.lower().encode())


def _has_a_given_name(text: str) -> bool:
    return _is_called_so(text) and any(w.lower() in GIVEN_NAMES for w in _LETTERS.findall(text))


def _detector(
    name: str, pattern: str, value: re.Pattern[bytes], subject: Subject, bare: Likelihood
) -> Detector:
    return Detector(
        name=name,
        info_type="PERSON_NAME",
        pattern=pattern,
        value=value,
        validate=_is_called_so,
        subject=subject,
        bare=bare,
        neighbours=False,
    )


DETECTORS = (
    # matches "Patient name: Maria" and patient_name="Ana Ruiz"; not "Patient name: pending"
    _detector(
        "name_of_patient",
        rf"\b{_PATIENTS_NAME}{_IS}{_WORD}",
        _value(rf"(?i:{_PATIENTS_NAME}){_IS}{_TITLE}", _NAME, _NO_FIXTURE),
        Subject.PATIENT,
        Likelihood.LIKELY,
    ),
    # matches "Patient: Maria Delgado"; not "Patient: stable". One word is as often an answer:
    # "Patient: Nope". `phiscan.people` reads it where nobody talks.
    _detector(
        "name_of_a_patient",
        rf"(?:\b|from_?|for_?)patient(?:'s)?{_IS}{_WORD},? {_WORD}",
        _value(rf"(?i:patient(?:'s)?){_IS}{_TITLE}", _TWO_WORDS),
        Subject.PATIENT,
        Likelihood.LIKELY,
    ),
    # matches "patient": "Margaret"; not "patient": "stable", "patient": "Nope."
    replace(
        _detector(
            "name_of_a_patient_in_quotes",
            rf"\bpatient{_QUOTED}{_WORD}[\"']",
            _value(rf"(?i:patient){_QUOTED}", _CAPITAL, r"(?=[\"'])"),
            Subject.PATIENT,
            Likelihood.LIKELY,
        ),
        validate=_is_called_by_one_word,
    ),
    # matches "Pt: Li Wu"; not pt = Point(1, 2), "pt: PageTemplate"
    _detector(
        "name_of_pt",
        rf"\bpt(?:\.?: {{0,3}}|{_QUOTED}){_WORD},? {_WORD}",
        _value(rf"\b(?:Pt|PT|pt)(?:\.?: {{0,3}}|{_QUOTED}){_TITLE}", _TWO_WORDS),
        Subject.PATIENT,
        Likelihood.LIKELY,
    ),
    # matches "First name: Maria" and "Member name: Ana Ruiz";
    # not "Provider name: Chen", "Name of the file: Report"
    _detector(
        "name_of_person",
        rf"{_LINE_START}{_OF_PERSON}{_IS}{_WORD}",
        # what follows the value excludes first_name = Column(String)
        _value(rf"(?i:{_OF_PERSON}){_IS}{_TITLE}", _NAME, r"(?![A-Za-z\x80-\xff(\[])"),
        Subject.PERSON,
        Likelihood.LIKELY,
    ),
    # matches "Name: Delgado, Maria R.";
    # not "name: Run Tests", name="Home City", "Pharmacy name: Good Health"
    _detector(
        "name_labelled",
        rf"{_LINE_START}name ?: {{0,3}}{_WORD},? {_WORD}",
        _value(rf"(?:Name|NAME) ?: {{0,3}}{_TITLE}", _TWO_WORDS),
        Subject.PERSON,
        Likelihood.LIKELY,
    ),
    # matches "Emergency contact: Ana Ruiz, daughter" and "her daughter Ana Ruiz";
    # not "Emergency contact: 911", "Parent Edge Container"
    _detector(
        "name_of_relative",
        rf"\b{_RELATIVE}(?:{_IS}|,? ){_WORD} {_WORD}",
        _value(rf"(?:(?i:{_RELATIVE}){_IS}|\b{_RELATIVE},? ){_TITLE}", _TWO_WORDS),
        Subject.PERSON,
        Likelihood.LIKELY,
    ),
    # matches "Daughter Ana Ruiz was told"; not the heading "Parent Edge Container"
    _detector(
        "name_after_capital_relative",
        rf"\b{_RELATIVE},? {_WORD} {_WORD}",
        _value(rf"(?=[A-Z])(?i:{_RELATIVE}),? {_TITLE}", _TWO_WORDS, _GOES_ON),
        Subject.PERSON,
        Likelihood.LIKELY,
    ),
    # matches "Daughter Ana Ruiz" at the end of a line; not "Parent Edge Container"
    replace(
        _detector(
            "given_name_after_relative",
            rf"\b{_RELATIVE},? {_WORD} {_WORD}",
            _value(rf"(?=[A-Z])(?i:{_RELATIVE}),? {_TITLE}", _TWO_WORDS, r"(?!-?\w)"),
            Subject.PERSON,
            Likelihood.LIKELY,
        ),
        validate=_has_a_given_name,
    ),
    # matches "patient Maria Delgado" and "the patient is Jocelyn Lopez,";
    # not "Patient Safety Officer"
    _detector(
        "name_after_patient",
        rf"\bpatient{_LINK} {_WORD} {_WORD}",
        _value(
            rf"(?:patient{_LINK}|(?i:patient),?(?: (?:is|named|name is|called))) {_TITLE}",
            _TWO_WORDS,
            _NO_TITLE,
        ),
        Subject.PATIENT,
        Likelihood.POSSIBLE,
    ),
    # matches "Patient Maria Delgado was seen"; not the heading "Patient Portal Login Updated"
    _detector(
        "name_after_capital_patient",
        rf"\bpatient,? {_WORD} {_WORD}",
        _value(rf"(?:Patient|PATIENT),? {_TITLE}", _TWO_WORDS, _GOES_ON),
        Subject.PATIENT,
        Likelihood.POSSIBLE,
    ),
    # matches "Patient Maria Delgado" at the end of a line; not "Patient Portal Login"
    replace(
        _detector(
            "given_name_after_patient",
            rf"\bpatient,? {_WORD} {_WORD}",
            _value(rf"(?:Patient|PATIENT),? {_TITLE}", _TWO_WORDS, r"(?!-?\w)" + _NO_TITLE),
            Subject.PATIENT,
            Likelihood.POSSIBLE,
        ),
        validate=_has_a_given_name,
    ),
    # matches "Mrs. Delgado" and "Mr. van der Berg"; not "MS Word", and not the provider "Dr. Chen"
    _detector(
        "name_titled",
        rf"\b(?:mr|mrs|ms|miss|mx)\.? {_WORD}",
        _value(r"\b(?:(?:Mr|Mrs|Ms|Miss|Mx)\.?|MRS?\.|MS\.) ", rf"{_PART}(?: {_PART}){{0,3}}"),
        Subject.PERSON,
        Likelihood.LIKELY,
    ),
    # matches "Zhang, Odette C. | MRN 55623" and "RE: Ana Ruiz, DOB 1961-04-02";
    # not "Label with MRN", "Sensor Network (SSN)", "Pen, Borneo"
    _detector(
        "name_before_identifier",
        rf"[a-z\x80-\xff'., -]{{4,40}}[ ,|;(\n\r-] ?\(?{_BESIDE}\b",
        _value(
            r"(?<![A-Za-z'.\x80-\xff-])(?<!itness: )(?<!rovider: )(?<!ysician: )(?<!ttending: )"
            r"(?<!urgeon: )(?<!octor: )(?<! by: )(?<! by )(?<!Dr\. )(?<!RN: )",
            _TWO_WORDS,
            rf"\s?[,|;(\n\r-]{{1,3}}\s?\(?(?i:{_BESIDE})(?![A-Za-z\x80-\xff]| ?\))",
        ),
        Subject.PATIENT,
        Likelihood.LIKELY,
    ),
)
