"""Turns the entries of `from`, `to` and `workloadGroups` into `Peer` and `Target` values."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from yaml.nodes import Node

from mesh.message import addresses, identity, paths
from mesh.message.facts import Protocol
from mesh.message.message_types import is_type_pattern
from mesh.policy.policy import OperationMatch, Peer, Target
from mesh.policy_file import keys as policy_keys
from mesh.policy_file.groups import MOST_ENTRIES, Groups, group_words, in_order, named_groups
from mesh.policy_file.nodes import NodeReader, did_you_mean

_PROTOCOLS: Final = {protocol.value: protocol for protocol in Protocol}
_PRINCIPAL_HINT: Final = (
    "write `cluster.local/ns/NAMESPACE/sa/ACCOUNT`, with `*` at most at its end"
)
_NAMESPACE_HINT: Final = "write a namespace, with `*` at most at its end"
_PATH_HINT: Final = "write a decoded path that starts with `/`, with `*` at most at its end"
_HOST_HINT: Final = "write a host in lower case without port, with `*` at its start or at its end"
_TYPE_HINT: Final = "write `ADT^A01`, `ORU^*`, `ACK` or `*`, as MSH-9 has it, in capitals"
_METHOD_HINT: Final = "write it in capitals; leave `methods` out for any"

_GLOB_HINT: Final = "write lower-case letters, digits, `.` and `-`, with `*` at most at one end"
_SHORTEN: Final = "name a group where it is needed, and not in other groups"
_BLOCK_HINT: Final = (
    "write `10.0.0.0/8`, `2001:db8::/32` or one address, with no bits beyond the length"
)


def _is_block(text: str) -> bool:
    return addresses.parse_block(text) is not None


_NAMES: Final[Mapping[str, tuple[Callable[[str], bool], str]]] = {
    "principals": (identity.is_principal_pattern, _PRINCIPAL_HINT),
    "namespaces": (identity.is_namespace_pattern, _NAMESPACE_HINT),
    "trustDomains": (identity.is_glob, _GLOB_HINT),
    "serviceAccounts": (identity.is_glob, _GLOB_HINT),
    "hosts": (paths.is_host_pattern, _HOST_HINT),
    "ipBlocks": (_is_block, _BLOCK_HINT),
}

_Keys = Mapping[str, Node]


def read_workload_groups(
    reader: NodeReader, node: Node, known: Groups
) -> Mapping[str, tuple[Peer, ...]]:
    """The known groups and those of `spec.workloadGroups`."""
    groups = dict(known.workloads)
    count = 0
    for name, entries in in_order(
        reader, named_groups(reader, node, "`workloadGroups`", groups), group_words
    ):
        where = f"an entry of group `{name}`"
        # distinct members only: nested groups could otherwise grow without bound
        members: dict[Peer, None] = {}
        for item in reader.sequence(entries, f"group `{name}`"):
            keys = reader.mapping(item, policy_keys.GROUP_MEMBER, where)
            members.update(
                dict.fromkeys(_peers(reader, item, keys, replace(known, workloads=groups)))
            )
            if count + len(members) > MOST_ENTRIES:
                reader.error(
                    item,
                    f"the groups hold more than {MOST_ENTRIES} workloads after groups are expanded",
                    _SHORTEN,
                )
                return groups
        groups[name] = tuple(members)
        count += len(members)
        if not members:
            reader.error(entries, f"group `{name}` is empty", "list workloads as in `from`")
    return groups


def read_sources(reader: NodeReader, nodes: list[Node], groups: Groups) -> tuple[Peer, ...]:
    """The entries of `from`, with groups expanded."""
    found: dict[Peer, None] = {}
    for node in nodes:
        keys = reader.mapping(node, policy_keys.SOURCE, "an entry of `from`", policy_keys.ISTIO)
        found.update(dict.fromkeys(_peers(reader, node, keys, groups)))
    return tuple(found)


def read_targets(reader: NodeReader, nodes: list[Node], groups: Groups) -> tuple[Target, ...]:
    """The entries of `to`, with groups expanded."""
    found: dict[Target, None] = {}
    for node in nodes:
        keys = reader.mapping(node, policy_keys.TARGET, "an entry of `to`", policy_keys.ISTIO)
        operation = (
            _operation(reader, keys["operation"]) if "operation" in keys else OperationMatch()
        )
        found.update((Target(peer, operation), None) for peer in _peers(reader, node, keys, groups))
    return tuple(found)


def _peers(reader: NodeReader, node: Node, keys: _Keys, groups: Groups) -> tuple[Peer, ...]:
    """The peers of one entry: the entry itself, or the members of the groups that it lists."""
    if "groups" not in keys:
        return (_peer(reader, keys),)
    if beside := sorted(set(keys) - {"groups", "operation"}):
        reader.error(
            node,
            f"`{beside[0]}` cannot be combined with `groups`",
            "give it an entry of its own, or put it in a group",
        )
    names = reader.strings(keys["groups"], "`groups`", bool, "")
    if not names:
        reader.error(keys["groups"], "`groups` is empty", "leave the key out for anyone")
    found: dict[Peer, None] = {}
    for name in names:
        if name and name not in groups.workloads:
            hint = did_you_mean(name, tuple(groups.workloads)) or "add it to `spec.workloadGroups`"
            reader.error(keys["groups"], f"unknown workload group `{name}`", hint)
        found.update(dict.fromkeys(groups.workloads.get(name, ())))
    return tuple(found)


def _peer(reader: NodeReader, keys: _Keys) -> Peer:
    for alone in ("ipBlocks", "hosts"):
        if alone in keys and (beside := sorted(set(keys) - {alone, "operation"})):
            reader.error(
                keys[alone],
                f"`{beside[0]}` cannot be combined with `{alone}`",
                "give each an entry of its own",
            )
    return Peer(
        principals=_named(reader, keys, "principals"),
        namespaces=_named(reader, keys, "namespaces"),
        trust_domains=_named(reader, keys, "trustDomains"),
        service_accounts=_named(reader, keys, "serviceAccounts"),
        hosts=_named(reader, keys, "hosts"),
        blocks=tuple(filter(None, map(addresses.parse_block, _named(reader, keys, "ipBlocks")))),
    )


def _named(reader: NodeReader, keys: _Keys, key: str) -> tuple[str, ...]:
    """The values that an entry lists under the key.

    An empty list is an error: it would widen the rule to anyone.
    """
    if key not in keys:
        return ()
    is_valid, hint = _NAMES[key]
    found = reader.strings(keys[key], f"`{key}`", is_valid, hint)
    if not found:
        reader.error(keys[key], f"`{key}` is empty", "leave the key out for anyone")
    return found


def _operation(reader: NodeReader, node: Node) -> OperationMatch:
    keys = reader.mapping(node, policy_keys.OPERATION, "`operation`", policy_keys.ISTIO)
    protocols = _items(reader, keys, "protocols")
    if "protocols" in keys and not protocols:
        reader.error(keys["protocols"], "`protocols` is empty", "leave the key out for HTTP")
    read = tuple(reader.choice(item, _PROTOCOLS, "a protocol") for item in protocols)
    _check_protocols(reader, keys, read)
    return OperationMatch(
        methods=_strings(reader, keys, "methods"),
        paths=_strings(reader, keys, "paths"),
        hosts=_strings(reader, keys, "hosts"),
        ports=tuple(
            reader.integer(item, policy_keys.PORTS, "a port")
            for item in _items(reader, keys, "ports")
        ),
        protocols=read or (Protocol.HTTP,),
        message_types=_strings(reader, keys, "messageTypes"),
    )


def _check_protocols(reader: NodeReader, keys: _Keys, protocols: tuple[Protocol, ...]) -> None:
    """Check that each key of an operation is one of its protocols.

    A key that means nothing for a protocol would either open more than it says, or nothing.
    """
    if "messageTypes" in keys and set(protocols) != {Protocol.MLLP}:
        reader.error(
            keys["messageTypes"],
            "`messageTypes` is for HL7 over MLLP only",
            "write `protocols: [MLLP]` beside it, and other protocols in an entry of their own",
        )
    elif "messageTypes" in keys and not _items(reader, keys, "messageTypes"):
        reader.error(
            keys["messageTypes"], "`messageTypes` is empty", "leave the key out for every type"
        )
    of_http = [key for key in ("methods", "paths", "hosts") if key in keys]
    if Protocol.MLLP in protocols and of_http:
        reader.error(
            keys[of_http[0]],
            f"HL7 over MLLP has no `{of_http[0]}`",
            "give HTTP an entry of its own; `messageTypes` names what MLLP carries",
        )


def _strings(reader: NodeReader, keys: _Keys, key: str) -> tuple[str, ...]:
    is_valid, hint = {
        "methods": (_is_method, _METHOD_HINT),
        "paths": (paths.is_path_pattern, _PATH_HINT),
        "hosts": (paths.is_host_pattern, _HOST_HINT),
        "messageTypes": (is_type_pattern, _TYPE_HINT),
    }[key]
    return reader.strings(keys[key], f"`{key}`", is_valid, hint) if key in keys else ()


def _items(reader: NodeReader, keys: _Keys, key: str) -> list[Node]:
    return reader.sequence(keys[key], f"`{key}`") if key in keys else []


def _is_method(word: str) -> bool:
    return word.isascii() and word.isalpha() and word.isupper()
