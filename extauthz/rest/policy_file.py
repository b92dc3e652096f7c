"""A file with a RestPolicy: which identifiers may lie where. docs/at-rest-outputs.md describes it.

A file with an error gives no policy at all. Each problem has its line and a hint.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from yaml.nodes import Node

from atrest.policy import ANY, RestPolicy, RestRule, Where
from atrest.spec import SCHEMES
from extauthz.rest import policy_keys as keys
from mesh.policy.decision import Action
from mesh.policy.vocabulary import BUILT_IN, Vocabulary
from mesh.policy_file.groups import Groups, groups_of, read_entries, read_identifier_groups
from mesh.policy_file.keys import API_VERSION, DEFAULT_ACTIONS, Table
from mesh.policy_file.nodes import FilePlace, NodeReader, did_you_mean
from mesh.policy_file.problems import FileProblem

_RULE: Final = "the rule"


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A rule and where it stands."""

    rule: RestRule
    place: FilePlace


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy and where its rules stand.

    Args:
        policy: the policy.
        rules: in the order of the file.
    """

    policy: RestPolicy
    rules: tuple[PlacedRule, ...]

    def unused(self, used: Iterable[str]) -> tuple[FileProblem, ...]:
        """Return a warning for each rule that names no unit of a catalogue.

        Args:
            used: names of the rules that name one.
        """
        known = set(used)
        problems: list[FileProblem] = []
        for placed in self.rules:
            if placed.rule.name not in known:
                reader = NodeReader(placed.place.reader.file)
                message = f"rule `{placed.rule.name}` names no unit of the catalogue"
                hint = "`phiguard rest report` prints the names of sources and units"
                reader.warn(placed.place.node, message, hint)
                problems.extend(reader.problems)
        return tuple(problems)


def check(
    text: str, *, file: str, vocabulary: Vocabulary = BUILT_IN
) -> tuple[PolicyFile | None, tuple[FileProblem, ...]]:
    """Return the policy, or None when the file has an error; and all problems by place.

    Args:
        text: of the file.
        file: its name, for the problems.
        vocabulary: the infoTypes that entries may name.
    """
    reader = NodeReader(file)
    root = reader.compose(text)
    found = _policy(reader, root, text, vocabulary) if root is not None else None
    return None if reader.failed else found, reader.problems


def _policy(reader: NodeReader, root: Node, text: str, vocabulary: Vocabulary) -> PolicyFile | None:
    top = reader.mapping(root, keys.TOP, "the policy")
    nodes = {key: reader.required(root, top, key, "the policy") for key in keys.TOP}
    for key, only in (("apiVersion", API_VERSION), ("kind", keys.KIND)):
        node = nodes[key]
        if node is not None and (word := reader.text(node, f"`{key}`")) not in {only, ""}:
            hint = f"write `{only}`"
            reader.error(node, f"`{key}` is `{word}`, which is read elsewhere or not at all", hint)
    name = _name(reader, nodes["metadata"], keys.METADATA, "`metadata`")
    if nodes["spec"] is None:
        return None
    spec = reader.mapping(nodes["spec"], keys.SPEC, "`spec`")
    groups = groups_of(vocabulary)
    if "identifierGroups" in spec:
        known = read_identifier_groups(reader, spec["identifierGroups"], groups)
        groups = Groups(known, {}, vocabulary)
    action = (
        reader.choice(spec["defaultAction"], DEFAULT_ACTIONS, "`defaultAction`")
        if "defaultAction" in spec
        else Action.DENY
    )
    denies = action is not Action.ALLOW
    rules = tuple(_rules(reader, spec, groups))
    if not rules and not denies:
        reader.warn(nodes["spec"], "the policy allows everything", "add a rule, or write `DENY`")
    for placed in rules:
        _lint(placed)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    policy = RestPolicy(name, digest, tuple(p.rule for p in rules), denies, vocabulary.info_types)
    return PolicyFile(policy, rules)


def _name(reader: NodeReader, node: Node | None, table: Table, where: str) -> str:
    if node is None:
        return ""
    found = reader.required(node, reader.mapping(node, table, where), "name", where)
    return reader.text(found, f"`name` of {where}") if found is not None else ""


def _rules(reader: NodeReader, spec: Mapping[str, Node], groups: Groups) -> Iterable[PlacedRule]:
    first: dict[str, FilePlace] = {}
    for node in reader.sequence(spec["rules"], "`rules`") if "rules" in spec else ():
        placed = PlacedRule(_rule(reader, node, groups), FilePlace(reader, node))
        name = placed.rule.name
        if name in first:
            hint = f"first in line {first[name].line}; rename one"
            reader.error(node, f"rule `{name}` appears twice", hint)
        elif name:
            first[name] = placed.place
        yield placed


def _rule(reader: NodeReader, node: Node, groups: Groups) -> RestRule:
    found = reader.mapping(node, keys.RULE, _RULE)
    name = reader.required(node, found, "name", _RULE)
    where = reader.required(node, found, "where", _RULE)
    allow, deny = (
        read_entries(reader, found[key], f"`{key}`", groups, star=True)
        if key in found
        else frozenset[str]()
        for key in ("allow", "deny")
    )
    encrypted, read = (
        reader.choice(found[key], words, f"`{key}`") if key in found else False
        for key, words in (("encrypted", keys.ENCRYPTED), ("unread", keys.UNREAD))
    )
    return RestRule(
        reader.text(name, "`name`") if name is not None else "",
        tuple(_wheres(reader, where)) if where is not None else (),
        allow,
        deny,
        encrypted,
        read,
    )


def _wheres(reader: NodeReader, node: Node) -> Iterable[Where]:
    items = reader.sequence(node, "`where`")
    if not items:
        reader.error(node, "`where` is empty", "an entry `{}` names any unit")
    for item in items:
        found = reader.mapping(item, keys.WHERE, "an entry of `where`")
        yield Where(
            *(
                _patterns(reader, found[key], key) if key in found else ()
                for key in ("sources", "objects")
            )
        )


def _patterns(reader: NodeReader, node: Node, key: str) -> tuple[str, ...]:
    words = []
    for item in reader.sequence(node, f"`{key}`"):
        word = reader.text(item, f"an entry of `{key}`")
        if word and key == "sources":
            _check_source(reader, item, word)
        words.append(word)
    if not words:
        reader.error(node, f"`{key}` is empty", "leave the key out for any")
    return tuple(words)


def _check_source(reader: NodeReader, node: Node, pattern: str) -> None:
    """Note a pattern that no source can have: their names begin with a scheme."""
    scheme, found, _ = pattern.partition("://")
    if "*" in scheme:
        return
    if not found:
        hint = f"write `file://{pattern}`" if pattern.startswith("/") else "write `SCHEME://...`"
        reader.error(node, f"`{pattern}` names no source", hint)
    elif scheme not in SCHEMES:
        reader.error(node, f"no source has the scheme `{scheme}`", did_you_mean(scheme, SCHEMES))


def _lint(placed: PlacedRule) -> None:
    rule, place = placed.rule, placed.place
    in_vain = rule.allow if ANY in rule.deny else rule.allow & rule.deny
    if in_vain:
        words = ", ".join(f"`{word}`" for word in sorted(in_vain)[:3])
        place.warn(f"rule `{rule.name}` denies what it allows: {words}", "remove one of the two")
