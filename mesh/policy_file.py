"""A policy file into a `Policy`. Knows the keys of `SegmentationPolicy`; docs/policy.md describes them for its users.

A file with an error gives no policy at all: half a policy would open or close edges that nobody asked for.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from yaml.nodes import Node

from mesh import identity, paths
from mesh.decision import Action, Mode
from mesh.policy import Policy
from mesh.policy_lint import lint
from mesh.policy_nodes import NodeReader
from mesh.policy_rules import MODES, read_rules
from mesh.problems import PolicyError, Problem, Severity

__all__ = ["PolicyError", "Problem", "Severity", "check", "parse", "read"]

_API_VERSION: Final = "phiguard.dev/v1alpha1"
_KIND: Final = "SegmentationPolicy"
_TOP: Final = ("apiVersion", "kind", "metadata", "spec")
_SPEC: Final = ("mode", "defaultAction", "treatIdentifiersAsPhi", "onUnscannable", "services", "rules")
_DEFAULT_ACTIONS: Final = {action.value: action for action in (Action.DENY, Action.ALLOW)}
_UNSCANNABLE: Final = {action.value: action for action in (Action.DENY, Action.ALERT)}


def parse(text: str, *, file: str) -> Policy:
    """The policy of a file. Raises `PolicyError` with every problem when it has an error."""
    policy, problems = check(text, file=file)
    if policy is None:
        raise PolicyError(problems)
    return policy


def check(text: str, *, file: str) -> tuple[Policy | None, tuple[Problem, ...]]:
    """The policy, or None when the file has an error; and all errors and warnings in order of place."""
    reader = NodeReader(file)
    root = reader.compose(text)
    policy = read(reader, root, text) if root is not None else None
    return policy, reader.problems


def read(reader: NodeReader, root: Node, text: str) -> Policy | None:
    """The policy that stands at a node (a case file may hold one inside); None when it has an error.

    Args:
        text: what the digest is taken of.
    """
    keys = reader.mapping(root, _TOP, "the policy")
    found = {key: reader.required(root, keys, key, "the policy") for key in _TOP}
    for key, only in (("apiVersion", _API_VERSION), ("kind", _KIND)):
        node = found[key]
        if node is not None and (word := reader.text(node, f"`{key}`")) not in {only, ""}:
            reader.error(node, f"`{key}` is `{word}`, which this version does not read", f"write `{only}`")
    name = _name(reader, found["metadata"])
    if found["spec"] is None:
        return None
    policy = _spec(reader, found["spec"], name, hashlib.sha256(text.encode()).hexdigest())
    return None if reader.failed else policy


def _name(reader: NodeReader, node: Node | None) -> str:
    if node is None:
        return ""
    name = reader.required(node, reader.mapping(node, ("name",), "`metadata`"), "name", "`metadata`")
    return reader.text(name, "`metadata.name`") if name else ""


def _spec(reader: NodeReader, node: Node, name: str, digest: str) -> Policy:
    spec = reader.mapping(node, _SPEC, "`spec`")
    rule_nodes = reader.sequence(spec["rules"], "`rules`") if "rules" in spec else []
    policy = Policy(
        name=name,
        digest=digest,
        mode=reader.choice(spec["mode"], MODES, "`mode`") if "mode" in spec else Mode.ENFORCE,
        default_action=_action(reader, spec, "defaultAction", _DEFAULT_ACTIONS),
        treat_identifiers_as_phi=_flag(reader, spec, "treatIdentifiersAsPhi"),
        on_unscannable=_action(reader, spec, "onUnscannable", _UNSCANNABLE),
        services=_services(reader, spec),
        rules=read_rules(reader, rule_nodes),
    )
    if not reader.failed:
        lint(reader, policy, spec, rule_nodes)
    return policy


def _action(reader: NodeReader, spec: Mapping[str, Node], key: str, choices: Mapping[str, Action]) -> Action:
    return reader.choice(spec[key], choices, f"`{key}`") if key in spec else Action.DENY


def _flag(reader: NodeReader, spec: Mapping[str, Node], key: str) -> bool:
    return key in spec and reader.boolean(spec[key], f"`{key}`")


def _services(reader: NodeReader, spec: Mapping[str, Node]) -> Mapping[str, str]:
    services: dict[str, str] = {}
    for item in reader.sequence(spec["services"], "`services`") if "services" in spec else ():
        keys = reader.mapping(item, ("host", "principal"), "an entry of `services`")
        host, principal = (reader.required(item, keys, key, "the service") for key in ("host", "principal"))
        if host is not None and principal is not None:
            name = _service_host(reader, host)
            if name in services:
                reader.error(host, f"host `{name}` stands twice in `services`", "remove one")
            services[name] = _service_principal(reader, principal)
    return MappingProxyType(services)


def _service_host(reader: NodeReader, node: Node) -> str:
    host = reader.text(node, "`host`")
    if host and ("*" in host or not paths.is_host_pattern(host)):
        reader.error(node, f"`{host}` is not a service host", "write it in full, in lower case, without port")
    return host


def _service_principal(reader: NodeReader, node: Node) -> str:
    principal = reader.text(node, "`principal`")
    if principal and not identity.is_principal(principal):
        reader.error(node, f"`{principal}` is not a principal", "write `cluster.local/ns/NAMESPACE/sa/ACCOUNT`")
    return principal
