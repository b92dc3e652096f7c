"""What a real istiod makes of the shipped objects, in the order of docs/install.md.

The commands are those of the page: each one that runs here stands there.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from e2e.cluster import istiod as control_plane
from e2e.cluster.api_server import needed
from e2e.cluster.mesh import (
    EGRESS,
    GUARD_PODS,
    GUARDS,
    INGRESS,
    PODS,
    ROOT,
    Mesh,
    is_closed,
    run_guard,
    watched,
)
from e2e.cluster.proxies import filters, managers
from e2e.cluster.running import HELM, SETUPS, real_mesh
from extauthz.demo.topology import EHR, Workload

pytestmark = pytest.mark.slow

INSTALL: Final = (ROOT / "docs" / "install.md").read_text()
GATEWAYS: Final = [
    f"{each.namespace}/istio={PODS[each].labels['istio']}" for each in (INGRESS, EGRESS)
]
CLUSTER: Final = "outbound|9000||phiguard.phiguard-system.svc.cluster.local"
DIGEST: Final = "0123" * 16
IMAGE: Final = {"image": f"registry.example/phiguard@sha256:{DIGEST}"}


@pytest.fixture(scope="module", params=SETUPS, ids=str)
def mesh(
    request: pytest.FixtureRequest, envoy: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mesh]:
    with needed(), real_mesh(request.param, envoy, tmp_path_factory.mktemp("istiod")) as running:
        yield running


class Admin:
    """Types what docs/install.md says."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.folder = mesh.shell.folder

    def values(self, **chosen: Any) -> None:
        """Write the whole file of values."""
        (self.folder / "values.yaml").write_text(yaml.safe_dump({**IMAGE, **chosen}))

    def types(self, command: str, said: str = "") -> str:
        """Run a command that stands in the page, or one that a place or a version is put into."""
        assert " ".join((said or command).split()) in " ".join(INSTALL.split())
        return self.mesh.shell(command)

    def upgrades(self, **chosen: Any) -> None:
        """Apply the whole file of values by Helm."""
        self.values(**chosen)
        self.types(
            "helm upgrade phiguard istio-config/chart -n phiguard-system -f values.yaml",
        )

    def tells_the_mesh(self, option: str = "") -> None:
        """Bring the providers into istiod's values, or take them out."""
        self.types("helm get values istiod -n istio-system -o yaml > istiod.yaml")
        self.types(
            f"phiguard istio mesh-patch {option} --values values.yaml istiod.yaml > patched.yaml",
            "phiguard istio mesh-patch --values values.yaml istiod.yaml > patched.yaml",
        )
        self.types(
            "helm upgrade istiod charts/istio-discovery -n istio-system -f patched.yaml",
            "helm upgrade istiod istio/istiod -n istio-system --version VERSION -f patched.yaml",
        )
        wanted = not option
        self.mesh.wait_until(
            lambda: wanted == ("phiguard" in _providers(self.mesh)), "istiod's configuration"
        )


def _providers(mesh: Mesh) -> set[str]:
    return {each["name"] for each in mesh.istiod.debug("mesh")["extensionProviders"]}


def stop_guard(mesh: Mesh) -> None:
    """Take the pods and what their controllers made of them away."""
    mesh.shell(f"kubectl -n {GUARDS} delete pods,endpointslices --all --grace-period 0 --force")


@pytest.fixture
def admin(mesh: Mesh) -> Iterator[Admin]:
    yield Admin(mesh)
    mesh.shell("helm uninstall phiguard -n phiguard-system --ignore-not-found")
    stop_guard(mesh)


def has_guard(mesh: Mesh) -> bool:
    """Whether the application's sidecar asks the guard before each request."""
    return any(
        "envoy.filters.http.ext_authz" in filters(manager)
        for _, manager in managers(mesh.proxies[EHR].listeners()["virtualInbound"])
    )


def test_nothing_is_open_between_the_documented_steps(mesh: Mesh, admin: Admin) -> None:
    ehr = mesh.proxies[EHR]
    admin.values()
    admin.types("kubectl apply -f istio-config/guard/10-namespace.yaml")
    admin.types(
        "helm install phiguard istio-config/chart -n phiguard-system -f values.yaml",
    )
    run_guard(mesh.server)
    admin.tells_the_mesh()
    assert not has_guard(mesh)  # nobody asks it yet
    assert not is_closed(ehr.listeners())

    admin.types("kubectl label namespace $GUARDED phiguard.dev/guarded=true")
    admin.upgrades(guardedNamespaces=["clinic"])
    mesh.wait_until(lambda: has_guard(mesh), "the sidecar of a guarded namespace")

    with watched(ehr) as closed:
        admin.upgrades(guardedNamespaces=["clinic", "finance"], replicas=3)
        admin.upgrades(guardedNamespaces=["clinic"], policy={"mode": "enforce"})
        mesh.shell("helm rollback phiguard 3 -n phiguard-system")
        # in the wrong order: what the filters need goes before them
        admin.tells_the_mesh("--remove")
        mesh.wait_until(lambda: not has_guard(mesh), "the sidecar without a provider")
        admin.tells_the_mesh()
        mesh.wait_until(lambda: has_guard(mesh), "the sidecar with its provider again")
        mesh.shell(f"kubectl -n {GUARDS} delete service phiguard")
        mesh.wait_until(lambda: not has_guard(mesh), "the sidecar without the guard")
        admin.upgrades(guardedNamespaces=["clinic"], policy={"mode": "enforce"})
        mesh.wait_until(lambda: has_guard(mesh), "the sidecar with its guard again")
    assert len(closed) > 10  # some for each step
    assert all(closed)

    admin.upgrades(guardedNamespaces=[])
    mesh.wait_until(lambda: not has_guard(mesh), "the sidecar of a namespace that is switched off")
    left = admin.types("kubectl get authorizationpolicies,envoyfilters -n $GUARDED")
    assert left == ""
    admin.types("kubectl label namespace $GUARDED phiguard.dev/guarded-")
    admin.tells_the_mesh("--remove")
    admin.types("helm uninstall phiguard -n phiguard-system")
    assert ehr.refused() == []


def test_the_injector_gives_the_guard_its_certificate(mesh: Mesh, admin: Admin) -> None:
    admin.values()
    admin.types(
        "helm install phiguard istio-config/chart -n phiguard-system -f values.yaml",
    )
    for pod in run_guard(mesh.server):
        assert pod["metadata"]["labels"]["security.istio.io/tlsMode"] == "istio"
        everyone = [*pod["spec"]["containers"], *pod["spec"].get("initContainers", ())]
        (proxy,) = [each for each in everyone if each["name"] == "istio-proxy"]
        assert {"name": "OUTPUT_CERTS", "value": "/etc/istio-certs"} in proxy["env"]
        mounted = {
            each["name"]: {mount["mountPath"] for mount in each.get("volumeMounts", ())}
            for each in (proxy, *pod["spec"]["containers"])
        }
        assert all("/etc/istio-certs" in mounts for mounts in mounted.values())


@pytest.fixture
def guarded(mesh: Mesh, admin: Admin) -> Iterator[Mesh]:
    """The guard switched on in one namespace and at both gateways."""
    admin.values()
    admin.types("kubectl apply -f istio-config/guard/10-namespace.yaml")
    admin.types("helm install phiguard istio-config/chart -n phiguard-system -f values.yaml")
    run_guard(mesh.server)
    admin.tells_the_mesh()
    mesh.shell("kubectl label namespace clinic phiguard.dev/guarded=true --overwrite")
    admin.upgrades(guardedNamespaces=["clinic"], guardedGateways=GATEWAYS)
    mesh.wait_until(lambda: has_guard(mesh), "the sidecar of a guarded namespace")
    mesh.wait_until(
        lambda: all("phiguard.ext_proc" in names for names in at_gateways(mesh).values()),
        "the gateways",
    )
    yield mesh
    admin.tells_the_mesh("--remove")


def test_a_guard_of_the_same_node_goes_first_where_it_is_one_a_node(guarded: Mesh) -> None:
    ehr = guarded.proxies[EHR]
    assert {priority for priority, _ in ehr.endpoints(CLUSTER)} == {0}
    node_local = {"workload": "DaemonSet", "ledger": {"hostPath": "/var/lib/phiguard"}}
    Admin(guarded).upgrades(guardedNamespaces=["clinic"], **node_local)
    near, far = (pod.address for pod in GUARD_PODS)
    guarded.wait_until(
        lambda: sorted(ehr.endpoints(CLUSTER)) == [(0, near), (1, far)], "the nearest guard first"
    )


def at_gateways(mesh: Mesh) -> dict[Workload, list[str]]:
    """The filters of each gateway, in their order."""
    found = {}
    for each in (INGRESS, EGRESS):
        ((_, manager),) = managers(mesh.proxies[each].listeners()["0.0.0.0_8080"])
        found[each] = filters(manager)
    return found


def test_the_filters_sit_where_the_decision_says(guarded: Mesh) -> None:
    listeners = guarded.proxies[EHR].listeners()
    inbound = [filters(manager) for _, manager in managers(listeners["virtualInbound"])]
    assert inbound
    for names in inbound:
        assert names[:2] == ["envoy.filters.http.rbac", "envoy.filters.http.ext_authz"]
        assert names[-3:] == [
            "phiguard.ext_proc",
            "phiguard.grpc_message",
            "envoy.filters.http.router",
        ]
    outbound = [
        filters(manager)
        for name, each in listeners.items()
        if name != "virtualInbound"
        for _, manager in managers(each)
    ]
    assert outbound
    assert {names[0] for names in outbound} == {"phiguard.ext_proc"}

    for names in at_gateways(guarded).values():
        assert names[-3:] == [
            "phiguard.ext_proc",
            "phiguard.grpc_message",
            "envoy.filters.http.router",
        ]
    # behind the gateway's own authentication and authorization
    before = at_gateways(guarded)[INGRESS][:-3]
    assert {"envoy.filters.http.jwt_authn", "envoy.filters.http.rbac"} <= set(before)
    assert [proxy.refused() for proxy in guarded.proxies.values()] == [[], [], []]


def test_every_proxy_that_asks_knows_the_guard_and_speaks_http2_to_it(guarded: Mesh) -> None:
    for proxy in guarded.proxies.values():
        cluster = json.dumps(proxy.clusters()[CLUSTER])
        assert "http2_protocol_options" in cluster
        assert "spiffe://cluster.local/ns/phiguard-system/sa/phiguard" in cluster
        addresses = {address for _, address in proxy.endpoints(CLUSTER)}
        assert addresses == {pod.address for pod in GUARD_PODS}


def test_peers_of_another_trust_domain_are_taken_where_the_mesh_says_so(guarded: Mesh) -> None:
    def trusted() -> set[str]:
        listener = json.dumps(guarded.proxies[EHR].listeners()["virtualInbound"])
        return {
            each for each in ("cluster.local", "partner.example") if f"spiffe://{each}/" in listener
        }

    assert trusted() == {"cluster.local"}
    given = yaml.safe_load(guarded.shell("helm get values istiod -n istio-system -o yaml"))
    given["meshConfig"]["trustDomainAliases"] = ["partner.example"]
    control_plane.install(guarded.istiod, HELM, given)
    guarded.wait_until(lambda: trusted() == {"cluster.local", "partner.example"}, "the alias")
    assert is_closed(guarded.proxies[EHR].listeners())
    del given["meshConfig"]["trustDomainAliases"]
    control_plane.install(guarded.istiod, HELM, given)
