"""What stands behind a label in programs, schemas and translations: `name: HumanName`, `"city": "City"`, `addr = addrbuf`.

Such documents use the labels of records and tell of nobody. A value is judged by its own form; where a person's name or a street
has that form too, it counts as theirs: `McDonald`, `deVries`, `O'Brien`, `Main St`.
"""

import re
from typing import Final

_TYPES: Final = frozenset(
    # what schemas call their types, FHIR's among them: https://hl7.org/fhir/datatypes.html
    "element backboneelement backbonetype resource domainresource narrative attachment identifier "
    "humanname contactpoint"
    " contactdetail codeableconcept codeablereference coding quantity period reference datatype "
    "annotation signature extension"
    " datetime instant markdown base64binary timestamp varchar uuid enum array boolean integer "
    "decimal double float long short"
    " char byte optional nullable required varying string str int float bool bytes number boolean "
    "date object null none undefined".split()
)
_ENDINGS: Final = frozenset(
    "Type Types Name Names Id Ids ID List Element Resource Address Code Codes Concept Date Time "
    "Timestamp String Info Data Record Object"
    " Model Schema Field Fields Key Value Values Enum Class Interface Component Provider Service "
    "Request Response Config Options Props"
    " State Form Input Output Column Number Reference Entity Text Label Token Url URL Uri Index "
    "Param Params Filter Event Map".split()
)
"""Last words of names that programmers give."""
_PARTICLES: Final = frozenset(
    "de di da do du la le lo van von der del dos des mac mc o al el bin ibn st ten ter a d "
    "l".split()
)
"""First words of family names that go on with a capital: `deVries`, `vanDyke`."""
_IDENTIFIER: Final = re.compile(r"_*[A-Za-z]\w*")
_HUMP: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+")
_PATH: Final = re.compile(r"[A-Za-z_]\w+(?:\.[A-Za-z_]\w*)+")
_REPOSITORY: Final = re.compile(r"[\w.-]+/[\w./-]+")
_VARIABLE: Final = re.compile(r"[$%&@]\w|\\[a-z]")
# "a factor with two levels", "the name of the city", "list of integers"
_DESCRIPTION: Final = re.compile(
    r"(?:an?|the|this|these|which|whether|one of|name of|lists? of|used|if|contains|optional|e\.g\.|i\.e\.) "
)
_MANY_HUMPS: Final = 3


def is_code(value: str) -> bool:
    """Whether a value is what a program or a schema says, and no name, street or town."""
    text = value.strip().strip(",;!?[]").strip("'\"`")
    if text.lower() in _TYPES or _VARIABLE.match(text) or _DESCRIPTION.match(text):
        return True
    # "octo/hello-world"; airlines write RUIZ/ANA
    if _REPOSITORY.fullmatch(text) and not text.isupper():
        return True
    return _is_name_in_a_program(text)


def _is_name_in_a_program(text: str) -> bool:
    if _PATH.fullmatch(text):
        return any(_is_given_by_a_programmer(part) for part in text.split("."))
    return _IDENTIFIER.fullmatch(text) is not None and _is_given_by_a_programmer(text)


def _is_given_by_a_programmer(word: str) -> bool:
    """`firstName`, `CodeableConceptList`, `patient_name`; not `McDonald`, `DeShawn`, `ana_ruiz`."""
    if "_" in word.strip("_"):
        return word.rpartition("_")[2].capitalize() in _ENDINGS
    if not word.isalpha() or word.isupper() or word.islower():
        return word.capitalize() in _ENDINGS and word.islower()
    humps = _HUMP.findall(word)
    if len(humps) >= _MANY_HUMPS or (len(humps) > 1 and humps[-1] in _ENDINGS):
        return True
    return len(humps) > 1 and humps[0].islower() and humps[0] not in _PARTICLES


_NETWORK: Final = re.compile(
    r"(?:[\da-fA-F]{0,4}:){2,}|\d{1,3}(?:\.\d{1,3}){3}|[\w.-]+:\d{1,5}\Z|\w+://|0x[\da-fA-F]|[^\s@]+@[^\s@]+\Z"
)
"""Addresses of machines, of memory and of mail."""
_TOKEN: Final = re.compile(r"\S{24,}")


def is_place(value: str) -> bool:
    """Whether a value can be where somebody lives: no machine's address, no variable's name."""
    text = value.strip()
    if _NETWORK.match(text) or _TOKEN.fullmatch(text):
        return False
    return not text.isascii() or " " in text or text[:1].isdigit() or not text.islower()


_PICTURE: Final = re.compile(r"\S*[./:]\S+|\S{16,}")


def is_picture(value: str) -> bool:
    """Whether a value can be a picture or say where one is: a file, an address, letters of
    base64."""
    text = value.strip()
    return _PICTURE.fullmatch(text) is not None and not _is_name_in_a_program(text)


_KEYS_PRINT: Final = re.compile(r"(?:[\da-fA-F]{2}:){4}|(?:SHA-?\d{1,3}|MD5)[:=]|\w+\[")


def is_print(value: str) -> bool:
    """Whether a value can be somebody's finger print or voice print, and not that of a key or of a
    certificate."""
    text = value.strip().strip("'\"")
    return _KEYS_PRINT.match(text) is None and not is_code(text)
