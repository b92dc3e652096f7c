"""Recognises program text in place of a value: `name: HumanName`, `"city": "City"`.

Programs, schemas and translations use the labels of records and are about nobody. A value is judged
by its own form. If names or streets have that form too, the value counts as one: `McDonald`,
`deVries`, `O'Brien`, `Main St`.
"""

import re
from typing import Final

from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.not_names import is_no_name

_TYPES: Final = frozenset(
    # types of schemas, among them FHIR's: https://hl7.org/fhir/datatypes.html
    "element backboneelement backbonetype resource domainresource narrative attachment identifier "
    "humanname contactpoint contactdetail codeableconcept codeablereference coding quantity period "
    "reference datatype annotation signature extension datetime instant markdown base64binary "
    "timestamp varchar uuid enum array boolean integer decimal double float long short char byte "
    "optional nullable required varying string str int float bool bytes number boolean date object "
    "null none undefined".split()
)
_FAMILIES: Final = frozenset(("Long", "LONG", "Short", "SHORT"))
"""Types that are common family names, written as names are."""
_ENDINGS: Final = frozenset(
    "Type Types Name Names Id Ids ID List Element Resource Address Code Codes Concept Date Time "
    "Timestamp String Info Data Record Object Model Schema Field Fields Key Value Values Enum "
    "Class Interface Component Provider Service Request Response Config Options Props State Form "
    "Input Output Column Number Reference Entity Text Label Token Url URL Uri Index Param Params "
    "Filter Event Map".split()
)
"""Last words of identifiers in programs."""
_PARTICLES: Final = frozenset(
    "de di da do du la le lo van von der del dos des mac mc o al el bin ibn st ten ter a d "
    "l".split()
)
"""First words of family names that go on with a capital: `deVries`, `vanDyke`."""
_IDENTIFIER: Final = re.compile(r"_*[A-Za-z]\w*")  # matches "first_name"; not "first name"
_HUMP: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+")  # "first", "Name" in "firstName"
_PATH: Final = re.compile(r"[A-Za-z_]\w+(?:\.[A-Za-z_]\w*)+")  # matches "user.name"; not "J.Ruiz"
_REPOSITORY: Final = re.compile(r"[\w.-]+/[\w./-]+")  # matches "octo/hello-world"; not "octo/"
_VARIABLE: Final = re.compile(r"[$%&@]\w|\\[a-z]")  # matches "$name", "%s"; not "5%"
# matches "a factor with two levels", "the name of the city", "list of integers"; not "Anna Ruiz"
_DESCRIPTION: Final = re.compile(
    r"(?:an?|the|this|these|which|whether|one of|name of|lists? of|used|if|contains|optional"
    r"|e\.g\.|i\.e\.) "
)
_MANY_HUMPS: Final = 3
_LONGEST_PARTICLE: Final = 3
_FEWEST_TOLD: Final = 3
"""The fewest small words of a description."""
_SELVES: Final = frozenset("self this cls super std os sys".split())
"""How a path in a program may begin."""
# What joins or fills texts in a program, and where a schema points.
# matches "fname + ", "%s.%s", "#/definitions/Name", "a if b else c"; not "Ana Ruiz"
_OPERATOR: Final = re.compile(r"[ '\"]\+(?:[ '\"]|\Z)|%[sdr(]|#/|\bif\b.{1,80}\belse\b|&&")


def is_code(value: str) -> bool:
    """Whether a value is program text or a schema's, and no name, street or town."""
    text = value.strip().strip(",;!?[]").strip("'\"`")
    is_type = text.lower() in _TYPES and text not in _FAMILIES
    if is_type or _VARIABLE.match(text) or _DESCRIPTION.match(text):
        return True
    # airlines write the name RUIZ/ANA
    if _REPOSITORY.fullmatch(text) and not text.isupper():
        return True
    return _is_name_in_a_program(text)


def _is_name_in_a_program(text: str) -> bool:
    if _PATH.fullmatch(text):
        return _is_path_in_a_program(text.split("."))
    # programs are written in ASCII, and "Jabłońska" has no humps
    is_identifier = text.isascii() and _IDENTIFIER.fullmatch(text) is not None
    return is_identifier and _is_given_by_a_programmer(text)


def is_about_a_name(value: str) -> bool:
    """Whether a value is no name, but an expression or a description in the place of one.

    `fname + ".txt"` makes a name, and `Absolute path name of the file.` explains one. Statements of
    health may look like both: `Strep + in the culture of the throat`.
    """
    return _OPERATOR.search(value) is not None or _is_description(value)


def _is_description(value: str) -> bool:
    """Whether a value is a sentence.

    A third of its words, and three at least, are small words of sentences. Names have such words
    too: `Maria de la Cruz`, `Estate of the late Ana Ruiz`.
    """
    words = value.split()
    if len(words) < _FEWEST_TOLD:
        return False
    told = sum(
        word.islower() and word not in _PARTICLES and is_no_name(word.strip(".,;").encode())
        for word in words
    )
    return told >= _FEWEST_TOLD and told * 3 >= len(words)


def _is_path_in_a_program(parts: list[str]) -> bool:
    """Whether parts with dots between them are a program's: `self.name`, `google.rpc.Status`.

    Not `ana.maria.ruiz`, which is the name of an account.
    """
    if parts[0] in _SELVES or any("_" in part for part in parts):
        return True
    is_long = len(parts) > 2 and GIVEN_NAMES.isdisjoint(map(str.lower, parts))
    return is_long or any(map(_is_given_by_a_programmer, parts))


def _is_given_by_a_programmer(word: str) -> bool:
    """Whether a word is an identifier: `firstName`, `CodeableConceptList`, `patient_name`.

    `CreateMember` too, because no name has the word. Not `McDonald`, `DeShawn`, `ana_ruiz`.
    """
    if "_" in word.strip("_"):
        return word.rpartition("_")[2].capitalize() in _ENDINGS
    if not word.isalpha() or word.isupper() or word.islower():
        return word.capitalize() in _ENDINGS and word.islower()
    humps = _HUMP.findall(word)
    if len(humps) >= _MANY_HUMPS or (len(humps) > 1 and humps[-1] in _ENDINGS):
        return True
    if len(humps) < 2:
        return False
    if humps[0].islower() and humps[0] not in _PARTICLES:
        return True
    return any(
        len(hump) > _LONGEST_PARTICLE and is_no_name(hump.lower().encode()) for hump in humps
    )


_OF_TESTS: Final = frozenset("test testing dummy sample example fake mock demo sandbox".split())
"""Words for what stands for a person in tests and manuals."""
_OF_ROLES: Final = frozenset(
    "patient patients person user client member subscriber customer record account name first last "
    "one two three a b".split()
)
_ALONE: Final = frozenset("test patient dummy testpatient testuser testperson".split())
"""Words that are no family name where they stand alone. Families are called Sample and Demo."""
# A cheap test for any of them. matches "Test Patient"; not "Ana Ruiz"
_TELLS_OF_TESTS: Final = re.compile(
    "test|dummy|sample|example|fake|mock|demo|sandbox|patient", re.IGNORECASE
)
# A short number of a fixture. matches "TEST0001", "TEST-001", "DEMO-MRN-12"; not "TEST-7730145"
_FIXTURE: Final = re.compile(
    r"(?:test|dummy|sample|example|fake|mock|demo)(?:[-_ ]?(?:mrn|patient|pt|id))?[-_ ]?\d{0,4}",
    re.IGNORECASE,
)


def is_fixture(value: str) -> bool:
    """Whether a value stands for a name in a test or a manual: `Test Patient`, `Dummy User 2`.

    Each of its words says so, and `Joe Sample` is a person.
    """
    if _TELLS_OF_TESTS.search(value) is None:
        return False
    words = [word for word in re.split(r"[\s,._-]+", value.lower()) if not word.isdigit()]
    if len([word for word in words if word]) == 1:
        return "".join(words) in _ALONE
    return not _OF_TESTS.isdisjoint(words) and all(
        word in _OF_TESTS or word in _OF_ROLES for word in words if word
    )


def is_fixture_number(value: str) -> bool:
    """Whether a value is a number of a fixture: `TEST0001`. An issued one has more digits."""
    return _FIXTURE.fullmatch(value.strip()) is not None


# An address of a machine, of memory or of mail. matches "fe80::1", "10.0.0.1", "db:5432",
# "https://", "0x7f", "ana@acme.com"; not "12 Main St"
_NETWORK: Final = re.compile(
    r"(?:[\da-fA-F]{0,4}:){2,}|\d{1,3}(?:\.\d{1,3}){3}|[\w.-]+:\d{1,5}\Z|\w+://|0x[\da-fA-F]"
    r"|[^\s@]+@[^\s@]+\Z"
)
_TOKEN: Final = re.compile(r"\S{24,}")


def is_place(value: str) -> bool:
    """Whether a value can be a postal address, and not a machine's address or a variable's name."""
    text = value.strip()
    if _NETWORK.match(text) or _TOKEN.fullmatch(text):
        return False
    return not text.isascii() or " " in text or text[:1].isdigit() or not text.islower()


_PICTURE: Final = re.compile(r"\S*[./:]\S+|\S{16,}")  # matches "a.png"; not "yes", "a photo"


def is_picture(value: str) -> bool:
    """Whether a value can be a picture or name one: a file, a web address, or base64."""
    text = value.strip()
    return _PICTURE.fullmatch(text) is not None and not _is_name_in_a_program(text)


# The print of a key. matches "d4:1d:8c:d9:", "SHA256:", "prints["; not "d41d8cd9"
_KEYS_PRINT: Final = re.compile(r"(?:[\da-fA-F]{2}:){4}|(?:SHA-?\d{1,3}|MD5)[:=]|\w+\[")


def is_print(value: str) -> bool:
    """Whether a value can be a person's finger or voice print, and not a key's or certificate's."""
    text = value.strip().strip("'\"")
    return _KEYS_PRINT.match(text) is None and not is_code(text)
