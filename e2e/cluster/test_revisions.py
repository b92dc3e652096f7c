"""Two istiods of different revisions on one API server, as during an upgrade of Istio.

The namespace clinic is of the older, default revision; finance is of the newer one, `1-31`. The
commands are those of docs/install.md.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from e2e.cluster.api_server import NotHereError, Server, kubeconfig, needed
from e2e.cluster.istiod import Istiod, Release, istiod
from e2e.cluster.mesh import (
    GUARDS,
    PODS,
    Shell,
    is_closed,
    run_guard,
    run_pod,
    shell,
)
from e2e.cluster.proxies import Pod, Proxies, Proxy, any_certificate, filters, managers
from e2e.cluster.running import HELM, server_with_kinds
from extauthz.commands.istio import cluster
from extauthz.demo.topology import BILLING, EHR, Workload, free_ports

pytestmark = pytest.mark.slow

REVISION: Final = "1-31"
PODS_OF: Final = {
    "default": (PODS[EHR],),
    REVISION: (Pod(BILLING, "10.9.0.14", {"app": "billing", "phiguard.dev/guarded": "true"}),),
}
VALUES: Final[dict[str, Any]] = {
    "image": f"registry.example/phiguard@sha256:{'0123' * 16}",
    "mesh": {"revision": REVISION},
}
AUDITOR: Final = "auditor"


@dataclass(frozen=True)
class Revisions:
    """What runs.

    Args:
        istiods: by revision.
        proxies: by workload.
    """

    server: Server
    shell: Shell
    istiods: dict[str, Istiod]
    proxies: dict[Workload, Proxy]

    def wait(self, workload: Workload, *, asks: bool) -> None:
        """Wait until a sidecar asks the guard, or refuses because it does not know it."""
        self.server.processes.wait_until(
            lambda: is_closed(self.listeners(workload)) and self.asks(workload) is asks,
            f"the sidecar of {workload.name}",
        )

    def listeners(self, workload: Workload) -> dict[str, Any]:
        return self.proxies[workload].listeners()

    def asks(self, workload: Workload) -> bool:
        found = managers(self.listeners(workload)["virtualInbound"])
        return all("envoy.filters.http.ext_authz" in filters(each) for _, each in found)

    def patch_by_helm(self, release: str, option: str = "") -> None:
        """The way of docs/install.md, for one release of istiod's chart."""
        chart = self.istiods["default" if release == "istiod" else REVISION].release.chart
        self.shell(f"helm get values {release} -n istio-system -o yaml > istiod.yaml")
        self.shell(f"phiguard istio mesh-patch {option} --values v.yaml istiod.yaml > patched.yaml")
        self.shell(f"helm upgrade {release} {chart} -n istio-system -f patched.yaml")

    def patch_by_config_map(self, option: str = "") -> None:
        """The way of docs/install.md for a mesh that was installed by something else."""
        self.shell(f"kubectl -n istio-system get configmap istio-{REVISION} -o yaml > mesh.yaml")
        self.shell(f"phiguard istio mesh-patch {option} --values v.yaml mesh.yaml > patched.yaml")
        self.shell("kubectl apply -f patched.yaml")

    def problems(self, config: Path) -> list[dict[str, Any]]:
        """What the check finds of the live server, by an account of its own."""
        found = self.shell.run(
            f"phiguard istio check kubernetes:// --kubeconfig {config} --format json"
        )
        report: dict[str, Any] = json.loads(found.stdout)
        assert report["notRead"] == []
        problems: list[dict[str, Any]] = report["problems"]
        return problems


def older() -> Release:
    """The older version where it is built, else the same."""
    try:
        Release("1.30").require()
    except NotHereError:
        return Release()
    return Release("1.30")


@pytest.fixture(scope="module")
def revisions(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Revisions]:
    folder, releases = (
        tmp_path_factory.mktemp("revisions"),
        {"default": older(), REVISION: Release()},
    )
    with ExitStack() as stack:
        with needed():
            server = server_with_kinds(stack, folder, releases[REVISION])
        istiods = {
            name: stack.enter_context(istiod(server, HELM, {}, release, name))
            for name, release in releases.items()
        }
        admin = shell(server, folder / "admin", releases[REVISION])
        admin(f"kubectl label namespace finance istio-injection- istio.io/rev={REVISION}")
        stack.enter_context(any_certificate(folder))
        proxies = {}
        for name, pods in PODS_OF.items():
            ports = stack.enter_context(free_ports(len(pods)))
            source = Proxies(envoy, istiods[name].discovery, folder, server.processes, "1.30.0")
            for pod, port in zip(pods, ports, strict=True):
                run_pod(server, pod, f"{pod.workload.name}:http:8080")
                proxies[pod.workload] = source.start(pod, port)
        (admin.folder / "v.yaml").write_text(yaml.safe_dump(VALUES))
        admin("kubectl apply -f istio-config/guard/10-namespace.yaml")
        admin(f"kubectl label namespace {GUARDS} istio-injection- istio.io/rev={REVISION}")
        admin("helm install phiguard istio-config/chart -n phiguard-system -f v.yaml")
        yield Revisions(server, admin, istiods, proxies)


def login(server: Server) -> Path:
    """A kubeconfig of an account that has the roles of `--role --revision` alone."""
    account = {"kind": "ServiceAccount", "name": AUDITOR, "namespace": "default"}
    server.apply(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": AUDITOR, "namespace": "default"},
        }
    )
    for role in yaml.safe_load_all(cluster.role(revisions=[REVISION])):
        server.apply(role)
        group, _, _ = role["apiVersion"].partition("/")
        server.apply(
            {
                "apiVersion": role["apiVersion"],
                "kind": f"{role['kind']}Binding",
                "metadata": role["metadata"],
                "roleRef": {
                    "apiGroup": group,
                    "kind": role["kind"],
                    "name": role["metadata"]["name"],
                },
                "subjects": [account],
            }
        )
    return kubeconfig(server, server.token("default", AUDITOR), AUDITOR)


def test_each_revision_refuses_until_its_own_configuration_names_the_guard(
    revisions: Revisions,
) -> None:
    """And the check says which one does not."""
    config = login(revisions.server)
    revisions.patch_by_helm("istiod")
    guarded = {**VALUES, "guardedNamespaces": ["clinic", "finance"]}
    (revisions.shell.folder / "v.yaml").write_text(yaml.safe_dump(guarded))
    for namespace in ("clinic", "finance"):
        revisions.shell(
            f"kubectl label namespace {namespace} phiguard.dev/guarded=true --overwrite"
        )
    revisions.shell("helm upgrade phiguard istio-config/chart -n phiguard-system -f v.yaml")
    revisions.wait(EHR, asks=True)
    revisions.wait(BILLING, asks=False)
    (problem,) = [
        each for each in revisions.problems(config) if each["rule"] == "provider-not-registered"
    ]
    assert problem["object"] == f"MeshConfig istio-system/istio-{REVISION}"

    revisions.patch_by_config_map()
    revisions.wait(BILLING, asks=True)
    revisions.patch_by_config_map("--remove")
    revisions.wait(BILLING, asks=False)
    revisions.patch_by_helm(f"istiod-{REVISION}")
    revisions.wait(BILLING, asks=True)
    assert is_closed(revisions.listeners(EHR))
    found = {each["rule"] for each in revisions.problems(config)}
    assert (
        found & {"provider-not-registered", "namespace-not-injected", "revision-unknown"} == set()
    )


def test_filters_without_a_revision_are_those_of_both(revisions: Revisions) -> None:
    for workload in (EHR, BILLING):
        named = [
            filters(each) for _, each in managers(revisions.listeners(workload)["virtualInbound"])
        ]
        assert named
        assert all("phiguard.ext_proc" in each for each in named)
        assert revisions.proxies[workload].refused() == []


def test_the_guards_sidecar_is_of_the_revision_that_the_values_name(revisions: Revisions) -> None:
    for pod in run_guard(revisions.server):
        status = json.loads(pod["metadata"]["annotations"]["sidecar.istio.io/status"])
        assert status["revision"] == REVISION
