"""The rules of a policy file into `Rule` values. Knows the keys below `spec.rules`."""

from typing import Final

from yaml.nodes import Node

from mesh import identity, paths
from mesh.decision import Action, Mode
from mesh.facts import Protocol
from mesh.policy import Disclosure, OperationMatch, Peer, Rule, Target
from mesh.policy_nodes import NodeReader, did_you_mean
from phiscan.identifiers import INFO_TYPES, Identifier

PORTS: Final = range(1, 1 << 16)
MODES: Final = {mode.value: mode for mode in Mode}

_OTHERWISE: Final = {action.value: action for action in (Action.DENY, Action.REDACT, Action.ALERT)}
_MTLS: Final = {"true": True, "any": False}
_PROTOCOLS: Final = {protocol.value: protocol for protocol in Protocol}
_ENTRIES: Final = frozenset({*INFO_TYPES, *(identifier.value for identifier in Identifier), "*"})
_LISTS: Final = ("allow", "redact", "deny")

_PRINCIPAL_HINT: Final = "write `cluster.local/ns/NAMESPACE/sa/ACCOUNT`, with `*` at most at its end"
_NAMESPACE_HINT: Final = "write a namespace, with `*` at most at its end"
_PATH_HINT: Final = "write a decoded path that starts with `/`, with `*` at most at its end"
_HOST_HINT: Final = "write a host in lower case without port, with `*` at its start or at its end"
_METHOD_HINT: Final = "write it in capitals; leave `methods` out for any"


def read_rules(reader: NodeReader, nodes: list[Node]) -> tuple[Rule, ...]:
    """One rule a node, in order. Problems are noted with the reader."""
    rules = tuple(_rule(reader, node) for node in nodes)
    lines: dict[str, int] = {}
    for rule, node in zip(rules, nodes, strict=True):
        if rule.name in lines:
            reader.error(node, f"rule `{rule.name}` stands twice", f"first in line {lines[rule.name]}; rename one")
        elif rule.name:
            lines[rule.name] = node.start_mark.line + 1
    return rules


def _rule(reader: NodeReader, node: Node) -> Rule:
    keys = reader.mapping(node, ("name", "from", "to", "when", "phi", "mode"), "a rule")
    name = reader.required(node, keys, "name", "the rule")
    phi = reader.mapping(keys["phi"], ("request", "response"), "`phi`") if "phi" in keys else {}
    return Rule(
        name=reader.text(name, "`name`") if name else "",
        sources=tuple(_source(reader, item) for item in _entries(reader, node, keys, "from")),
        targets=tuple(_target(reader, item) for item in _entries(reader, node, keys, "to")),
        request=_disclosure(reader, phi["request"], "`request`") if "request" in phi else Disclosure(),
        response=_disclosure(reader, phi["response"], "`response`") if "response" in phi else Disclosure(),
        mtls=_mtls(reader, keys["when"]) if "when" in keys else True,
        mode=reader.choice(keys["mode"], MODES, "`mode`") if "mode" in keys else None,
    )


def _entries(reader: NodeReader, rule: Node, keys: dict[str, Node], key: str) -> list[Node]:
    node = reader.required(rule, keys, key, "the rule")
    if node is None:
        return []
    items = reader.sequence(node, f"`{key}`")
    if not items:
        reader.error(node, f"`{key}` names nobody", "an entry `{}` names anyone")
    return items


def _source(reader: NodeReader, node: Node) -> Peer:
    return _peer(reader, reader.mapping(node, ("principals", "namespaces"), "an entry of `from`"))


def _target(reader: NodeReader, node: Node) -> Target:
    keys = reader.mapping(node, ("principals", "namespaces", "operation"), "an entry of `to`")
    operation = _operation(reader, keys["operation"]) if "operation" in keys else OperationMatch()
    return Target(_peer(reader, keys), operation)


def _peer(reader: NodeReader, keys: dict[str, Node]) -> Peer:
    return Peer(
        principals=_named(reader, keys, "principals"),
        namespaces=_named(reader, keys, "namespaces"),
    )


def _named(reader: NodeReader, keys: dict[str, Node], key: str) -> tuple[str, ...]:
    """Principals or namespaces. An empty list is refused: it would widen the rule to anyone."""
    if key not in keys:
        return ()
    is_valid, hint = {
        "principals": (identity.is_principal_pattern, _PRINCIPAL_HINT),
        "namespaces": (identity.is_namespace_pattern, _NAMESPACE_HINT),
    }[key]
    found = reader.strings(keys[key], f"`{key}`", is_valid, hint)
    if not found:
        reader.error(keys[key], f"`{key}` is empty", "leave the key out for anyone")
    return found


def _operation(reader: NodeReader, node: Node) -> OperationMatch:
    keys = reader.mapping(node, ("methods", "paths", "hosts", "ports", "protocols"), "`operation`")
    protocols = reader.sequence(keys["protocols"], "`protocols`") if "protocols" in keys else []
    if "protocols" in keys and not protocols:
        reader.error(keys["protocols"], "`protocols` is empty", "leave the key out for HTTP")
    return OperationMatch(
        methods=_strings(reader, keys, "methods"),
        paths=_strings(reader, keys, "paths"),
        hosts=_strings(reader, keys, "hosts"),
        ports=tuple(reader.integer(item, PORTS, "a port") for item in _items(reader, keys, "ports")),
        protocols=tuple(reader.choice(item, _PROTOCOLS, "a protocol") for item in protocols) or (Protocol.HTTP,),
    )


def _strings(reader: NodeReader, keys: dict[str, Node], key: str) -> tuple[str, ...]:
    is_valid, hint = {
        "methods": (_is_method, _METHOD_HINT),
        "paths": (paths.is_path_pattern, _PATH_HINT),
        "hosts": (paths.is_host_pattern, _HOST_HINT),
    }[key]
    return reader.strings(keys[key], f"`{key}`", is_valid, hint) if key in keys else ()


def _items(reader: NodeReader, keys: dict[str, Node], key: str) -> list[Node]:
    return reader.sequence(keys[key], f"`{key}`") if key in keys else []


def _is_method(word: str) -> bool:
    return word.isascii() and word.isalpha() and word.isupper()


def _mtls(reader: NodeReader, node: Node) -> bool:
    when = reader.mapping(node, ("mtls",), "`when`")
    return reader.choice(when["mtls"], _MTLS, "`mtls`") if "mtls" in when else True


def _disclosure(reader: NodeReader, node: Node, where: str) -> Disclosure:
    keys = reader.mapping(node, (*_LISTS, "otherwise"), where)
    allow, redact, deny = (frozenset(_entry(reader, item, key) for item in _items(reader, keys, key)) for key in _LISTS)
    otherwise = reader.choice(keys["otherwise"], _OTHERWISE, "`otherwise`") if "otherwise" in keys else Action.DENY
    return Disclosure(allow, redact, deny, otherwise)


def _entry(reader: NodeReader, node: Node, key: str) -> str:
    word = reader.text(node, f"an entry of `{key}`")
    if word and word not in _ENTRIES:
        hint = did_you_mean(word, _ENTRIES) or "write an infoType, a class A to R, or `*`"
        reader.error(node, f"unknown infoType or class `{word}`", hint)
    return word
