"""A real istiod beside the real API server: its own chart's objects, and its program as a process.

Its webhooks are reached at this machine, so that Istio's objects are validated and pods get their
sidecar from the real one.
"""

import contextlib
import http.client
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from e2e.cluster.api_server import TOOLS, NotHereError, Server, kubeconfig
from extauthz.demo.topology import LOOPBACK, free_ports

ROOT_NAMESPACE: Final = "istio-system"
_NEWEST: Final = "1.31"
_HOST: Final = "localhost"
_START_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Release:
    """A version of istiod, built into `.tools`.

    Args:
        version: as `1.31`.
        compatible: the older version whose behaviour its admin keeps (`compatibilityVersion`);
            empty for its own.
    """

    version: str = _NEWEST
    compatible: str = ""

    def __str__(self) -> str:
        return f"{self.version} as {self.compatible}" if self.compatible else self.version

    @property
    def charts(self) -> Path:
        """Of Istio."""
        return self._folder / "istio-charts"

    @property
    def chart(self) -> Path:
        """Of istiod."""
        return self.charts / "istio-control" / "istio-discovery"

    @property
    def kinds(self) -> list[dict[str, Any]]:
        """The definitions that its base chart brings."""
        text = (self.charts / "base" / "files" / "crd-all.gen.yaml").read_text()
        return [each for each in yaml.safe_load_all(text) if each]

    @property
    def program(self) -> Path:
        """Of istiod."""
        return self._folder / "pilot-discovery"

    @property
    def environment(self) -> dict[str, str]:
        """What its chart adds for the older version."""
        if not self.compatible:
            return {}
        name = f"profile-compatibility-version-{self.compatible}.yaml"
        profile = yaml.safe_load((self.chart / "files" / name).read_text())
        found: dict[str, str] = profile["pilot"]["env"]
        return found

    @property
    def _folder(self) -> Path:
        return TOOLS if self.version == _NEWEST else TOOLS / f"istiod-{self.version}"

    def require(self) -> None:
        """Raise unless it is built.

        Raises:
            NotHereError: says how to build it.
        """
        if not (self.program.exists() and self.chart.exists()):
            target = "istiod" if self.version == _NEWEST else f"istiod-{self.version}"
            raise NotHereError(f"not run: no istiod {self.version} (make {target})")


@dataclass(frozen=True)
class Istiod:
    """A running istiod.

    Args:
        release: its version.
        server: the API server that it reads.
        discovery: its port for plain gRPC, where proxies ask.
        http: its port for readiness and debugging.
        webhooks: its port for injection and validation.
        revision: its revision; the default one is `default`.
    """

    release: Release
    server: Server
    discovery: int
    http: int
    webhooks: int
    revision: str

    @property
    def name(self) -> str:
        """Of its release, as its chart names what it makes."""
        return "istiod" if self.revision == "default" else f"istiod-{self.revision}"

    def values(self, mesh: Mapping[str, Any]) -> dict[str, Any]:
        """Return values of its chart.

        Args:
            mesh: the mesh's configuration.
        """
        hooks = f"https://{_HOST}:{self.webhooks}"
        return {
            "revision": "" if self.revision == "default" else self.revision,
            "compatibilityVersion": self.release.compatible,
            "pilot": {"autoscaleEnabled": False},
            # upstream's Envoy has no filter `istio.stats`
            "telemetry": {"enabled": False},
            "base": {"validationURL": f"{hooks}/validate"},
            "istiodRemote": {"injectionURL": f"{hooks}/inject"},
            "meshConfig": dict(mesh),
        }

    def debug(self, path: str) -> Any:
        """Return what it says of itself below `/debug/`."""
        connection = http.client.HTTPConnection(LOOPBACK, self.http, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", f"/debug/{path}")
            return json.loads(connection.getresponse().read())

    def is_ready(self) -> bool:
        """Whether it has read everything."""
        connection = http.client.HTTPConnection(LOOPBACK, self.http, timeout=5)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/ready")
                return connection.getresponse().status == http.client.OK
            except OSError:
                return False


@contextlib.contextmanager
def istiod(
    server: Server,
    helm: Path,
    mesh: Mapping[str, Any],
    release: Release,
    revision: str = "default",
) -> Iterator[Istiod]:
    """Install istiod's chart, and start istiod.

    Args:
        helm: the program.
        mesh: the mesh's configuration.

    Raises:
        NotHereError: istiod or its chart is not on this machine.
    """
    release.require()
    with free_ports(6) as (discovery, plain, hooks, secure, monitoring, control):
        running = Istiod(release, server, discovery, plain, hooks, revision)
        config = kubeconfig(server)
        install(running, helm, running.values(mesh))
        server.processes.start(
            running.name,
            [
                release.program,
                "discovery",
                f"--kubeconfig={config}",
                f"--grpcAddr={LOOPBACK}:{discovery}",
                f"--httpAddr={LOOPBACK}:{plain}",
                f"--httpsAddr={LOOPBACK}:{hooks}",
                f"--secureGRPCAddr={LOOPBACK}:{secure}",
                f"--monitoringAddr={LOOPBACK}:{monitoring}",
                f"--ctrlz_port={control}",
                # no such file: it takes the ConfigMap of its revision
                f"--meshConfig={server.folder / 'no-mesh-config'}",
            ],
            environment={
                **release.environment,
                "POD_NAME": running.name,
                "POD_NAMESPACE": ROOT_NAMESPACE,
                "REVISION": revision,
                "CLUSTER_ID": "Kubernetes",
                "ISTIOD_CUSTOM_HOST": _HOST,
                # upstream's Envoy has no filters `istio.alpn` and `istio.metadata_exchange`
                "PILOT_ENABLE_ALPN_FILTER": "false",
                "PILOT_ENABLE_METADATA_EXCHANGE": "false",
            },
        )
        server.processes.wait_until(running.is_ready, running.name, seconds=_START_SECONDS)
        yield running
        server.processes.stop(running.name)


def install(running: Istiod, helm: Path, values: Mapping[str, Any]) -> None:
    """Install or upgrade istiod's chart with values, as its admin does."""
    config = kubeconfig(running.server)
    path = running.server.folder / f"{running.name}.yaml"
    path.write_text(json.dumps(values))
    command = [helm, "upgrade", "--install", running.name, running.release.chart, "-f", path]
    options = ["-n", ROOT_NAMESPACE, "--kubeconfig", config]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
