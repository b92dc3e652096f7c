"""Which services a workload can call, and what they speak."""

from typing import Any, Final

import pytest

from mesh.istio.check.view import Mesh
from mesh.istio.snapshot import MeshSnapshot, of_values
from mesh.posture.destinations import Destinations, Reached

POD: Final = {
    "kind": "Pod",
    "metadata": {"name": "ehr-1", "namespace": "clinic", "labels": {"app": "ehr"}},
    "spec": {},
}


def service(name: str, namespace: str, *ports: dict[str, Any], export: str = "") -> Any:
    notes = {"annotations": {"networking.istio.io/exportTo": export}} if export else {}
    metadata = {"name": name, "namespace": namespace, **notes}
    return {"kind": "Service", "metadata": metadata, "spec": {"ports": list(ports)}}


def sidecar(namespace: str, *egress: dict[str, Any]) -> Any:
    metadata = {"name": "default", "namespace": namespace}
    return {"kind": "Sidecar", "metadata": metadata, "spec": {"egress": list(egress)}}


HTTP: Final = {"name": "http", "port": 80}
LAB: Final = service("lab", "lab", HTTP)


def reached(*objects: Any) -> dict[int, Reached]:
    documents = of_values("objects", [POD, *objects], frozenset()).documents
    mesh = Mesh(MeshSnapshot(documents), "phiguard")
    (workload,) = mesh.workloads
    return Destinations(mesh).of(workload)


@pytest.mark.parametrize(
    ("objects", "seen"),
    [
        ([LAB], True),
        ([service("lab", "lab", HTTP, export=".")], False),
        ([service("lab", "lab", HTTP, export="clinic")], True),
        ([service("lab", "lab", HTTP, export="~")], False),
        ([service("lab", "clinic", HTTP, export=".")], True),
        ([LAB, sidecar("clinic", {"hosts": ["./*"]})], False),
        ([LAB, sidecar("clinic", {"hosts": ["lab/*"]})], True),
        ([LAB, sidecar("clinic", {"hosts": ["*/*"]})], True),
        ([LAB, sidecar("clinic", {"hosts": ["~/*"]})], False),
        ([LAB, sidecar("clinic", {"hosts": ["*/lab.lab.svc.cluster.local"]})], True),
        ([LAB, sidecar("clinic", {"hosts": ["lab/*.lab.svc.cluster.local"]})], True),
        ([LAB, sidecar("clinic", {"hosts": ["lab/*.other.svc.cluster.local"]})], False),
        ([LAB, sidecar("clinic", {"hosts": ["lab.lab.svc.cluster.local"]})], True),
        ([LAB, sidecar("clinic", {"hosts": ["*/*.local"]})], True),
        ([LAB, sidecar("clinic", {"hosts": ["*/*.example"]})], False),
        ([LAB, sidecar("clinic", {"port": {"number": 81}, "hosts": ["*/*"]})], False),
        ([LAB, sidecar("other", {"hosts": ["./*"]})], True),
        ([LAB, sidecar("istio-system", {"hosts": ["./*"]})], False),
        ([LAB, {**sidecar("clinic"), "spec": {}}], True),
    ],
)
def test_what_a_workload_can_call(objects: list[Any], seen: bool) -> None:
    assert (80 in reached(*objects)) is seen


@pytest.mark.parametrize(
    ("port", "is_read"),
    [
        (HTTP, True),
        ({"name": "http-web", "port": 80}, True),
        ({"name": "grpc", "port": 80}, True),
        ({"name": "web", "port": 80, "appProtocol": "http"}, True),
        ({"name": "web", "port": 80, "appProtocol": "kubernetes.io/h2c"}, True),
        ({"name": "https", "port": 80}, False),  # the application encrypts
        ({"name": "tcp-hl7", "port": 80}, False),
        ({"name": "http", "port": 80, "appProtocol": "tcp"}, False),  # the protocol is asked first
        ({"name": "http", "port": 80, "protocol": "UDP"}, False),
        ({"port": 80}, False),  # Envoy guesses
    ],
)
def test_what_sidecars_read(port: dict[str, Any], is_read: bool) -> None:
    found = reached(service("lab", "lab", port))[80]
    assert bool(found.unread_of_mesh) is not is_read


@pytest.mark.parametrize(
    ("entry", "is_read"),
    [({"number": 80, "protocol": "HTTP"}, True), ({"number": 80, "protocol": "TLS"}, False)],
)
def test_a_service_entry_is_a_destination(entry: dict[str, Any], is_read: bool) -> None:
    spec = {"hosts": ["api.example"], "ports": [entry]}
    found = reached(
        {"kind": "ServiceEntry", "metadata": {"name": "x", "namespace": "lab"}, "spec": spec}
    )
    assert bool(found[80].unread_of_mesh) is not is_read


@pytest.mark.parametrize(
    ("namespace", "name"),
    [("kube-system", "kube-dns"), ("istio-system", "istiod"), ("default", "kubernetes")],
)
def test_services_of_the_platform_are_told_apart(namespace: str, name: str) -> None:
    tls, dns = {"name": "https", "port": 443}, {"name": "dns", "port": 53, "protocol": "UDP"}
    found = reached(service(name, namespace, tls, dns))
    assert found[443].unread_of_platform
    assert not found[443].of_mesh
    assert not found[53].of_platform  # no sidecar captures UDP, and each mesh has it
