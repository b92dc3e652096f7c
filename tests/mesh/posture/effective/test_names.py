"""The guard's and the platform's names in a proxy's configuration, from the objects of a mesh."""

import pytest
import yaml

from mesh.istio import guarded, mesh_wide
from mesh.istio.check.view import Mesh
from mesh.istio.installation import Installation
from mesh.istio.snapshot import read
from mesh.posture.effective.names import of

INSTALLATION = Installation("phiguard-system", "phiguard:1")
CLUSTER = "outbound|9000||phiguard.phiguard-system.svc.cluster.local"
OBJECTS = {
    "mesh.yaml": yaml.safe_dump(mesh_wide.mesh_config(INSTALLATION)),
    "filter.yaml": yaml.safe_dump(guarded.outbound_requests(INSTALLATION)),
}


@pytest.mark.parametrize("files", [["mesh.yaml"], ["filter.yaml"], ["mesh.yaml", "filter.yaml"]])
def test_the_provider_or_a_filter_names_the_guard(files: list[str]) -> None:
    found = of(Mesh(read({file: OBJECTS[file] for file in files}), "phiguard"))
    assert found.clusters == {CLUSTER}
    assert "phiguard-system" in found.platform


def test_without_objects_nobody_names_it() -> None:
    assert of(Mesh(read({}), "phiguard")).clusters == frozenset()


@pytest.mark.parametrize(
    ("cluster", "is_platform"),
    [
        ("outbound|443||kubernetes.default.svc.cluster.local", True),
        ("outbound|53||kube-dns.kube-system.svc.cluster.local", True),
        ("outbound|15012||istiod.istio-system.svc.cluster.local", True),
        (CLUSTER, True),
        ("outbound|8080||ehr.clinic.svc.cluster.local", False),
        ("outbound|443||kubernetes.clinic.svc.cluster.local", False),
        ("outbound|443||api.partner.example", False),
        ("PassthroughCluster", False),
        ("inbound|8080||", False),
    ],
)
def test_a_cluster_leads_to_the_platform_by_its_namespace(cluster: str, is_platform: bool) -> None:
    names = of(Mesh(read(OBJECTS), "phiguard"))
    assert names.is_platform(cluster) is is_platform
