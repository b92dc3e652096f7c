"""Holes in the whole mesh: each is opened at the real API server or a process, and closed again."""

import copy
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import yaml

from e2e.cluster.mesh import TOOLS
from e2e.cluster.whole_mesh import GUARDS, WORKLOADS, Item, WholeMesh, replace_pod
from e2e.policies import OPEN
from extauthz.demo.topology import LOOPBACK, free_ports

VICTIM: Final = WORKLOADS[0]
"""Whose cells the holes open."""
_MAP: Final = "/api/v1/namespaces/istio-system/configmaps/istio"

_POLICIES: Final = "mesh-policies"

Hole = Callable[[WholeMesh], AbstractContextManager[None]]


@contextmanager
def changed(mesh: WholeMesh, path: str, change: Callable[[Item], None]) -> Iterator[None]:
    """An object of the server with a change, until the end of the block."""

    def put(change: Callable[[Item], None]) -> None:
        now = mesh.server.call("GET", path)
        change(now)
        mesh.server.call("PUT", path, now)

    before = mesh.server.call("GET", path)
    put(change)
    try:
        yield
    finally:

        def restore(now: Item) -> None:
            version = now["metadata"]["resourceVersion"]
            now.clear()
            now.update(copy.deepcopy(before))
            now["metadata"]["resourceVersion"] = version

        put(restore)


@contextmanager
def added(mesh: WholeMesh, item: Item) -> Iterator[None]:
    """An object that is not there otherwise."""
    mesh.server.apply(item)
    try:
        yield
    finally:
        mesh.server.delete(item)


@contextmanager
def remade(mesh: WholeMesh, **how: Any) -> Iterator[None]:
    """The victim's pod, made again with a change."""
    replace_pod(mesh.server, VICTIM, **how)
    try:
        yield
    finally:
        replace_pod(mesh.server, VICTIM)


@contextmanager
def other_revision(mesh: WholeMesh) -> Iterator[None]:
    """The victim's pod, made again while its namespace asks for an istiod that is not there."""

    def edit(namespace: Item) -> None:
        labels = namespace["metadata"]["labels"]
        del labels["istio-injection"]
        labels["istio.io/rev"] = "canary"

    try:
        with changed(mesh, f"/api/v1/namespaces/{VICTIM.namespace}", edit):
            replace_pod(mesh.server, VICTIM)
            yield
    finally:
        replace_pod(mesh.server, VICTIM)


def of_mesh(change: Callable[[Item], None]) -> Hole:
    """A change of istiod's configuration."""

    def edit(config_map: Item) -> None:
        settings = yaml.safe_load(config_map["data"]["mesh"])
        change(settings)
        config_map["data"]["mesh"] = yaml.safe_dump(settings)

    return lambda mesh: changed(mesh, _MAP, edit)


def fail_open(settings: Item) -> None:
    """The guard's provider, open on failure."""
    for each in settings["extensionProviders"]:
        if each["name"] == "phiguard":
            each["envoyExtAuthzGrpc"]["failOpen"] = True


def no_provider(settings: Item) -> None:
    """No provider of the guard."""
    named = settings["extensionProviders"]
    settings["extensionProviders"] = [each for each in named if each["name"] != "phiguard"]


def istio(kind: str, group: str, name: str, spec: Item, space: str = VICTIM.namespace) -> Hole:
    """One more object of Istio."""
    item = {
        "apiVersion": group, "kind": kind, "metadata": {"name": name, "namespace": space},
        "spec": spec,
    }  # fmt: skip
    return lambda mesh: added(mesh, item)


def of_object(path: str, change: Callable[[Item], None]) -> Hole:
    """A change of an object that is there."""
    return lambda mesh: changed(mesh, path, change)


def patches(value: str) -> Callable[[Item], None]:
    """A filter of the guard at another place beside the router."""

    def edit(document: Item) -> None:
        for each in document["spec"]["configPatches"]:
            place = each["match"]["listener"]["filterChain"]["filter"]
            place["subFilter"] = {"name": "envoy.filters.http.router"}
            each["patch"]["operation"] = value

    return edit


def dry_run(document: Item) -> None:
    """A policy that is only tried."""
    document["metadata"].setdefault("annotations", {})["istio.io/dry-run"] = "true"


@contextmanager
def frozen(mesh: WholeMesh) -> Iterator[None]:
    """The victim's proxy takes nothing any more, and istiod has something new for it."""
    envoy = mesh.proxies[VICTIM].process.popen
    envoy.send_signal(signal.SIGSTOP)
    mesh.silent.add(VICTIM)
    try:
        entry = {
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "newer", "namespace": VICTIM.namespace},
            "spec": {"selector": {"app": "newer"}, "ports": [{"name": "http", "port": 8099}]},
        }  # fmt: skip
        with added(mesh, entry):
            yield
    finally:
        envoy.send_signal(signal.SIGCONT)
        mesh.silent.clear()


@contextmanager
def no_guard(mesh: WholeMesh) -> Iterator[None]:
    """The guard's Service without endpoints."""
    path = f"/apis/discovery.k8s.io/v1/namespaces/{GUARDS}/endpointslices"
    (slices,) = mesh.server.call("GET", path)["items"]
    mesh.server.call("DELETE", f"{path}/{slices['metadata']['name']}")
    try:
        yield
    finally:
        del slices["metadata"]["resourceVersion"], slices["metadata"]["uid"]
        mesh.server.call("POST", path, slices)


@contextmanager
def broken_policy(mesh: WholeMesh) -> Iterator[None]:
    """The guard starts while an object of the victim's namespace is broken, and closes it."""
    wide = yaml.safe_load(OPEN)
    wide["metadata"]["namespace"] = _POLICIES
    # the server cannot know that no such group is there, and admits it
    rule = {
        "name": "everything", "from": [{"groups": ["nobody"]}],
        "to": [{"namespaces": [VICTIM.namespace]}],
    }  # fmt: skip
    broken = {**wide, "metadata": {"name": "broken", "namespace": VICTIM.namespace}}
    broken["spec"] = {"rules": [rule]}
    mesh.server.namespace(_POLICIES)
    processes = mesh.server.processes
    with free_ports(1) as (port,), added(mesh, wide), added(mesh, broken):
        login = f"--kubeconfig={mesh.server.folder / 'kubeconfig'}"
        processes.start("proxy", [TOOLS[1] / "kubectl", "proxy", login, f"--port={port}"])
        try:
            mesh.guard.stop()
            api = f"http://{LOOPBACK}:{port}"
            mesh.guard.start(f"kubernetes://{_POLICIES}", "--kubernetes-api", api)
            yield
        finally:
            mesh.guard.stop()
            mesh.guard.start(str(mesh.guard.policy))
            processes.stop("proxy")


SECURITY, NETWORK = "security.istio.io/v1", "networking.istio.io/v1"
FILTERS: Final = f"/apis/networking.istio.io/v1alpha3/namespaces/{VICTIM.namespace}/envoyfilters"
POLICY: Final = f"/apis/{SECURITY}/namespaces/{VICTIM.namespace}/authorizationpolicies/phiguard"
EXCLUDE: Final = "traffic.sidecar.istio.io"
AUTHZ: Final = "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute"
OVERRIDE: Final = {
    "workloadSelector": {"labels": {"app": VICTIM.name}},
    "configPatches": [
        {
            "applyTo": "HTTP_ROUTE",
            "match": {"context": "SIDECAR_INBOUND"},
            "patch": {
                "operation": "MERGE",
                "value": {
                    "typed_per_filter_config": {
                        "envoy.filters.http.ext_authz": {
                            "@type": AUTHZ,
                            "disabled": True,
                        }
                    }
                },
            },
        }
    ],
}


@dataclass(frozen=True)
class Seeded:
    """A hole, the cell that it opens, and whether the objects alone show it to a watch."""

    open: Hole
    cell: str
    is_watched: bool = True


HOLES: Final = {
    "excluded inbound port": Seeded(
        lambda mesh: remade(mesh, annotations={f"{EXCLUDE}/excludeInboundPorts": "8080"}),
        "inbound/8080/mesh",
    ),
    "excluded range": Seeded(
        lambda mesh: remade(mesh, annotations={f"{EXCLUDE}/excludeOutboundIPRanges": "10.0.0.0/8"}),
        "outbound/80/mesh",
    ),
    "UID 1337": Seeded(
        lambda mesh: remade(mesh, securityContext={"runAsUser": 1337}), "outbound/80/mesh"
    ),
    "hostNetwork": Seeded(lambda mesh: remade(mesh, hostNetwork=True), "inbound/8080/mesh"),
    "no injection": Seeded(
        lambda mesh: remade(mesh, labels={"sidecar.istio.io/inject": "false"}), "inbound/8080/mesh"
    ),
    "PERMISSIVE at a port": Seeded(
        istio(
            "PeerAuthentication", SECURITY, "loose",
            {
                "selector": {"matchLabels": {"app": VICTIM.name}},
                "mtls": {"mode": "STRICT"},
                "portLevelMtls": {"8080": {"mode": "PERMISSIVE"}},
            },
        ),
        "inbound/8080/plaintext",
    ),
    "failOpen": Seeded(of_mesh(fail_open), "inbound/8080/mesh"),
    "provider missing": Seeded(of_mesh(no_provider), "inbound/8080/mesh"),
    "ALLOW_ANY": Seeded(
        of_mesh(lambda found: found.update(outboundTrafficPolicy={"mode": "ALLOW_ANY"})),
        "outbound/*/outside",
    ),
    "filter behind the router": Seeded(
        of_object(f"{FILTERS}/phiguard-outbound-requests", patches("INSERT_AFTER")),
        "outbound/80/mesh",
    ),
    "dry-run": Seeded(of_object(POLICY, dry_run), "inbound/8080/mesh"),
    "TCP-named port": Seeded(
        lambda mesh: added(
            mesh,
            {
                "apiVersion": "v1", "kind": "Service",
                "metadata": {"name": "bytes", "namespace": VICTIM.namespace},
                "spec": {
                    "selector": {"app": VICTIM.name},
                    "ports": [{"name": "tcp-x", "port": 9999, "targetPort": 8080}],
                },
            },
        ),
        "inbound/8080/mesh",
    ),
    "a proxy out of sync": Seeded(frozen, "inbound/8080/mesh", is_watched=False),
    "the guard cannot be reached": Seeded(no_guard, "inbound/8080/mesh", is_watched=False),
    "broken policy": Seeded(broken_policy, "inbound/8080/mesh", is_watched=False),
    "ambient without a waypoint": Seeded(
        lambda mesh: remade(
            mesh,
            labels={"istio.io/dataplane-mode": "ambient", "sidecar.istio.io/inject": "false"},
        ),
        "inbound/8080/mesh",
    ),
    "a second revision": Seeded(other_revision, "inbound/8080/mesh"),
    "a per-route override": Seeded(
        istio("EnvoyFilter", "networking.istio.io/v1alpha3", "override", OVERRIDE),
        "inbound/8080/mesh",
    ),
    "a Sidecar that hides the guard": Seeded(
        istio(
            "Sidecar", NETWORK, "narrow",
            {
                "workloadSelector": {"labels": {"app": VICTIM.name}},
                "egress": [{"hosts": [f"{VICTIM.namespace}/*"]}],
            },
        ),
        "inbound/8080/mesh",
    ),
}  # fmt: skip
