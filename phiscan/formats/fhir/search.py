"""Search parameters of FHIR: whom a query names (R4, STU3 and DSTU2).

https://hl7.org/fhir/search.html, https://hl7.org/fhir/searchparameter-registry.html

A parameter belongs to a resource type: `family` of Patient is a patient's name, of Practitioner a
provider's. Chains and reverse chains name the type themselves: `subject:Patient.family`,
`_has:Observation:patient:code`. What a parameter says is what the element that it searches says
in a resource (`phiscan.formats.fhir.meaning`).

A search for a town, for a span of years or for a code names nobody. Such parameters count only
beside one that names a person.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from operator import itemgetter
from types import MappingProxyType
from typing import Final, NamedTuple

from phiscan import checks
from phiscan.finding import Subject
from phiscan.formats.fhir import identifiers, tables
from phiscan.syntax.targets import Part
from phiscan.words import stated

_NAMES: Final = frozenset("name family given phonetic".split())
_PATIENTS_ALONE: Final = frozenset(
    "patient subject beneficiary subscriber policy-holder individual".split()
)
"""Parameters whose value is a patient's id where it names no resource type."""
_PATIENT: Final = frozenset(("patient",))
"""The one of them that says so by itself, in a query of any application."""
_TEXT_MODIFIERS: Final = frozenset(("exact", "contains"))
_REFERRED: Final = {
    **dict.fromkeys((*_PATIENTS_ALONE, "for", "link"), "Patient"),
    **dict.fromkeys(("relatedperson", "mothersMaidenName"), "RelatedPerson"),
    **dict.fromkeys(
        "practitioner general-practitioner performer attender author requester requestor "
        "recorder asserter provider participant careprovider".split(),
        "Practitioner",
    ),
    **dict.fromkeys(
        "organization managing-organization service-provider insurer payor".split(), "Organization"
    ),
    "location": "Location",
    "encounter": "Encounter",
}
"""The resource type behind a reference in a chain: `patient.name` is the name of a Patient."""
_IDENTIFIERS: Final = frozenset(("identifier", "sourceIdentifier"))
"""Parameters of type Identifier. The second one is of IHE ITI-83, PIXm Query."""
_DEATHS: Final = frozenset(("death-date", "deathdate"))
_SERVICE_DATES: Final = frozenset(
    "date onset-date onset recorded-date authored authoredon period effective whenhandedover "
    "performed-date issued created sent received collected".split()
)
# A date with the prefix that says which side of it is searched (search.html#prefix).
# matches "eq1961-04-12", "1961-04-12T08:00Z" and "1961-04"; not "19610412"
_DATE: Final = re.compile(r"(eq|ap|ge|gt|sa|le|lt|eb|ne)?(\d{4}(?:-\d\d){0,2})(?!\d)")
_SIDES: Final = {"eq": "", "ap": "", "gt": "ge", "sa": "ge", "lt": "le", "eb": "le"}
"""Prefixes that mean the same here: a day, a day and later, or a day and earlier."""
_YEAR: Final = 364
"""Days. A longer span says no more than a year, which 164.514(b)(2)(i)(C) allows."""
# matches "77", "eM5CWtq15N0WJeuCet5bJlQ3", "b46bdfce-713f-1eda-9390-6d9b6634b82e"; not "{id}", "*"
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# matches "Patient/77" in "https://x/fhir/Patient/77/_history/2"; nothing in "fhir/77", "Patient"
_TYPED: Final = re.compile(r"(?:^|/)([A-Z][A-Za-z]{3,40})/([^/?#]+)")
_NO_NAME: Final = re.compile(r"[{}<>\[\]$=%]")  # matches "{name}"; not "O'Neil"
# One comparison of a `_filter` (search_filter.html). matches `given eq "peter"`; not `and`
_COMPARISON: Final = re.compile(
    r'([A-Za-z][\w.:-]{0,60}) (?:eq|co|sw|ew|re|ap) ("[^"]*+"|[^\s")]+)'
)
_LISTED: Final = re.compile(r"(?<!\\),")  # matches the comma of "1,2"; not of "Ruiz\, Ana"
_PHONE_DIGITS: Final = 7
_LONGEST_NAME: Final = 200


class Said(NamedTuple):
    """What one parameter says.

    Args:
        info_type: the infoType of its value.
        subject: whom it is about.
        part: the parameter, or the segment of a path.
        names: whether it names a person. A town does not.
    """

    info_type: str
    subject: Subject
    part: Part
    names: bool = True


class _Parameter(NamedTuple):
    """One parameter at the end of its chain.

    Args:
        kind: the resource type that has it, or empty if it is not known.
        name: its name.
        modifier: what stands behind its colon (search.html#modifiers), or empty.
        part: its value and where it stands.
    """

    kind: str
    name: str
    modifier: str
    part: Part

    @property
    def role(self) -> Subject | None:
        """Whose demographics the resource has: a patient's, a provider's, or nobody's."""
        if self.kind in tables.PERSONS:
            return Subject.PATIENT
        return Subject.PROVIDER if self.kind in tables.PROVIDERS else None

    @property
    def values(self) -> list[str]:
        """The alternatives, which commas separate."""
        return [each.strip() for each in _LISTED.split(self.part.value)]

    def says(self, info_type: str, subject: Subject | None = None, *, names: bool = True) -> Said:
        """What it says: by default of the person who has the resource."""
        return Said(info_type, subject or self.role or Subject.PATIENT, self.part, names)


def is_id(text: str, *, is_certain: bool = True) -> bool:
    """Whether a text can be the logical id of a resource.

    Args:
        text: one segment of a path or the value of a parameter.
        is_certain: whether it stands where only an id can stand. Elsewhere it needs a digit:
            `/Patient/Index` is a page of an ordinary application.
    """
    if _ID.fullmatch(text) is None or stated.is_nothing(text):
        return False
    return is_certain or any(map(str.isdigit, text))


def is_parameter(name: str) -> bool:
    """Whether `name` is a parameter that may name a person, or that counts beside one."""
    _, last, modifier = resolved("", name)
    return last in _PARAMETERS or modifier in tables.PERSONS or modifier == "identifier"


def read(kind: str, query: Iterable[Part]) -> list[Said]:
    """What the parameters of one search say.

    Args:
        kind: the resource type that is searched, or empty if it is not known.
        query: the parameters.
    """
    parameters = [
        _Parameter(*resolved(kind, each.name), each)
        for part in query
        for each in (_comparisons(part) if part.name == "_filter" else (part,))
    ]
    present = [each for each in parameters if each.modifier != "missing"]
    said = [
        *(found for each in present for found in _of_parameter(each)),
        *_births([each for each in present if each.name == "birthdate"]),
        *_names_in_any_query([each for each in present if not each.kind]),
    ]
    if any(each.names and each.subject is not Subject.PROVIDER for each in said):
        return said
    return [each for each in said if each.names]


def resolved(kind: str, name: str) -> tuple[str, str, str]:
    """The resource type, the parameter and its modifier at the end of a chain.

    >>> resolved("Observation", "subject:Patient.family:exact")
    ('Patient', 'family', 'exact')
    >>> resolved("Patient", "_has:Observation:patient:code")
    ('Observation', 'code', '')
    """
    while True:
        if name.startswith("_has:") and name.count(":") > 2:
            _, kind, _, name = name.split(":", 3)
            continue
        link, is_chained, rest = name.partition(".")
        base, _, modifier = link.partition(":")
        if not is_chained:
            return kind, base, modifier
        if modifier in tables.RESOURCES:
            kind = modifier
        else:  # without a resource type, the query may be any application's: `author.name`
            kind = _REFERRED.get(base, "") if kind or base == "patient" else ""
        name = rest


def _of_parameter(parameter: _Parameter) -> Iterator[Said]:
    """What one parameter says by itself."""
    name, kind = parameter.name, parameter.kind
    if parameter.modifier == "identifier":
        yield from _identifiers(parameter._replace(kind=_REFERRED.get(name, kind), modifier=""))
    elif _refers_to_patient(parameter):
        yield parameter.says("PATIENT_REFERENCE", Subject.PATIENT)
    elif name in (_PATIENTS_ALONE if kind else _PATIENT):
        if "|" in parameter.part.value:
            yield from _identifiers(parameter._replace(kind="Patient"))
    elif name in _READERS:
        yield from _READERS[name](parameter)


def _refers_to_patient(parameter: _Parameter) -> bool:
    """Whether the value is a reference to a patient or a relative, or a patient's id."""
    kind, name, modifier, _ = parameter
    ids = (
        modifier in tables.PERSONS
        or (not modifier and name in (_PATIENTS_ALONE if kind else _PATIENT))
        or (name == "_id" and kind in tables.PERSONS)
    )
    for each in parameter.values:
        typed = _TYPED.findall(each)
        if any(of in tables.PERSONS and is_id(one) for of, one in typed):
            return not name.startswith("_") or ids
        if ids and not typed and is_id(each, is_certain=bool(kind or modifier)):
            return True
    return False


def _identifiers(parameter: _Parameter) -> Iterator[Said]:
    """What a token says: `system|value`, `value`, or `system|code|value` with `:of-type`."""
    kind, role = parameter.kind, parameter.role
    if kind in tables.CONFORMANCE:
        return
    for token in parameter.values:
        head, bar, value = token.rpartition("|")
        system, _, code = head.partition("|") if parameter.modifier == "of-type" else (head, "", "")
        if stated.is_nothing(value) or _NO_NAME.search(value):
            continue
        if not kind and not (bar and identifiers.named(system.lower())):
            continue  # nothing says whose it is
        known = identifiers.info_type(code, system, value, role if kind else Subject.PATIENT)
        if known:
            yield parameter.says(known)
            return


def _deaths(parameter: _Parameter) -> Iterator[Said]:
    if parameter.role is Subject.PATIENT and any(
        not side and stated.is_birth_or_death(day) for side, _, day in _dates(parameter)
    ):
        yield parameter.says("DATE_OF_DEATH")


def _service_dates(parameter: _Parameter) -> Iterator[Said]:
    if any(not side and stated.is_day(day) for side, _, day in _dates(parameter)):
        yield parameter.says("SERVICE_DATE", Subject.PATIENT, names=False)


def _names(parameter: _Parameter) -> Iterator[Said]:
    if parameter.role is not None and _is_name(parameter.part.value):
        yield parameter.says("PERSON_NAME")


def _contacts(parameter: _Parameter) -> Iterator[Said]:
    value = parameter.part.value
    if parameter.role is None or stated.is_nothing(value):
        return
    if "@" in value:
        yield parameter.says("EMAIL_ADDRESS")
    elif sum(map(str.isdigit, value)) >= _PHONE_DIGITS:
        yield parameter.says("PHONE_NUMBER")


def _addresses(parameter: _Parameter) -> Iterator[Said]:
    value, name = parameter.part.value, parameter.name
    if parameter.role is None or stated.is_nothing(value):
        return
    has_digit = any(map(str.isdigit, value))
    if name == "address" and has_digit:
        yield parameter.says("STREET_ADDRESS")
    elif name != "address-postalcode":
        yield parameter.says("CITY", names=False)
    elif has_digit:
        yield parameter.says("US_ZIP_CODE", names=False)


def _subscribers(parameter: _Parameter) -> Iterator[Said]:
    """The number of an insured person, which only a coverage has (Coverage.subscriberId)."""
    if parameter.kind == "Coverage":
        for value in parameter.values:
            if not stated.is_nothing(value) and not _NO_NAME.search(value):
                yield parameter.says("HEALTH_PLAN_BENEFICIARY_NUMBER", Subject.PATIENT)
                return


_READERS: Final[Mapping[str, Callable[[_Parameter], Iterator[Said]]]] = MappingProxyType(
    {
        **dict.fromkeys(_IDENTIFIERS, _identifiers),
        **dict.fromkeys(_DEATHS, _deaths),
        **dict.fromkeys(_SERVICE_DATES, _service_dates),
        **dict.fromkeys(_NAMES, _names),
        **dict.fromkeys(("phone", "telecom", "email"), _contacts),
        **dict.fromkeys(("subscriberid", "subscriber-id"), _subscribers),
        **dict.fromkeys(("address", "address-city", "address-postalcode"), _addresses),
    }
)
"""Who reads the value of a parameter, by its name."""
_PARAMETERS: Final = frozenset((*_READERS, *_REFERRED, "_id", "_filter", "birthdate"))


def _births(parameters: Iterable[_Parameter]) -> Iterator[Said]:
    """The birth dates that are a day, or a span of less than a year.

    Without a resource type, a prefix shows that the parameter is FHIR's.
    """
    bounds: dict[str, list[tuple[date, _Parameter]]] = {"ge": [], "le": []}
    for parameter in parameters:
        for side, prefix, day in _dates(parameter):
            if parameter.role is not Subject.PATIENT and (parameter.kind or not prefix):
                continue
            if not side and stated.is_birth_or_death(day):
                yield parameter.says("DATE_OF_BIRTH")
            elif side and checks.calendar_date(full := f"{day}-01-01"[:10]):
                bounds[side].append((date.fromisoformat(full), parameter))
    last = sorted(bounds["le"], key=itemgetter(0))
    for first, parameter in bounds["ge"]:
        at = bisect_left(last, first, key=itemgetter(0))
        if at < len(last) and (last[at][0] - first).days < _YEAR:
            yield parameter.says("DATE_OF_BIRTH")
            yield last[at][1].says("DATE_OF_BIRTH")


def _dates(parameter: _Parameter) -> Iterator[tuple[str, str, str]]:
    """The side, the prefix and the date of each alternative. `ne` says nothing."""
    for value in parameter.values:
        found = _DATE.match(value)
        if found is not None and found[1] != "ne":
            prefix = found[1] or ""
            yield _SIDES.get(prefix, prefix), prefix, found[2]


def _names_in_any_query(parameters: Iterable[_Parameter]) -> Iterator[Said]:
    """The names in a query without a resource type.

    `family` alone may be a font's. `family:exact`, or `family` and `given`, are a person's.
    """
    names = [each for each in parameters if each.name in _NAMES]
    if {"family", "given"} <= {each.name for each in names} or any(
        each.modifier in _TEXT_MODIFIERS for each in names
    ):
        for each in names:
            if _is_name(each.part.value):
                yield each.says("PERSON_NAME", Subject.PERSON)


def _is_name(value: str) -> bool:
    letters = [c for c in value if c.isalpha()]
    return (
        (len(letters) > 1 or any(not c.isascii() for c in letters))
        and len(value) <= _LONGEST_NAME
        and not stated.is_nothing(value)
        and _NO_NAME.search(value) is None
    )


def _comparisons(part: Part) -> Iterator[Part]:
    """The comparisons of a `_filter`, each as a parameter."""
    for name, value in _COMPARISON.findall(part.value):
        yield Part(name, value.strip('"'), part.location)
