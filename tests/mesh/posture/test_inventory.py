"""The cells of a mesh, and what has none."""

from typing import Any, Final

from living_mesh import living
from seeded_mistakes import snapshot

from mesh.istio.check.view import Mesh
from mesh.istio.snapshot import MeshSnapshot, of_values
from mesh.posture.inventory import Inventory

LIVING: Final = living(snapshot({}))


def inventory(*values: Any, of: MeshSnapshot = LIVING) -> Inventory:
    documents = (*of.documents, *of_values("more", values, frozenset()).documents)
    return Inventory(Mesh(MeshSnapshot(documents, of.listed), "phiguard"))


def pod(name: str, owner: dict[str, str] | None = None, **body: Any) -> Any:
    metadata: dict[str, Any] = {"name": name, "namespace": "clinic"}
    if owner:
        metadata["ownerReferences"] = [owner]
    return {"kind": "Pod", "metadata": metadata, "spec": {}, **body}


def test_each_port_of_a_workload_has_cells_of_both_kinds_of_peers() -> None:
    (ehr,) = (each for each in inventory().placed if each.name.name == "ehr")
    names = [str(cell).removeprefix("clinic/Deployment/ehr/") for cell in ehr.cells]
    assert names == [
        "inbound/*/mesh",
        "inbound/*/plaintext",
        "inbound/2575/mesh",
        "inbound/2575/plaintext",
        "inbound/8080/mesh",
        "inbound/8080/plaintext",
        "outbound/*/outside",
        "outbound/80/mesh",
        "outbound/2575/mesh",
        "outbound/4317/platform",
        "outbound/9000/platform",
    ]


def test_the_platform_and_what_does_not_run_have_no_cell() -> None:
    named = {each.name: each.why for each in inventory(of=snapshot({})).omitted}
    assert named["clinic/Deployment/ehr"] == "no pod of it runs"
    assert not inventory(of=snapshot({})).placed
    assert "namespace phiguard-system" in {each.name for each in inventory().omitted}


def test_pods_belong_to_who_made_them() -> None:
    job = {"kind": "Job", "name": "bill-29"}
    made = {
        "kind": "Job",
        "metadata": {
            "name": "bill-29", "namespace": "clinic",
            "ownerReferences": [{"kind": "CronJob", "name": "bill"}],
        },
    }  # fmt: skip
    found = inventory(
        pod("alone"),
        pod("static", {"kind": "Node", "name": "node-1"}),
        pod("bill-29-x", job),
        made,
        pod("sts-0", {"kind": "StatefulSet", "name": "sts"}),
        pod("odd-0", {"kind": "Rollout", "name": "odd"}),
        pod("done", status={"phase": "Succeeded"}),
        pod("failed", status={"phase": "Failed"}),
    )
    names = [str(each.name) for each in found.placed]
    assert names == [
        "clinic/CronJob/bill",
        "clinic/Deployment/ehr",
        "clinic/Deployment/notes",
        "clinic/Pod/alone",
        "clinic/Pod/static",
        "clinic/Rollout/odd",
        "clinic/StatefulSet/sts",
    ]


def test_a_service_account_of_two_workloads_is_shared() -> None:
    found = inventory(pod("a", spec={"serviceAccountName": "ehr"}))
    shared = {each.name.name: each.shared for each in found.placed}
    assert shared == {"a": True, "ehr": True, "notes": False}


def test_a_service_account_of_one_pod_of_another_workload_is_shared() -> None:
    owner = {"kind": "ReplicaSet", "name": "notes-7d9c"}
    metadata = {
        "name": "notes-new", "namespace": "clinic", "ownerReferences": [owner],
        "labels": {"pod-template-hash": "7d9c"},
    }  # fmt: skip
    found = inventory(pod("x", spec={"serviceAccountName": "ehr"}, metadata=metadata))
    assert {each.name.name: each.shared for each in found.placed} == {"ehr": True, "notes": True}


def test_a_gateway_object_makes_no_gateway_of_what_has_a_sidecar() -> None:
    gateway = {
        "kind": "Gateway",
        "metadata": {"name": "edge", "namespace": "clinic"},
        "spec": {"selector": {"app": "ehr"}, "servers": [{"port": {"number": 443}}]},
    }
    before, after = inventory().placed, inventory(gateway).placed
    assert [each.cells for each in after] == [each.cells for each in before]
    labels = {"name": "p", "namespace": "clinic", "labels": {"app": "ehr"}}
    for args in (["proxy", "sidecar"], ["proxy", "router"]):
        proxy = {"name": "istio-proxy" if args[1] == "sidecar" else "other", "args": args}
        more = pod("p", spec={"containers": [proxy]}, metadata=labels)
        assert not any(each.is_gateway for each in inventory(gateway, more).placed)


def test_a_port_that_only_a_sidecar_object_opens_has_cells() -> None:
    sidecar = {
        "kind": "Sidecar",
        "metadata": {"name": "more", "namespace": "clinic"},
        "spec": {
            "workloadSelector": {"labels": {"app": "notes"}},
            "ingress": [{"port": {"number": 5000, "protocol": "TCP", "name": "tcp"}}],
        },
    }
    ports = {each.name.name: each.ports for each in inventory(sidecar).placed}
    assert ports == {"ehr": {8080, 2575}, "notes": {8080, 5000}}


def test_what_one_of_several_pods_can_call_has_cells() -> None:
    """While a workload is rolled out, a Sidecar may select the new pods only."""
    service = {
        "kind": "Service",
        "metadata": {"name": "db", "namespace": "clinic"},
        "spec": {"ports": [{"name": "tcp-db", "port": 5432}]},
    }
    sidecar = {
        "kind": "Sidecar",
        "metadata": {"name": "new", "namespace": "clinic"},
        "spec": {
            "workloadSelector": {"labels": {"version": "v2"}},
            "egress": [{"hosts": ["./ehr.clinic.svc.cluster.local"]}],
        },
    }
    owner = {"kind": "Deployment", "name": "x"}
    new = pod("a", metadata={
        "name": "a", "namespace": "clinic", "ownerReferences": [owner], "labels": {"version": "v2"},
    })  # fmt: skip
    (x,) = (e for e in inventory(service, sidecar, new, pod("b", owner)).placed
            if e.name.name == "x")  # fmt: skip
    assert 5432 in x.destinations
    assert len(x.destinations[80].destinations) == len(
        set(map(id, x.destinations[80].destinations))
    )


def test_a_port_without_a_name_is_found_by_its_number() -> None:
    service = {
        "kind": "Service",
        "metadata": {"name": "x", "namespace": "clinic"},
        "spec": {"selector": {"app": "notes"}, "ports": [{"port": 7, "targetPort": 7070}]},
    }
    (notes,) = (each for each in inventory(service).placed if each.name.name == "notes")
    assert notes.ports == {7070, 8080}


def test_a_gateway_has_cells_by_its_servers() -> None:
    gateway = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "edge", "namespace": "edge"},
        "spec": {
            "selector": {"istio": "edge"},
            "servers": [
                {"port": {"number": 443}, "tls": {"mode": "SIMPLE"}},
                {"port": {"number": 8443}, "tls": {"mode": "ISTIO_MUTUAL"}},
            ],
        },
    }
    labels = {"metadata": {"name": "g", "namespace": "edge", "labels": {"istio": "edge"}}}
    proxy = {"spec": {"containers": [{"name": "istio-proxy", "args": ["proxy", "router"]}]}}
    found = [e for e in inventory(gateway, pod("g") | labels | proxy).placed if e.is_gateway]
    assert [str(cell) for cell in found[0].cells] == [
        "edge/Pod/g/inbound/443/outside",
        "edge/Pod/g/inbound/443/plaintext",
        "edge/Pod/g/inbound/8443/mesh",
        "edge/Pod/g/inbound/8443/plaintext",
    ]
