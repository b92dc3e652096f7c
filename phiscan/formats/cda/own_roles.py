"""Roles of care that the patient or a relative fills: a document that the patient wrote.

    <author><assignedAuthor><id root="1.2.3" extension="K-88123"/>
      <code code="ONESELF" codeSystem="2.16.840.1.113883.5.111"/> ...

The role is an individual's own if one of these holds:

- Its code is a personal relationship, as the C-CDA R2.1 header for patient generated documents asks
  of authors, of those who enter data, and of authenticators.
- It has an id of the patient or of a relative.
- It has their given and family name, and no NPI.

An element closes after those within it, and a relative may be named behind the author. So the
identifiers of such roles wait for the end of the document. Cost: linear in the number of elements.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from phiscan.finding import Location
from phiscan.formats.cda import tables
from phiscan.identifiers import Trait, having
from phiscan.syntax.xml_elements import Element
from phiscan.words import stated

_FILLED: Final = frozenset("assignedAuthor assignedEntity intendedRecipient".split())
"""Roles that a provider has, unless the patient or a relative fills them."""
_WITHIN: Final = frozenset(("informationRecipient", "assignedPerson"))
"""Persons in such a role."""
_RELATIONSHIPS: Final = "2.16.840.1.113883.5.111"
"""The code system RoleCode. It has other roles too."""


class Held(NamedTuple):
    """An identifier in such a role: its infoType, or "" for a number of an unknown scheme."""

    info_type: str
    location: Location


class Scheme(NamedTuple):
    """A number of a scheme: the root and the extension of an II."""

    root: str
    number: str


@dataclass(slots=True)
class _Bearer:
    """What a role, or the record of a person, says of who it is."""

    schemes: set[Scheme] = field(default_factory=set)
    given: str = ""
    family: str = ""
    is_licensed: bool = False
    is_related: bool = False
    held: list[Held] = field(default_factory=list)

    @property
    def name(self) -> tuple[str, str] | None:
        """The first given and the last family name, or None where one is missing."""
        return (self.given, self.family) if self.given and self.family else None


class OwnRoles:
    """What the roles of one document say. The offsets of their elements tell them apart."""

    def __init__(self) -> None:
        self._roles: defaultdict[int, _Bearer] = defaultdict(_Bearer)
        self._people: defaultdict[int, _Bearer] = defaultdict(_Bearer)

    def hold(self, element: Element, held: Held) -> bool:
        """Keep an identifier of a provider until the end. False if it is in no such role."""
        role = role_of(element)
        if role is not None:
            self._roles[role.start].held.append(held)
        return role is not None

    def note_id(self, element: Element, scheme: Scheme, *, is_individuals: bool) -> None:
        """Note the id of a role or of a person. A word such as UNKNOWN is none."""
        if stated.is_nothing(scheme.number):
            return
        role = role_of(element)
        if role is not None:
            self._roles[role.start].schemes.add(scheme)
            self._roles[role.start].is_licensed |= tables.ID_ROOTS.get(scheme.root) in _LICENCES
        elif is_individuals and element.parent is not None:
            self._people[element.parent.start].schemes.add(scheme)

    def note_code(self, element: Element, code: str, system: str) -> None:
        """Note a code. The one of a role may be a personal relationship."""
        parent = element.parent
        if parent is not None and parent.name in _FILLED and system == _RELATIONSHIPS:
            self._roles[parent.start].is_related |= code in tables.RELATIONSHIPS

    def note_name(self, element: Element, text: str, *, is_individuals: bool) -> None:
        """Note a part of a name, or a name without parts."""
        words = text.lower().replace(",", " ").split()
        role = role_of(element)
        if not words or (role is None and not is_individuals):
            return
        if role is not None:
            bearer = self._roles[role.start]
        else:
            name = element if element.name == "name" else element.parent or element
            bearer = self._people[name.start]
        if element.name != "family":
            bearer.given = bearer.given or words[0]
        if element.name != "given":
            bearer.family = words[-1]

    def decided(self) -> Iterator[tuple[Held, bool]]:
        """Each identifier that was held, and whether it is the patient's or a relative's.

        A provider's number of an unknown scheme is left out.
        """
        schemes = {scheme for person in self._people.values() for scheme in person.schemes}
        names = {person.name for person in self._people.values() if person.name}
        for role in self._roles.values():
            is_same = not schemes.isdisjoint(role.schemes)
            is_own = is_same or role.is_related or (not role.is_licensed and role.name in names)
            number = "MEDICAL_RECORD_NUMBER" if is_same else "UNIQUE_CODE" if is_own else ""
            for held in role.held:
                kind = held.info_type or number
                if kind:
                    yield held._replace(info_type=kind), is_own


def role_of(element: Element) -> Element | None:
    """The role that an element is in, if it is one that a patient may fill.

    An organisation, a device or any other role within it is not the patient.
    """
    for at in element.chain():
        if at.name in _FILLED:
            return at
        if (at.name in tables.HOLDERS or at.name in tables.BY_CLASS) and at.name not in _WITHIN:
            return None
    return None


_LICENCES: Final = having(Trait.PROVIDERS_NUMBER)
