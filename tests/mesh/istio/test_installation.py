import pytest

from mesh.istio.installation import (
    EXTENSION_PROVIDER,
    TRACING_PROVIDER,
    Installation,
    InstallationError,
)
from mesh.istio.values import Collector, MeshChoice, Values


def test_the_cluster_is_the_one_istiod_names_after_the_guards_service():
    installation = Installation("guards", "phiguard:1")
    assert installation.host == "phiguard.guards.svc.cluster.local"
    assert installation.cluster == "outbound|9000||phiguard.guards.svc.cluster.local"


@pytest.mark.parametrize("name", ["", "PHI", "a_b", "-a", "a-", "a.b", "a" * 64, "a\nb"])
def test_a_namespace_that_kubernetes_would_refuse_is_refused_here(name):
    with pytest.raises(InstallationError, match="not a DNS label"):
        Installation(name, "phiguard:1")


@pytest.mark.parametrize(
    "image",
    [
        "phiguard@sha256:" + "0f" * 32,
        "registry.example:5000/team/phiguard:0.1.0@sha256:" + "0f" * 32,
    ],
)
def test_an_image_may_be_named_by_its_digest(image):
    assert Installation("guards", image).image == image


@pytest.mark.parametrize("image", ["", "phi guard", "phiguard:1\nargs: []", "-phiguard"])
def test_an_image_that_could_not_stand_in_yaml_is_refused(image):
    with pytest.raises(InstallationError, match="not an image name"):
        Installation("guards", image)


def test_no_rendered_provider_is_a_prefix_of_another():
    assert not EXTENSION_PROVIDER.startswith(TRACING_PROVIDER)
    assert not TRACING_PROVIDER.startswith(EXTENSION_PROVIDER)


@pytest.mark.parametrize(
    ("name", "told"),
    [("guards", "wait for its own answer"), ("istio-system", "apply to the whole mesh")],
)
def test_neither_the_guards_own_namespace_nor_the_meshs_root_can_be_guarded(name, told):
    with pytest.raises(InstallationError, match=told):
        Installation("guards", "phiguard:1", Values(guarded_namespaces=(name,)))


def test_another_domain_and_collector_reach_the_names_of_their_hosts():
    values = Values(
        mesh=MeshChoice(cluster_domain="corp.example"), collector=Collector("obs", "otel", 4318)
    )
    installation = Installation("guards", "phiguard:1", values)
    assert installation.host == "phiguard.guards.svc.corp.example"
    assert installation.collector_host == "otel.obs.svc.corp.example"
