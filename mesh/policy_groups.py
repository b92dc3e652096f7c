"""Named groups of identifiers: those that the law draws, and those of `spec.identifierGroups`.

A group is a shorthand: it is written out while a file is read, so no decision depends on how a rule was worded.
Groups may name other groups, in any order, but not in a circle.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mesh.policy import Peer
from mesh.policy_nodes import NodeReader, did_you_mean
from phiscan.identifiers import INFO_TYPES, Identifier

GROUP_NAME: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""Lower case, so that no group is ever taken for a class or an infoType."""

ENTRIES: Final = (*INFO_TYPES, *(identifier.value for identifier in Identifier))
"""What a group of identifiers may hold besides other groups: infoTypes and classes."""

_CLASSES: Final = frozenset(identifier.value for identifier in Identifier)
_HEALTH: Final = frozenset(name for name, info_type in INFO_TYPES.items() if info_type.health)

# 45 CFR 164.514(e)(2) takes sixteen identifiers out of a limited data set. Of a postal address it leaves town, state
# and postal code, and it does not speak of dates (C) and other unique codes (R). Coordinates are an address.
BUILT_IN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "safe-harbor": _CLASSES,  # 45 CFR 164.514(b)(2)(i)
        "direct-identifiers": (_CLASSES - {"B", "C", "R"}) | {"STREET_ADDRESS", "GEO_COORDINATE"},
        "limited-data-set": frozenset({"CITY", "US_ZIP_CODE", "C", "R"}),
        "clinical": _HEALTH - {"HEALTH_CLAIM"},
        "financial": frozenset({"I", "J"}),  # member numbers, accounts and cards: what payment (164.501) runs on
    }
)
"""Entries of the groups that every policy has."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that a rule may name, written out."""

    identifiers: Mapping[str, frozenset[str]] = field(default_factory=lambda: BUILT_IN)
    workloads: Mapping[str, tuple[Peer, ...]] = field(default_factory=dict)


def read_identifier_groups(
    reader: NodeReader, node: Node, known: Mapping[str, frozenset[str]]
) -> Mapping[str, frozenset[str]]:
    """The known groups and those of `spec.identifierGroups`."""
    groups = dict(known)
    for name, entries in in_order(reader, named_groups(reader, node, "`identifierGroups`", known), _words):
        groups[name] = read_entries(reader, entries, f"group `{name}`", groups)
        if not groups[name]:
            reader.error(entries, f"group `{name}` names nothing", "list infoTypes, classes A to R, or groups")
    return groups


def read_entries(
    reader: NodeReader, node: Node, where: str, groups: Mapping[str, frozenset[str]], *, star: bool = False
) -> frozenset[str]:
    """A list of infoTypes, classes and groups, the latter written out; `*` too where `star` says so."""
    found: set[str] = set()
    for item in reader.sequence(node, where):
        word = reader.text(item, f"an entry of {where}")
        if word in groups:
            found |= groups[word]
        elif word in ENTRIES or (star and word == "*"):
            found.add(word)
        elif word:
            hint = did_you_mean(word, (*ENTRIES, *groups)) or "write an infoType, a class A to R, a group, or `*`"
            reader.error(item, f"unknown infoType, class or group `{word}`", hint)
    return frozenset(found)


def named_groups(reader: NodeReader, node: Node, where: str, known: Mapping[str, object]) -> dict[str, Node]:
    """The groups' nodes by name; a name that is taken or malformed is an error and left out."""
    found: dict[str, Node] = {}
    for name, key, value in reader.items(node, where):
        if not re.fullmatch(GROUP_NAME, name):
            reader.error(key, f"`{name}` cannot name a group", "write lower-case letters, digits and `-`")
        elif name in known:
            reader.error(key, f"group `{name}` exists already", "built in or of the whole mesh; choose another name")
        else:
            found[name] = value
    return found


def in_order(
    reader: NodeReader, named: Mapping[str, Node], words: Callable[[Node], Iterable[str]]
) -> list[tuple[str, Node]]:
    """The groups, each after those that it names; none when they name one another in a circle.

    Args:
        words: what a group's node names, groups among it.
    """
    graph = {name: [word for word in words(node) if word in named] for name, node in named.items()}
    try:
        return [(name, named[name]) for name in TopologicalSorter(graph).static_order()]
    except CycleError as fault:
        circle = list(reversed(fault.args[1]))  # graphlib lists it from the group that is named
        message = f"groups name one another in a circle: {' -> '.join(f'`{name}`' for name in circle)}"
        reader.error(named[circle[0]], message, "take one of them out of another")
        return []


def _words(node: Node) -> Iterable[str]:
    return (str(item.value) for item in node.value if isinstance(item, ScalarNode)) if _is_list(node) else ()


def group_words(node: Node) -> Iterable[str]:
    """What the entries of a workload group list under `groups`."""
    for entry in node.value if _is_list(node) else ():
        for key, value in entry.value if isinstance(entry, MappingNode) else ():
            if key.value == "groups":
                yield from _words(value)


def _is_list(node: Node) -> bool:
    return isinstance(node, SequenceNode)
