"""Check that AuthorizationPolicies make Envoy ask the guard, about every request."""

from collections.abc import Iterator
from typing import Final

from mesh.istio import documents
from mesh.istio.check.view import Mesh
from mesh.istio.installation import GUARDED_LABEL
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject

_HOLE, _REFUSAL = Severity.HOLE, Severity.REFUSAL

NEVER = Rule("policy-never-fires", _HOLE, "CUSTOM without rules never fires", "IST0106")
PARTIAL_RULES = Rule(
    "policy-leaves-requests-out",
    _HOLE,
    "CUSTOM rules leave requests out, and the sender chooses how to write a path",
)
PEERS = Rule(
    "policy-custom-with-peers",
    _HOLE,
    "Istio rejects conditions on the caller for CUSTOM, and the whole object with them",
    "IST0106",
)
DRY_RUN = Rule("policy-dry-run", _HOLE, "Istio rejects istio.io/dry-run on CUSTOM")
NO_PROVIDER = Rule(
    "policy-without-provider", _HOLE, "Istio rejects CUSTOM without a provider", "IST0106"
)
IGNORED_PROVIDER = Rule("policy-provider-ignored", _HOLE, "only CUSTOM asks a provider", "IST0106")
UNKNOWN_PROVIDER = Rule(
    "policy-provider-unknown",
    _REFUSAL,
    "istiod refuses every request of a policy whose provider it does not know",
)
NO_WORKLOAD = Rule(
    "policy-selects-nothing", _HOLE, "no request is checked by a policy for no workload", "IST0127"
)
TARGETS = Rule(
    "policy-for-gateways-only",
    _HOLE,
    "a policy with targetRefs holds at gateways and waypoints; sidecars do not ask",
)
UNCHECKED = Rule(
    "workload-without-policy",
    _HOLE,
    "its filters judge what it sends, but requests reach it unread",
)
WRAPS_OWN = Rule(
    "policy-wraps-guard",
    _REFUSAL,
    "the spans of each check are checked themselves, and so on without an end",
)

RULES = (
    NEVER, PARTIAL_RULES, PEERS, DRY_RUN, NO_PROVIDER, IGNORED_PROVIDER, UNKNOWN_PROVIDER,
    NO_WORKLOAD, TARGETS, UNCHECKED, WRAPS_OWN,
)  # fmt: skip

_DRY_RUN: Final = "istio.io/dry-run"
_PEER_CONDITIONS: Final = ("source.namespace", "source.serviceAccount", "source.trustDomain",
                           "source.principal")  # fmt: skip
# what Istio takes for CUSTOM; all other keys of `source` it rejects
_ADDRESSES: Final = frozenset(
    {"ip_blocks", "not_ip_blocks", "remote_ip_blocks", "not_remote_ip_blocks"}
)


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Every problem of policies that ask the guard, or look as if they did."""
    for document in mesh.policies:
        yield from _rules(document)
        yield from _peers(document)
        yield from _where(mesh, document)
        if document.annotations.at(_DRY_RUN).is_true:
            message = f"CUSTOM with {_DRY_RUN}"
            cure = "set `mode: monitor` in the guard's policy"
            yield problem(DRY_RUN, document, document.annotations.at(_DRY_RUN), message, cure)
    for document in mesh.kind("AuthorizationPolicy"):
        yield from _provider(mesh, document)
    yield from _unchecked(mesh)


def _rules(document: MeshObject) -> Iterator[IstioProblem]:
    rules = document.spec.at("rules")
    values = [rule.value for rule in rules]
    if not values:
        yield problem(NEVER, document, rules, "it has no rules", "set rules: [{}]")
    elif not any(value in ({}, None) for value in values):
        cure = "set rules: [{}] and exempt in the guard's policy"
        yield problem(PARTIAL_RULES, document, rules, "no rule is empty", cure)


def _peers(document: MeshObject) -> Iterator[IstioProblem]:
    cure = "name callers in the guard's policy, and set rules: [{}]"
    for rule in document.spec.at("rules"):
        for each in rule.at("from"):
            source = each.at("source")
            named = [node for _, node in source.items() if not node.missing]
            bad = [node for node in named if documents.snake(node.path[-1]) not in _ADDRESSES]
            if bad:
                yield problem(PEERS, document, bad[0], "a rule of CUSTOM names callers", cure)
        for when in rule.at("when"):
            key = when.at("key")
            if key.text in _PEER_CONDITIONS or key.text.startswith("request.auth."):
                message = f"a rule of CUSTOM asks for {key.text}"
                yield problem(PEERS, document, key, message, cure)


def _provider(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    action, name = document.spec.at("action"), document.spec.at("provider", "name")
    if action.text == "CUSTOM" and name.missing:
        cure = f"set provider: {{name: {mesh.provider}}}"
        yield problem(NO_PROVIDER, document, name, "CUSTOM without a provider", cure)
    if action.text != "CUSTOM" and not name.missing:
        message = f"action {action.text or 'ALLOW'} names provider `{name.text}`"
        yield problem(IGNORED_PROVIDER, document, action, message, "set action: CUSTOM")
    known = {
        entry.at("name").text
        for config in mesh.kind("MeshConfig")
        for entry in config.spec.at("extension_providers")
    }
    if action.text == "CUSTOM" and name.text and known and name.text not in known:
        message = f"no provider `{name.text}` is registered"
        if name.text != mesh.provider:  # else the mesh configuration is said to lack it
            cure = f"write the name of a registered provider, such as `{mesh.provider}`"
            yield problem(UNKNOWN_PROVIDER, document, name, message, cure)


def _where(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    spec = document.spec
    selector = spec.at("selector", "match_labels")
    targets = spec.at("target_refs")
    if not selector.missing and document.namespace not in ("", mesh.root):
        near = mesh.workloads_of(document.namespace)
        if near and not any(mesh.checks(document, each) for each in near):
            message = f"no workload of namespace `{document.namespace}` has these labels"
            yield problem(NO_WORKLOAD, document, selector, message, "select all: no selector")
    if (
        not targets.missing
        and any(each.guarded for each in mesh.workloads_of(document.namespace))
        and not _others(mesh, document)
    ):
        message = "it holds at no sidecar, and this namespace has guarded sidecars"
        cure = "apply a second policy without targetRefs"
        yield problem(TARGETS, document, targets, message, cure)
    if document.namespace in mesh.own_namespaces or (
        mesh.in_root(document) and selector.missing and targets.missing
    ):
        message = "it holds for the guard and the collector too"
        cure = "apply it to each guarded namespace instead"
        yield problem(WRAPS_OWN, document, selector, message, cure)


def _others(mesh: Mesh, document: MeshObject) -> bool:
    """Whether another policy of the namespace holds at sidecars."""
    return any(
        other.namespace in (document.namespace, mesh.root) and other.spec.at("target_refs").missing
        for other in mesh.policies
    )


def _unchecked(mesh: Mesh) -> Iterator[IstioProblem]:
    if not mesh.snapshot.knows("AuthorizationPolicy"):
        return
    for workload in mesh.guarded_workloads:
        somewhere = any(not each.namespace for each in mesh.policies)  # applied with -n
        if somewhere or any(mesh.checks(each, workload) for each in mesh.policies):
            continue
        if any(each.namespace == workload.namespace for each in mesh.policies):
            cure = "leave the selector of that policy out"
        else:
            cure = "apply the AuthorizationPolicy `phiguard` to its namespace"
        message = f"it has the label {GUARDED_LABEL}, and no CUSTOM policy holds for it"
        yield problem(UNCHECKED, workload.document, workload.label, message, cure)
