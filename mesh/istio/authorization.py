"""A policy's edges as Istio AuthorizationPolicy objects, and back.

With these objects the mesh itself refuses edges that no rule names, with or without the guard. Each
namespace in a rule's `to` gets one object that allows nothing, which closes every pod that no other
object selects. Each workload gets one object whose rules are its edges.

Source: Istio's reference of `security.istio.io/v1` AuthorizationPolicy.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from mesh.istio.edges import IstioEdge, Naming, Opening
from mesh.istio.manifest import Manifest, ManifestValue, manifest
from mesh.policy.decision import Mode
from mesh.policy.policy import Peer, Policy

_API: Final = "security.istio.io/v1"
_KIND: Final = "AuthorizationPolicy"
_EDGES: Final = "phiguard-edges"
_CLOSED: Final = "phiguard-closed"
_DRY_RUN: Final = "istio.io/dry-run"


class UnknownFormError(ValueError):
    """An object that `render` would not have written. The text is one line."""


def render(found: Iterable[IstioEdge], policy: Policy, naming: Naming) -> list[Manifest]:
    """The objects for the edges; for Istio's dry run where the policy does not enforce."""
    by_workload: dict[tuple[str, str], list[IstioEdge]] = defaultdict(list)
    for edge in sorted(found, key=repr):
        by_workload[edge.namespace, edge.account].append(edge)
    notes: dict[str, ManifestValue] = (
        {} if policy.mode is Mode.ENFORCE else {"annotations": {_DRY_RUN: "true"}}
    )
    objects = []
    for namespace in sorted({namespace for namespace, _ in by_workload}):
        objects.append(
            manifest(_API, _KIND, {"name": _CLOSED, "namespace": namespace, **notes}, spec={})
        )
    for (namespace, account), listed in sorted(by_workload.items()):
        name = f"{_EDGES}-{account}" if account else _EDGES
        selector: Manifest = (
            {"selector": {"matchLabels": {naming.label: account}}} if account else {}
        )
        spec: Manifest = {**selector, "action": "ALLOW", "rules": [_rule(edge) for edge in listed]}
        objects.append(
            manifest(_API, _KIND, {"name": name, "namespace": namespace, **notes}, spec=spec)
        )
    return objects


def read(objects: Iterable[Manifest], naming: Naming) -> frozenset[IstioEdge]:
    """The edges that objects of `render` open.

    Raises:
        UnknownFormError: an object, or a part of one, is not as `render` writes it.
    """
    found: set[IstioEdge] = set()
    for each in objects:
        metadata, spec = _mapping(each.get("metadata")), _mapping(each.get("spec"))
        if each.get("kind") != _KIND or (spec and spec.get("action") != "ALLOW"):
            raise UnknownFormError(
                f"{metadata.get('name')}: is not an AuthorizationPolicy with action ALLOW"
            )
        labels = _mapping(_mapping(spec.get("selector")).get("matchLabels"))
        if labels.keys() - {naming.label}:
            raise UnknownFormError(
                f"{metadata.get('name')}: selects by a label other than `{naming.label}`"
            )
        place = str(metadata.get("namespace")), str(labels.get(naming.label, ""))
        found.update(_read_rule(_mapping(rule), place) for rule in _list(spec.get("rules")))
    return frozenset(found)


def _rule(edge: IstioEdge) -> Manifest:
    rule: Manifest = {}
    source = _present(principals=edge.source.principals, namespaces=edge.source.namespaces)
    if source:
        rule["from"] = [{"source": source}]
    opening = edge.opening
    operation = _present(
        # Istio never opens TCP with a rule that lists methods; `*` is any method
        methods=opening.methods or (() if opening.tcp else ("*",)),
        paths=opening.paths,
        hosts=tuple(form for host in opening.hosts for form in _host_forms(host)),
        ports=tuple(map(str, opening.ports)),
    )
    if operation:
        rule["to"] = [{"operation": operation}]
    return rule


def _host_forms(host: str) -> tuple[str, ...]:
    """The host without and with a port: Istio compares the whole authority."""
    return (host,) if host.endswith("*") else (host, f"{host}:*")


def _present(**lists: Sequence[str]) -> Manifest:
    return {key: list(values) for key, values in lists.items() if values}


def _read_rule(rule: Manifest, place: tuple[str, str]) -> IstioEdge:
    source = _mapping(_only(rule.get("from"), "source"))
    operation = _mapping(_only(rule.get("to"), "operation"))
    if rule.keys() - {"from", "to"} or operation.keys() - {"methods", "paths", "hosts", "ports"}:
        raise UnknownFormError("a rule has a part that `render` does not write")
    methods = _words(operation, "methods")
    opening = Opening(
        methods=() if methods == ("*",) else methods,
        paths=_words(operation, "paths"),
        hosts=tuple(host for host in _words(operation, "hosts") if not host.endswith(":*")),
        ports=tuple(map(int, _words(operation, "ports"))),
        tcp=not {"methods", "paths", "hosts"} & operation.keys(),
    )
    return IstioEdge(
        Peer(_words(source, "principals"), _words(source, "namespaces")), *place, opening
    )


def _only(value: ManifestValue, key: str) -> ManifestValue:
    """The value of the only entry of a list, `[{key: value}]`; empty when there is no list."""
    entries = _list(value)
    if len(entries) > 1 or any(_mapping(entry).keys() != {key} for entry in entries):
        raise UnknownFormError(f"a rule does not have exactly one `{key}`")
    return _mapping(entries[0])[key] if entries else {}


def _words(found: Manifest, key: str) -> tuple[str, ...]:
    return tuple(str(word) for word in _list(found.get(key)))


def _list(value: ManifestValue) -> list[ManifestValue]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnknownFormError("expected a list")
    return value


def _mapping(value: ManifestValue) -> Manifest:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UnknownFormError("expected a mapping")
    return dict(value)
