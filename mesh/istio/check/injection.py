"""Whether a pod gets a sidecar, and from which revision.

The webhooks decide, where they were given. Else Istio's own ones are assumed to stand.

Source: istio/manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml, and
`injectRequired` in istio/pkg/kube/inject/inject.go.
"""

from collections.abc import Mapping
from typing import Final

from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Workload
from mesh.istio.snapshot import Node

INJECTION: Final = "istio-injection"
REVISION: Final = "istio.io/rev"
INJECT: Final = "sidecar.istio.io/inject"
MODE: Final = "istio.io/dataplane-mode"
NAME: Final = "kubernetes.io/metadata.name"
_NEVER: Final = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})


def is_injected(mesh: Mesh, workload: Workload) -> bool | None:
    """Whether the workload's pods get a sidecar; None when that cannot be known."""
    if workload.document.kind == "WorkloadEntry" or _has_proxy(workload):
        return True
    asked = _asked(workload)
    if workload.spec.at("host_network").is_true or workload.namespace in _NEVER or asked == "false":
        return False
    namespace = mesh.namespaces.get(workload.namespace)
    if namespace is None:
        return None
    named = {NAME: namespace.name, **namespace.labels}
    hooks = webhooks(mesh)
    if hooks:
        return any(_calls(hook, named, workload.labels) for hook in hooks)
    return by_labels(named, workload.labels)


def covers_namespace(mesh: Mesh, labels: Mapping[str, str], name: str) -> bool:
    """Whether a pod without labels of its own gets a sidecar in a namespace."""
    hooks = webhooks(mesh)
    named = {NAME: name, **labels}
    return any(_calls(hook, named, {}) for hook in hooks) if hooks else by_labels(named, {})


def by_labels(namespace: Mapping[str, str], pod: Mapping[str, str]) -> bool:
    """As Istio's own webhooks decide, without `enableNamespacesByDefault`."""
    if pod.get(INJECT) == "false":
        return False
    if INJECTION in namespace:
        return namespace[INJECTION] == "enabled"
    return REVISION in namespace or REVISION in pod or pod.get(INJECT) == "true"


def webhooks(mesh: Mesh) -> list[Node]:
    """The webhooks that inject sidecars."""
    return [
        hook
        for document in mesh.kind("MutatingWebhookConfiguration")
        for hook in document.body.at("webhooks")
        if "sidecar-injector" in hook.at("name").text
    ]


def revisions(mesh: Mesh) -> frozenset[str]:
    """Revisions and tags that some webhook injects; empty when webhooks were not given."""
    found = {
        document.labels[REVISION]
        for document in mesh.kind("MutatingWebhookConfiguration")
        if REVISION in document.labels
    }
    tags = {
        document.labels["istio.io/tag"]
        for document in mesh.kind("MutatingWebhookConfiguration")
        if "istio.io/tag" in document.labels
    }
    values = (
        value
        for hook in webhooks(mesh)
        for key in ("namespace_selector", "object_selector")
        for wanted in hook.at(key, "match_expressions")
        if wanted.at("key").text == REVISION and wanted.at("operator").text == "In"
        for value in wanted.at("values").texts
    )
    return frozenset({*found, *tags, *values})


def _asked(workload: Workload) -> str:
    return workload.labels.get(INJECT) or workload.annotations.at(INJECT).text


def _has_proxy(workload: Workload) -> bool:
    return any(each.at("name").text == "istio-proxy" for each in workload.containers)


def _calls(hook: Node, namespace: Mapping[str, str], pod: Mapping[str, str]) -> bool:
    return matches(hook.at("namespace_selector"), namespace) and matches(
        hook.at("object_selector"), pod
    )


def matches(selector: Node, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector of Kubernetes selects these labels."""
    exact = all(labels.get(k) == v for k, v in selector.at("match_labels").labels.items())
    return exact and all(_holds(each, labels) for each in selector.at("match_expressions"))


def _holds(wanted: Node, labels: Mapping[str, str]) -> bool:
    key, values = wanted.at("key").text, wanted.at("values").texts
    match wanted.at("operator").text:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels
