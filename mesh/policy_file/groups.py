"""Named groups of identifiers: those that the law defines, and those of `spec.identifierGroups`.

A group is a shorthand. It is expanded while the file is read, so no decision depends on how a rule
was worded. Groups may name other groups, in any order, but not in a cycle.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mesh.policy.policy import Peer
from mesh.policy.vocabulary import Vocabulary
from mesh.policy_file import keys as policy_keys
from mesh.policy_file.nodes import NodeReader, did_you_mean
from phiscan.identifiers import INFO_TYPES, Identifier, InfoType, InfoTypeKind

MOST_ENTRIES: Final = 1_000_000
"""Workloads in all groups, or in all rules, after groups are expanded: seconds of reading."""

_CLASSES: Final = frozenset(identifier.value for identifier in Identifier)
# matches `CLINIC_CHART_NUMBER`; not `SSN`
_LIKE_INFO_TYPE: Final = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*")
# similarity above which a word counts as a typing error: `PERSON_NAMES` does, `CLINIC_CHART` (for
# `CLINICAL_NOTE`) does not
_NEARLY: Final = 0.85


def built_in(info_types: Mapping[str, InfoType]) -> Mapping[str, frozenset[str]]:
    """The entries of the groups that every policy has.

    `clinical` includes an organisation's own health information.
    """
    health = frozenset(t.name for t in info_types.values() if t.kind is InfoTypeKind.HEALTH)
    return MappingProxyType({**_BY_CLASS, "clinical": health - {"HEALTH_CLAIM"}})


# 45 CFR 164.514(e)(2) removes sixteen identifiers from a limited data set. Of a postal address it
# leaves town, state and postal code. It does not mention dates (C) and other unique codes (R).
# Coordinates count as an address.
_BY_CLASS: Final[Mapping[str, frozenset[str]]] = {
    "safe-harbor": _CLASSES,  # 45 CFR 164.514(b)(2)(i)
    "direct-identifiers": (_CLASSES - {"B", "C", "R"}) | {"STREET_ADDRESS", "GEO_COORDINATE"},
    "limited-data-set": frozenset({"CITY", "US_ZIP_CODE", "C", "R"}),
    # member numbers, accounts and cards: what payment (164.501) runs on
    "financial": frozenset({"I", "J"}),
}

BUILT_IN_GROUPS: Final = built_in(INFO_TYPES)
"""The built-in groups when no organisation adds infoTypes."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that a rule may name, expanded."""

    identifiers: Mapping[str, frozenset[str]] = field(default_factory=lambda: BUILT_IN_GROUPS)
    workloads: Mapping[str, tuple[Peer, ...]] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)


def groups_of(vocabulary: Vocabulary) -> Groups:
    """The groups that every policy has, for the infoTypes of this vocabulary."""
    return Groups(built_in(vocabulary.info_types), {}, vocabulary)


def read_identifier_groups(
    reader: NodeReader, node: Node, known: Groups
) -> Mapping[str, frozenset[str]]:
    """The known groups and those of `spec.identifierGroups`."""
    groups = dict(known.identifiers)
    own = replace(known, identifiers=groups)
    for name, entries in in_order(
        reader, named_groups(reader, node, "`identifierGroups`", known.identifiers), _words
    ):
        groups[name] = read_entries(reader, entries, f"group `{name}`", own)
        if not groups[name]:
            reader.error(
                entries,
                f"group `{name}` names nothing",
                "list infoTypes, classes A to R, or groups",
            )
    return groups


def read_entries(
    reader: NodeReader, node: Node, where: str, groups: Groups, *, star: bool = False
) -> frozenset[str]:
    """A list of infoTypes, classes and groups, with the groups expanded.

    Args:
        star: whether the list may hold `*`.
    """
    found: set[str] = set()
    for item in reader.sequence(node, where):
        found |= read_entry(reader, item, where, groups, star=star)
    return frozenset(found)


def read_entry(
    reader: NodeReader, node: Node, where: str, groups: Groups, *, star: bool = False
) -> frozenset[str]:
    """One entry of such a list; empty, with an error noted, when it names nothing."""
    known = groups.vocabulary
    word = reader.text(node, f"an entry of {where}")
    if word in known.unseen:
        is_credential = known.info_types[word].kind is InfoTypeKind.CREDENTIAL
        group = "credentials" if is_credential else "GROUP"
        reader.warn(
            node,
            f"no running detector finds `{word}`",
            f"enable its group with `--with {group}`",
        )
    if word in groups.identifiers:
        return groups.identifiers[word]
    if word in known.info_types or word in _CLASSES or (star and word == "*"):
        return frozenset((word,))
    if word:
        reader.error(node, f"unknown infoType, class or group `{word}`", _hint(word, groups))
    return frozenset()


def _hint(word: str, groups: Groups) -> str:
    known = (*groups.vocabulary.info_types, *_CLASSES, *groups.identifiers)
    if not _LIKE_INFO_TYPE.fullmatch(word) or get_close_matches(word, known, 1, _NEARLY):
        return did_you_mean(word, known) or "write an infoType, a class A to R, a group, or `*`"
    return (
        "declare it in a DetectorSet in the policy's folder and give that folder, "
        "or give the set with `--detectors`"
    )


def named_groups(
    reader: NodeReader, node: Node, where: str, known: Mapping[str, object]
) -> dict[str, Node]:
    """The groups' nodes by name. A name that is taken or malformed is an error and is left out."""
    found: dict[str, Node] = {}
    for name, key, value in reader.items(node, where):
        if not re.fullmatch(policy_keys.GROUP_NAME, name):
            reader.error(
                key, f"`{name}` cannot name a group", "write lower-case letters, digits and `-`"
            )
        elif name in known:
            reader.error(
                key,
                f"group `{name}` already exists",
                "it is built in or defined for the whole mesh; choose another name",
            )
        else:
            found[name] = value
    return found


def in_order(
    reader: NodeReader, named: Mapping[str, Node], words: Callable[[Node], Iterable[str]]
) -> list[tuple[str, Node]]:
    """The groups, each after those that it names; none when they refer to each other in a cycle.

    Args:
        words: the words that a group's node names, other groups included.
    """
    graph = {name: [word for word in words(node) if word in named] for name, node in named.items()}
    try:
        return [(name, named[name]) for name in TopologicalSorter(graph).static_order()]
    except CycleError as fault:
        # graphlib lists the cycle from the group that is named to the one that names it
        cycle = list(reversed(fault.args[1]))
        message = (
            f"groups refer to each other in a cycle: {' -> '.join(f'`{name}`' for name in cycle)}"
        )
        reader.error(named[cycle[0]], message, "remove one of the references")
        return []


def _words(node: Node) -> Iterable[str]:
    return (
        (str(item.value) for item in node.value if isinstance(item, ScalarNode))
        if _is_list(node)
        else ()
    )


def group_words(node: Node) -> Iterable[str]:
    """The names that the entries of a workload group list under `groups`."""
    for entry in node.value if _is_list(node) else ():
        for key, value in entry.value if isinstance(entry, MappingNode) else ():
            if key.value == "groups":
                yield from _words(value)


def _is_list(node: Node) -> bool:
    return isinstance(node, SequenceNode)
