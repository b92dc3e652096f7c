"""One expression for the members of FHIR objects that identify nobody.

Coded values and quantities are half of a FHIR document. The JSON walker skips them in one match, so
that a bundle costs what its people cost, and not what its codes cost.

The expression covers nothing that `fhir.tables.WANTED` asks for, with these exceptions:

- references to neither a patient nor a relative;
- codes that type no identifier;
- URLs that name neither a patient nor a query;
- the ids of resources that are neither a patient's nor a relative's.

An element some of whose parts are wanted is not skipped. The detectors read the text itself, so
they still see everything.
"""

from collections.abc import Iterable
from typing import Final

from phiscan.formats.fhir.tables import (
    LABELLED,
    PERSONS,
    RESOURCES,
    TARGET_HOLDERS,
    V2_0203,
    WANTED,
)
from phiscan.syntax.json_lexer import BLANK, BLANKS, COLON, SCALAR, TEXT
from phiscan.text.possessive import repeated

PARTS: Final = tuple(
    "system code display version userSelected value unit currency comparator text method use "
    "status profile lastUpdated versionId source div type".split()
)
"""Elements of Coding, CodeableConcept, Quantity, Money, Meta, Narrative, Reference and
Bundle.entry.request.

https://hl7.org/fhir/datatypes.html
"""
ANYWHERE: Final = tuple(
    "status sequence method use intent focal linkId mode rank country state gender prefix "
    "suffix title priority language description informationSequence diagnosisSequence "
    "careTeamSequence procedureSequence primarySource active".split()
)
"""Elements that are never wanted."""
REFERRED: Final = tuple(
    "Encounter Organization Location Observation Condition Claim Coverage Medication "
    "MedicationRequest Procedure DiagnosticReport ServiceRequest Specimen Device CarePlan CareTeam "
    "Practitioner PractitionerRole".split()
)
"""Resources that records refer to most, and that are neither a patient's nor a relative's.

See `fhir.tables.PERSONS`.
"""
_CODE_OF_IDENTIFIER: Final = "type"
"""`Identifier.type`, whose codes of table 0203 are wanted. Other elements `type` have others."""
_HOLDERS: Final = (
    {name for ends in WANTED.values() if not isinstance(ends, bool) for end in ends for name in end}
    - {_CODE_OF_IDENTIFIER}
    - TARGET_HOLDERS
)
"""Elements some of whose parts are wanted: `identifier.value`, `subject.display`."""


def one_of(words: Iterable[str]) -> str:
    """An expression for any of `words`.

    It reads each letter of a text once, however many words there are.
    """
    below: dict[str, list[str]] = {}
    for word in words:
        below.setdefault(word[:1], []).append(word[1:])
    ends = below.pop("", None) is not None
    branches = [first + one_of(rest) for first, rest in sorted(below.items())]
    joined = f"(?:{'|'.join(branches)})" if len(branches) > 1 or ends else "".join(branches)
    return f"{joined}?" if ends and branches else joined


def _list_of(item: str) -> str:
    return rf"\[{repeated(f'{BLANK}*+{item}{BLANK}*+,?', '*')}{BLANK}*+\]"


def _coded(part: str) -> str:
    """An object of such parts and of codings of such parts, or a list of such objects."""
    coding = rf'"{one_of(("coding", "tag", "security"))}"{COLON}{_list_of(_object(part))}'
    whole = _object(f"{part}|{coding}")
    return f"(?:{whole}|{_list_of(whole)})"


def _object(member: str) -> str:
    return rf"\{{{repeated(f'{BLANK}*+(?:{member}){BLANK}*+,?', '*')}{BLANK}*+\}}"


_VALUES: Final = f"(?:{SCALAR}|{_list_of(SCALAR)})"
_NAME: Final = r"[A-Za-z]\w*+"
# matches "Encounter/7"; not "Encounter/Patient", which the reader takes for a patient's
_NO_PERSON: Final = rf'"(?:urn:|#|{one_of(REFERRED)}/(?!{_NAME}"))[^"\\/]*+"'
# matches "https://x/fhir/Encounter/7"; not "https://x/fhir/Patient/7", "Observation?subject=7"
_NO_TARGET: Final = r'"(?![^"]*(?:Patient|Person)/)[^"\\?]*+"'
_PART: Final = (
    rf'"(?:{one_of(PARTS)}"{COLON}{_VALUES}|url"{COLON}{_NO_TARGET}'
    rf'|reference"{COLON}{_NO_PERSON})'
)
_PART_OF_TYPE: Final = rf'(?!"code"{COLON}"(?:{one_of(V2_0203)}"|[^"\\]*+\\)){_PART}'
MEMBER: Final = (
    rf'"(?:{one_of(ANYWHERE)}"{COLON}{_VALUES}'
    rf'|fullUrl"{COLON}{_NO_TARGET}'
    rf'|{_CODE_OF_IDENTIFIER}"{COLON}{_coded(_PART_OF_TYPE)}'
    rf'|(?!{one_of(_HOLDERS | {_CODE_OF_IDENTIFIER})}"){_NAME}"{COLON}{_coded(_PART)})'
)
"""A member that says nothing of a person.

matches `"code": {"coding": [...], "text": "..."}`, `"valueQuantity": {...}`, `"status": "final"`;
not `"subject": {...}`.
"""
TYPES: Final = one_of(RESOURCES - PERSONS - LABELLED)
BEHIND_TYPE: Final = rf'{BLANKS}*+"id"{COLON}"{TEXT}"'
"""The id of a resource of one of `TYPES`, skipped behind its type.

Observations have many ids, and these identify nobody by themselves.
"""
