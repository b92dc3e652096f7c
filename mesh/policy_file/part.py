"""One file of a policy: its metadata, and the values of its `spec`, each with its place.

A file with `metadata.namespace` belongs to that namespace. It may open edges to the namespace's own
workloads only, and may not change settings of the whole mesh.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from yaml.nodes import Node

from mesh.message import identity, paths
from mesh.policy.policy import Peer, Rule
from mesh.policy_file import keys as policy_keys
from mesh.policy_file.groups import Groups, read_identifier_groups
from mesh.policy_file.nodes import FilePlace, NodeReader
from mesh.policy_file.peers import read_workload_groups
from mesh.policy_file.rules import read_exception, read_rule

# matches `cluster.local/ns/clinic/sa/*` and gives `clinic`; not `cluster.local/ns/clin*`, which
# names several namespaces
_NAMESPACE_OF: Final = re.compile(r"[^/]+/ns/([^/*]+)/.*")


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """One file of a policy, with its rules not yet read.

    Args:
        namespace: the namespace that the file belongs to; empty for the whole mesh.
        digest: SHA-256 of the file's text.
        spec: nodes of the keys of `spec`.
    """

    reader: NodeReader
    name: str
    namespace: str
    digest: str
    spec: Mapping[str, Node]

    def place(self, key: str) -> FilePlace:
        """Where the value of a key of `spec` stands."""
        return FilePlace(self.reader, self.spec[key])


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A rule and where it stands."""

    rule: Rule
    place: FilePlace


def read_part(reader: NodeReader, root: Node, text: str) -> PolicyPart | None:
    """The part at the file's root node; None when it has no `spec`."""
    keys = reader.mapping(root, policy_keys.TOP, "the policy")
    found = {key: reader.required(root, keys, key, "the policy") for key in policy_keys.TOP}
    for key, only in (("apiVersion", policy_keys.API_VERSION), ("kind", policy_keys.POLICY_KIND)):
        node = found[key]
        if node is not None and (word := reader.text(node, f"`{key}`")) not in {only, ""}:
            reader.error(
                node, f"`{key}` is `{word}`, which this version does not read", f"write `{only}`"
            )
    name, namespace = _metadata(reader, found["metadata"])
    if found["spec"] is None:
        return None
    spec = reader.mapping(found["spec"], policy_keys.SPEC, "`spec`", policy_keys.ISTIO)
    for key in policy_keys.MESH_WIDE if namespace else ():
        if key in spec:
            hint = "write it in a file without `metadata.namespace`"
            reader.error(
                spec[key],
                f"`{key}` is a setting of the whole mesh, not of namespace `{namespace}`",
                hint,
            )
    return PolicyPart(reader, name, namespace, hashlib.sha256(text.encode()).hexdigest(), spec)


def read_groups(part: PolicyPart, known: Groups) -> Groups:
    """The known groups and those of the file."""
    spec, reader = part.spec, part.reader
    identifiers = known.identifiers
    if "identifierGroups" in spec:
        identifiers = read_identifier_groups(reader, spec["identifierGroups"], known)
    workloads = known.workloads
    if "workloadGroups" in spec:
        workloads = read_workload_groups(reader, spec["workloadGroups"], known)
    return Groups(identifiers, workloads, known.vocabulary)


def read_rules(part: PolicyPart, groups: Groups) -> Iterator[PlacedRule]:
    """The rules and exceptions of the file.

    In a namespace's file the names get the namespace as prefix: `finance/ehr-to-billing`.
    """
    for key, read in (("rules", read_rule), ("exceptions", read_exception)):
        for node in part.reader.sequence(part.spec[key], f"`{key}`") if key in part.spec else ():
            rule = read(part.reader, node, groups)
            if part.namespace:
                _check_scope(part, rule, node)
                rule = replace(rule, name=f"{part.namespace}/{rule.name}" if rule.name else "")
            yield PlacedRule(rule, FilePlace(part.reader, node))


def read_services(part: PolicyPart) -> dict[str, tuple[str, FilePlace]]:
    """Principal and place by service host."""
    services: dict[str, tuple[str, FilePlace]] = {}
    reader = part.reader
    for item in (
        reader.sequence(part.spec["services"], "`services`") if "services" in part.spec else ()
    ):
        keys = reader.mapping(item, policy_keys.SERVICE, "an entry of `services`")
        host, principal = (
            reader.required(item, keys, key, "the service") for key in ("host", "principal")
        )
        if host is not None and principal is not None:
            name, served_by = _service_host(reader, host), _service_principal(reader, principal)
            if name in services:
                reader.error(host, f"host `{name}` appears twice in `services`", "remove one")
            if part.namespace and not _owns_service(part.namespace, name, served_by):
                message = f"`{name}` or its principal is not of namespace `{part.namespace}`"
                reader.error(
                    item,
                    message,
                    f"write `NAME.{part.namespace}.svc.DOMAIN` and an account of the namespace",
                )
                continue  # it must not clash with the file that may write it
            services[name] = (served_by, FilePlace(reader, host))
    return services


def _metadata(reader: NodeReader, node: Node | None) -> tuple[str, str]:
    if node is None:
        return "", ""
    keys = reader.mapping(node, policy_keys.METADATA, "`metadata`")
    name = reader.required(node, keys, "name", "`metadata`")
    namespace = (
        reader.text(keys["namespace"], "`metadata.namespace`") if "namespace" in keys else ""
    )
    if namespace and ("*" in namespace or not identity.is_namespace_pattern(namespace)):
        reader.error(
            keys["namespace"],
            f"`{namespace}` is not a namespace",
            "write one namespace in lower case",
        )
    return reader.text(name, "`metadata.name`") if name else "", namespace


def _check_scope(part: PolicyPart, rule: Rule, node: Node) -> None:
    """Check the rule against its file's namespace.

    INVARIANT (scope): every edge that a namespace's file opens ends in that namespace.
    """
    if not all(_is_within(target.peer, part.namespace) for target in rule.targets):
        subject = f"rule `{rule.name}`" if rule.name else "the rule"
        message = f"{subject} reaches beyond namespace `{part.namespace}`"
        hint = (
            f"name only destinations of `{part.namespace}`, "
            "or write the rule in a file without `metadata.namespace`"
        )
        part.reader.error(node, message, hint)


def _is_within(peer: Peer, namespace: str) -> bool:
    """Whether the entry can name only workloads of the namespace, as one of its lists shows."""
    named = [_NAMESPACE_OF.fullmatch(pattern) for pattern in peer.principals]
    return peer.namespaces == (namespace,) or (
        bool(named) and all(found is not None and found[1] == namespace for found in named)
    )


def _owns_service(namespace: str, host: str, principal: str) -> bool:
    """Whether both the host and its principal belong to the namespace.

    PHI for a host is sent to the principal it maps to. A namespace that could map another's host
    could attract its traffic.
    """
    return (
        host.split(".")[1:3] == [namespace, "svc"] and identity.namespace_of(principal) == namespace
    )


def _service_host(reader: NodeReader, node: Node) -> str:
    host = reader.text(node, "`host`")
    if host and ("*" in host or not paths.is_host_pattern(host)):
        reader.error(
            node, f"`{host}` is not a service host", "write it in full, in lower case, without port"
        )
    return host


def _service_principal(reader: NodeReader, node: Node) -> str:
    principal = reader.text(node, "`principal`")
    if principal and not identity.is_principal(principal):
        reader.error(
            node,
            f"`{principal}` is not a principal",
            "write `cluster.local/ns/NAMESPACE/sa/ACCOUNT`",
        )
    return principal
