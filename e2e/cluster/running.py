"""A mesh of a chosen version of Istio: API server, istiod, applications, gateways, their Envoys."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from e2e.cluster.api_server import NotHereError, Server, api_server
from e2e.cluster.istiod import Istiod, Release, istiod
from e2e.cluster.mesh import PODS, ROOT, TOOLS, Mesh, run_pod, shell
from e2e.cluster.proxies import Pod, Proxies, Proxy, any_certificate
from extauthz.demo.topology import Workload, free_ports

HELM: Final = TOOLS[1] / "helm"
MESH_CONFIG: Final = {"accessLogFile": "/dev/stdout"}
_APPLICATIONS: Final = Path(__file__).with_name("applications.yaml").read_text()
_ENVOYS: Final = {"1.28": "1.36", "1.31": "1.39"}
"""The Envoy of an Istio, where it is another than the one that all tests have."""


@dataclass(frozen=True)
class Setup:
    """What runs together.

    Args:
        release: of istiod.
        proxies: version of Istio that the Envoys are of, as `1.30`.
    """

    release: Release
    proxies: str

    def __str__(self) -> str:
        return f"istiod {self.release}, proxies {self.proxies}"

    def source(self, running: Istiod, usual: Path, folder: Path) -> Proxies:
        """Return where its Envoys are started.

        Args:
            usual: the Envoy that all tests have.
            folder: for their files.
        """
        processes = running.server.processes
        return Proxies(
            self._envoy(usual), running.discovery, folder, processes, f"{self.proxies}.0"
        )

    def require(self, usual: Path) -> None:
        """Raise NotHereError unless its istiod and its Envoy are on this machine."""
        self.release.require()
        self._envoy(usual)

    def _envoy(self, usual: Path) -> Path:
        version = _ENVOYS.get(self.proxies)
        if version is None:
            return usual
        found = list(ROOT.glob(f".envoy-{version}-venv/lib/python*/site-packages/envoy/_bin/envoy"))
        if not found:
            raise NotHereError(f"not run: no Envoy {version} (make envoys)")
        return found[0]


SETUPS: Final = (
    Setup(Release("1.31"), "1.31"),
    Setup(Release("1.30"), "1.30"),
    # as near as it gets to an older control plane, where none can be built
    Setup(Release("1.30", compatible="1.28"), "1.28"),
    Setup(Release("1.29"), "1.29"),
    Setup(Release("1.28"), "1.28"),
)
"""Each version of Istio that the guard is for. Without its istiod, a test says so."""


def server_with_kinds(
    stack: ExitStack, folder: Path, release: Release, objects: str = _APPLICATIONS
) -> Server:
    """Start an API server that has Istio's kinds and the applications.

    Args:
        objects: what is there before the guard, as YAML.

    Raises:
        NotHereError: something is not on this machine.
    """
    release.require()
    if not HELM.exists():
        raise NotHereError("not run: no Helm (make kube)")
    server = stack.enter_context(api_server(folder))
    for each in release.kinds:
        server.define(each)
    for each in yaml.safe_load_all(objects):
        server.apply(each)
    return server


def start_proxies(
    stack: ExitStack, server: Server, proxies: Proxies, pods: Mapping[Workload, Pod] = PODS
) -> dict[Workload, Proxy]:
    """Run the pods of the applications and gateways, and an Envoy for each."""
    for pod in pods.values():
        run_pod(server, pod, f"{pod.workload.name}:http:8080")
    stack.enter_context(any_certificate(proxies.folder))
    ports = stack.enter_context(free_ports(len(pods)))
    return {
        workload: proxies.start(pod, port)
        for (workload, pod), port in zip(pods.items(), ports, strict=True)
    }


@contextmanager
def real_mesh(
    setup: Setup, usual: Path, folder: Path, mesh_config: Mapping[str, Any] = MESH_CONFIG
) -> Iterator[Mesh]:
    """Run a mesh, without the guard.

    Args:
        usual: the Envoy that all tests have.

    Raises:
        NotHereError: something is not on this machine.
    """
    setup.require(usual)
    with ExitStack() as stack:
        server = server_with_kinds(stack, folder, setup.release)
        running = stack.enter_context(istiod(server, HELM, mesh_config, setup.release))
        proxies = start_proxies(stack, server, setup.source(running, usual, folder))
        yield Mesh(server, running, shell(server, folder / "admin", setup.release), proxies)
