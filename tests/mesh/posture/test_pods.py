"""What a running pod says itself turns its cells DOWN, whatever its workload says."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from agreeing import judged
from living_mesh import LISTED, living, pod
from seeded_mistakes import snapshot

from mesh.istio.snapshot import MeshSnapshot, of_values
from mesh.posture.cell import PeerClass
from mesh.posture.verdict import State

CLEAN: Final = living(snapshot({}), replicas=2)


def changed(
    change: Callable[[dict[str, Any]], None], owner: dict[str, str] | None = None
) -> MeshSnapshot:
    """The clean mesh, and of `ehr` a pod more that somebody has changed since it was made."""
    labels = {"app": "ehr", "phiguard.dev/guarded": "true"}
    value: dict[str, Any] = {
        "containers": [
            {
                "name": "ehr",
                "ports": [
                    {"name": "http", "containerPort": 8080},
                    {"name": "hl7", "containerPort": 2575},
                ],
            },
            {"name": "istio-proxy"},
        ],
        "initContainers": [
            {"name": "istio-init", "args": ["-i", "*", "-x", "", "-b", "*", "-d", "15090,15021"]}
        ],
        "serviceAccountName": "ehr",
        "labels": labels,
    }
    change(value)
    owner = owner or {"kind": "ReplicaSet", "name": "ehr-7d9c"}
    labels = {**value.pop("labels"), "pod-template-hash": "7d9c"}
    made = pod("clinic", "ehr-7d9c-new", labels, value, owner)
    return MeshSnapshot((*CLEAN.documents, *made), LISTED)


def arguments(*words: str) -> Callable[[dict[str, Any]], None]:
    """A pod whose istio-init has these arguments."""
    return lambda spec: spec["initContainers"].__setitem__(
        0, {"name": "istio-init", "args": list(words)}
    )


def container(**fields: Any) -> Callable[[dict[str, Any]], None]:
    """A pod whose application has these fields."""
    return lambda spec: spec["containers"][0].update(fields)


def ambient(spec: dict[str, Any]) -> None:
    """A pod without a sidecar, whose traffic ztunnel captures."""
    spec["containers"].pop()
    spec["labels"]["istio.io/dataplane-mode"] = "ambient"


def debugged(**context: Any) -> Callable[[dict[str, Any]], None]:
    """A pod into which `kubectl debug` has put a container."""
    added = [{"name": "debugger-x2k", "securityContext": context}]
    return lambda spec: spec.update(ephemeralContainers=added)


ALL: Final = ("-i", "*", "-b", "*")
IN, OUT = "inbound", "outbound"
HOLES_OF_PODS: Final = [
    ("no sidecar", lambda s: s["containers"].pop(), {IN, OUT}),
    ("ambient", ambient, {IN, OUT}),
    ("host network", lambda s: s.update(hostNetwork=True), {IN, OUT}),
    ("user 1337 of the pod", lambda s: s.update(securityContext={"runAsUser": 1337}), {IN, OUT}),
    ("user 1337", container(securityContext={"runAsUser": 1337}), {IN, OUT}),
    ("privileged", container(securityContext={"privileged": True}), {IN, OUT}),
    ("NET_ADMIN", container(securityContext={"capabilities": {"add": ["NET_ADMIN"]}}), {IN, OUT}),
    ("NET_RAW", container(securityContext={"capabilities": {"add": ["CAP_NET_RAW"]}}), {IN, OUT}),
    ("group 1337 of the pod", lambda s: s.update(securityContext={"runAsGroup": 1337}), {IN, OUT}),
    ("group 1337", container(securityContext={"runAsGroup": 1337}), {IN, OUT}),
    (
        "named like Istio's",
        container(name="istio-x", securityContext={"runAsUser": 1337}),
        {IN, OUT},
    ),
    ("debugged as 1337", debugged(runAsUser=1337), {IN, OUT}),
    ("debugged with powers", debugged(capabilities={"add": ["NET_ADMIN"]}), {IN, OUT}),
    (
        "the proxy's own user",
        lambda s: (
            arguments(*ALL, "-u", "1000700001")(s),
            container(securityContext={"runAsUser": 1000700001})(s),
        ),
        {IN, OUT},
    ),
    ("no label", lambda s: s["labels"].pop("phiguard.dev/guarded"), {IN, OUT}),
    ("another label", lambda s: s["labels"].update({"phiguard.dev/guarded": "yes"}), {IN, OUT}),
    ("inbound port excluded", arguments(*ALL, "-d", "15090,8080"), {IN}),
    ("undeclared inbound port excluded", arguments(*ALL, "-d", "15090,9999"), {IN}),
    ("some inbound ports only", arguments("-i", "*", "-b", "8080"), {IN}),
    ("no inbound port", arguments("-i", "*", "-b", ""), {IN}),
    ("inbound ports not said", arguments("-i", "*"), {IN}),
    ("outbound port excluded", arguments(*ALL, "-o", "80"), {OUT}),
    ("outbound range excluded", arguments(*ALL, "-x", "10.0.0.0/8"), {OUT}),
    ("some outbound ranges only", arguments("-i", "10.0.0.0/8", "-b", "*"), {OUT}),
    ("no outbound range", arguments("-i", "", "-b", "*"), {OUT}),
    ("interface excluded", arguments(*ALL, "-c", "eth1"), {OUT}),
]


@pytest.mark.parametrize(("change", "sides"), [h[1:] for h in HOLES_OF_PODS],
                         ids=[h[0] for h in HOLES_OF_PODS])  # fmt: skip
def test_a_pod_that_is_not_as_its_workload_says_turns_cells_down(change, sides) -> None:
    report = judged(changed(change))
    down = {each.cell.direction for each in report.verdicts if each.state is State.DOWN}
    assert down == sides
    names = {each.cell.workload.name for each in report.verdicts if each.state is State.DOWN}
    assert names == {"ehr"}


def test_a_pod_of_ambient_mode_is_told_what_to_do() -> None:
    down = [each for each in judged(changed(ambient)).verdicts if each.state is State.DOWN]
    assert {each.decisive.code for each in down} == {"ambient"}
    assert {"istio.io/dataplane-mode: none" in each.line for each in down} == {True}


def with_cni(spec: dict[str, Any]) -> None:
    """A pod whose rules the CNI plug-in writes: istio-validation runs as the sidecar does."""
    args = ["-i", "*", "-x", "", "-b", "*", "-d", "15090,15021,15020", "--run-validation"]
    context = {"runAsUser": 1337, "runAsGroup": 1337}
    validation = {"name": "istio-validation", "args": args, "securityContext": context}
    spec["initContainers"] = [validation]


def with_native_sidecar(spec: dict[str, Any]) -> None:
    """A pod whose sidecar is an init container that goes on."""
    proxy = spec["containers"].pop()
    context = {"runAsUser": 1337, "runAsGroup": 1337}
    spec["initContainers"].append(
        {
            **proxy,
            "restartPolicy": "Always",
            "securityContext": context,
            "args": ["proxy", "sidecar"],
        }
    )


@pytest.mark.parametrize("change", [lambda _: None, with_cni, with_native_sidecar])
@pytest.mark.parametrize("owner", [None, {"kind": "Rollout", "name": "ehr"}])
def test_a_pod_that_is_as_its_workload_says_is_up(change, owner) -> None:
    assert judged(changed(change, owner)).counts.keys() == {State.UP}


def test_a_contradiction_of_any_pod_of_a_workload_counts() -> None:
    """While a workload is rolled out, the labels of its pods differ."""
    mesh = changed(lambda spec: spec["labels"].update(version="v2"))
    policy = {
        "kind": "PeerAuthentication",
        "metadata": {"name": "v2", "namespace": "clinic"},
        "spec": {
            "selector": {"matchLabels": {"version": "v2"}},
            "portLevelMtls": {"9999": {"mode": "PERMISSIVE"}},
        },
    }
    more = of_values("more", [policy], frozenset()).documents
    report = judged(MeshSnapshot((*mesh.documents, *more), LISTED))
    down = {each.cell.peers for each in report.verdicts if each.state is State.DOWN}
    assert down == {PeerClass.PLAINTEXT}
