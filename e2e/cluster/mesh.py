"""A cluster with a real istiod, applications, gateways and Envoys, and the shell of its admin."""

import copy
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from e2e.cluster.api_server import Server, kubeconfig
from e2e.cluster.istiod import Istiod, Release
from e2e.cluster.proxies import Pod, Proxy, managers
from extauthz.demo.topology import EHR, Workload

ROOT: Final = Path(__file__).parents[2]
TOOLS: Final = (ROOT / ".venv" / "bin", ROOT / ".kube-venv" / "bin")
GUARDS: Final = "phiguard-system"
INGRESS: Final = Workload("istio-ingressgateway", "istio-ingress")
EGRESS: Final = Workload("istio-egressgateway", "istio-egress")
PODS: Final = {
    EHR: Pod(EHR, "10.9.0.11", {"app": "ehr", "phiguard.dev/guarded": "true"}),
    INGRESS: Pod(INGRESS, "10.9.0.12", {"istio": "ingressgateway"}, is_gateway=True),
    EGRESS: Pod(EGRESS, "10.9.0.13", {"istio": "egressgateway"}, is_gateway=True),
}
"""The pods whose Envoys are looked at, each of one workload."""
GUARD_PODS: Final = tuple(
    Pod(Workload("phiguard", GUARDS), f"10.9.0.{20 + n}", node=f"node-{n}") for n in (1, 2)
)
_APPLICATION: Final[dict[str, Any]] = {
    "metadata": {},
    "spec": {"containers": [{"name": "app", "image": "app:1"}]},
}
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True)
class Shell:
    """Where an admin types: a folder with the checkout's files, and the tools in the path."""

    folder: Path
    config: Path

    def __call__(self, command: str) -> str:
        """Run a command and return its output. It must succeed."""
        done = self.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """The finished command."""
        path = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
        return subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            env={**os.environ, "PATH": path, "KUBECONFIG": str(self.config), "GUARDED": "clinic"},
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass(frozen=True)
class Mesh:
    """What runs.

    Args:
        server: the API server.
        istiod: the control plane.
        shell: of the admin.
        proxies: by workload.
    """

    server: Server
    istiod: Istiod
    shell: Shell
    proxies: Mapping[Workload, Proxy] = field(default_factory=dict)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until a proxy has what istiod makes of a change."""
        self.server.processes.wait_until(condition, what)


def shell(server: Server, folder: Path, release: Release) -> Shell:
    """Return the shell of an admin in a new checkout, with the charts of an Istio."""
    folder.mkdir(exist_ok=True)
    for name in ("istio-config", "docs"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "charts").symlink_to(release.chart.parent)
    return Shell(folder, kubeconfig(server))


def run_pod(
    server: Server, pod: Pod, service: str, template: Mapping[str, Any] = _APPLICATION
) -> Any:
    """Create a pod as its controller would, and say of it what its kubelet would: it is ready.

    Args:
        service: name, port's name and number, as `ehr:http:8080`.
        template: of the pod.
    """
    namespace, account = pod.workload.namespace, pod.workload.name
    name = f"{account}-{pod.node[-1]}"
    labels = {**template["metadata"].get("labels", {}), **pod.labels}
    metadata = {**template["metadata"], "name": name, "namespace": namespace, "labels": labels}
    body = {"serviceAccountName": account, "nodeName": pod.node, **template["spec"]}
    server.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": body})
    path = f"/api/v1/namespaces/{namespace}/pods/{name}"
    conditions = [{"type": each, "status": "True"} for each in ("Ready", "ContainersReady")]
    addresses = {"podIP": pod.address, "podIPs": [{"ip": pod.address}]}
    status = {"phase": "Running", "conditions": conditions, **addresses}
    merge = "application/merge-patch+json"
    made = server.call("PATCH", f"{path}/status", {"status": status}, content=merge)
    server.apply(_endpoints(pod, name, service))
    return made


def run_guard(server: Server) -> list[Any]:
    """Run the pods of the guard's workload, by its template."""
    path = f"/apis/apps/v1/namespaces/{GUARDS}/statefulsets/phiguard"
    template = copy.deepcopy(server.call("GET", path)["spec"]["template"])
    del template["spec"]["priorityClassName"]
    template["spec"]["volumes"].append({"name": "ledger", "emptyDir": {}})
    return [run_pod(server, pod, "phiguard:grpc:9000", template) for pod in GUARD_PODS]


def _endpoints(pod: Pod, name: str, service: str) -> dict[str, Any]:
    """One slice a pod, as the controller of endpoints would make it for many."""
    service_name, port, number = service.split(":")
    namespace = pod.workload.namespace
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{service_name}-{name}",
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": service_name},
        },
        "addressType": "IPv4",
        "ports": [{"name": port, "port": int(number), "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": [pod.address],
                "conditions": {"ready": True},
                "nodeName": pod.node,
                "targetRef": {"kind": "Pod", "name": name, "namespace": namespace},
            }
        ],
    }


def is_closed(listeners: Mapping[str, Any]) -> bool:
    """Whether nothing reaches the application unasked: each chain asks the guard, or refuses."""
    listener = listeners["virtualInbound"]
    chains = [*listener["filter_chains"]]
    if "default_filter_chain" in listener:
        chains.append(listener["default_filter_chain"])
    return all(_closes(chain) for chain in chains if "blackhole" not in chain["name"])


def _closes(chain: Mapping[str, Any]) -> bool:
    http = [manager["http_filters"] for _, manager in managers({"filter_chains": [chain]})]
    configs = [each["typed_config"] for each in (http[0] if http else chain.get("filters", ()))]
    return any(_asks(each) or _refuses(each) for each in configs)


def _asks(config: Mapping[str, Any]) -> bool:
    kind = str(config["@type"])
    return kind.endswith("ext_authz.v3.ExtAuthz") and not config.get("failure_mode_allow")


def _refuses(config: Mapping[str, Any]) -> bool:
    rules = config.get("rules", {})
    return str(config["@type"]).endswith("rbac.v3.RBAC") and any(
        "deny-due-to-bad-CUSTOM-action" in name for name in rules.get("policies", ())
    )


@contextmanager
def watched(proxy: Proxy) -> Iterator[list[bool]]:
    """Look at a proxy all the time, and note whether it was closed."""
    seen: list[bool] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_POLL_SECONDS):
            seen.append(is_closed(proxy.listeners()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()
