"""The mode of mutual TLS that holds at a port, level by level."""

from typing import Any

import pytest

from mesh.istio.check.view import Mesh
from mesh.istio.snapshot import MeshSnapshot, of_values
from mesh.posture.peer_authentication import mode

EHR = {"matchLabels": {"app": "ehr"}}
POD = {
    "kind": "Pod",
    "metadata": {"name": "ehr-1", "namespace": "clinic", "labels": {"app": "ehr"}},
    "spec": {},
}


def said(namespace: str, name: str, made: str = "2026-01-01T00:00:00Z", **spec: Any) -> Any:
    metadata = {"name": name, "namespace": namespace, "creationTimestamp": made}
    return {"kind": "PeerAuthentication", "metadata": metadata, "spec": spec}


STRICT, LOOSE = {"mode": "STRICT"}, {"mode": "PERMISSIVE"}
WIDE = said("clinic", "default", mtls=STRICT)


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([], "PERMISSIVE"),
        ([WIDE], "STRICT"),
        ([said("istio-system", "default", mtls=STRICT)], "STRICT"),
        ([said("other", "default", mtls=STRICT)], "PERMISSIVE"),
        ([said("istio-system", "default", mtls=STRICT), said("clinic", "x", mtls=LOOSE)],
         "PERMISSIVE"),
        ([WIDE, said("clinic", "ehr", selector=EHR, mtls=LOOSE)], "PERMISSIVE"),
        ([WIDE, said("clinic", "ehr", selector=EHR, mtls={"mode": "UNSET"})], "STRICT"),
        ([WIDE, said("clinic", "ehr", selector=EHR)], "STRICT"),
        ([WIDE, said("clinic", "lab", selector={"matchLabels": {"app": "lab"}}, mtls=LOOSE)],
         "STRICT"),
        ([WIDE, said("clinic", "ehr", selector=EHR, portLevelMtls={"8080": LOOSE})],
         "PERMISSIVE"),
        ([WIDE, said("clinic", "ehr", selector=EHR, portLevelMtls={"9090": LOOSE})], "STRICT"),
        ([WIDE, said("clinic", "ehr", selector=EHR, mtls=LOOSE, portLevelMtls={"8080": STRICT})],
         "STRICT"),
        ([said("clinic", "b", made="2025-01-01T00:00:00Z", mtls=LOOSE), WIDE], "PERMISSIVE"),
        ([said("clinic", "b", made="2026-02-01T00:00:00Z", mtls=LOOSE), WIDE], "STRICT"),
        ([said("istio-system", "x", selector=EHR, mtls=STRICT)], "PERMISSIVE"),
    ],
)  # fmt: skip
def test_the_nearest_level_that_says_one_holds(objects: list[Any], expected: str) -> None:
    documents = of_values("objects", [POD, *objects], frozenset()).documents
    mesh = Mesh(MeshSnapshot(documents), "phiguard")
    (workload,) = mesh.workloads
    assert mode(mesh, workload, 8080)[0] == expected
