"""The HTTP interface as the chart offers it: an application asks through its own sidecar.

istiod configures the caller's Envoy. Its outbound listener has a port of its own
(`captureMode: NONE`), as nothing redirects traffic here.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from e2e.cluster.api_server import needed
from e2e.cluster.istiod import Release, istiod
from e2e.cluster.mesh import GUARDS
from e2e.cluster.proxies import Pod, Proxies, Proxy, certificates
from e2e.cluster.running import HELM, server_with_kinds
from extauthz.demo.client import Request, Response, send
from extauthz.demo.lab import Plan, open_lab
from extauthz.demo.payloads import patient_bundle
from extauthz.demo.programs import POLICY, phiguard
from extauthz.demo.topology import BILLING, EHR, INSTALLATION, LOOPBACK, free_ports
from mesh.istio.install import guard
from mesh.istio.installation import HTTP_PORT, Installation
from mesh.istio.values import Http, Values

pytestmark = pytest.mark.slow

CHOSEN: Final = Values(http=Http(enabled=True, namespaces=(EHR.namespace,)))
SERVICE: Final = guard.service(Installation(GUARDS, "phiguard:1", CHOSEN))


@dataclass(frozen=True)
class Asking:
    """An application, its sidecar, and the guard's port where no sidecar stands before it."""

    sidecar: Proxy
    outbound: int
    http: int

    def ask(self, path: str, question: bytes) -> Response:
        """Ask as the application does: in plain HTTP, through its own sidecar."""
        headers = {"content-type": "application/json"}
        host = f"{INSTALLATION.host}:{self.outbound}"
        return send(Request(host, path=path, body=question, headers=headers), self.outbound)

    def decides(self, source: str) -> Any:
        """The answer about a message with PHI that a source is about to send to billing."""
        body = json.loads(patient_bundle(with_ssn=True))
        question = {
            "source": source,
            "service": BILLING.host,
            "method": "POST",
            "path": "/claims",
            "body": body,
        }
        return json.loads(self.ask("/v1/decide", json.dumps(question).encode()).body)


def objects(http: int, outbound: int) -> list[dict[str, Any]]:
    """What stands for pods: where the guard is, and a port of its own for the caller.

    Args:
        http: the guard's port for HTTP.
        outbound: the caller's port for it. The rest of it is that of the guard's Service.
    """
    (port,) = [each for each in SERVICE["spec"]["ports"] if each["port"] == HTTP_PORT]
    served = {"number": outbound, "name": port["name"], "protocol": port["appProtocol"].upper()}
    entry = {
        "hosts": [INSTALLATION.host],
        "location": "MESH_INTERNAL",
        "resolution": "STATIC",
        "ports": [served],
        "endpoints": [
            {
                "address": LOOPBACK,
                "ports": {port["name"]: http},
                "labels": {"security.istio.io/tlsMode": "istio"},
                "serviceAccount": "phiguard",
            }
        ],
    }
    listener = {"port": served, "bind": LOOPBACK, "captureMode": "NONE", "hosts": [f"{GUARDS}/*"]}
    return [
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": kind,
            "metadata": {"name": "phiguard", "namespace": namespace},
            "spec": spec,
        }
        for kind, namespace, spec in (
            ("ServiceEntry", GUARDS, entry),
            ("Sidecar", EHR.namespace, {"egress": [listener]}),
        )
    ]


@pytest.fixture(scope="module")
def asking(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder, release = tmp_path_factory.mktemp("http"), Release()
    (folder / "lab").mkdir()
    with ExitStack() as stack:
        with needed():
            server = server_with_kinds(stack, folder, release)
        running = stack.enter_context(istiod(server, HELM, {}, release))
        http, outbound, admin = stack.enter_context(free_ports(3))
        command = phiguard(POLICY, "--http", f"{LOOPBACK}:{http}")
        lab = stack.enter_context(open_lab(Plan(envoy, folder / "lab", command, ())))
        server.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": GUARDS}})
        for each in objects(http, outbound):
            server.apply(each)
        stack.enter_context(certificates(folder, lab.mesh.certificates[EHR]))
        proxies = Proxies(envoy, running.discovery, folder, server.processes, "1.31.0")
        sidecar = proxies.start(Pod(EHR, "10.9.0.41", {"app": "ehr"}), admin)
        server.processes.wait_until(
            lambda: f"{LOOPBACK}_{outbound}" in sidecar.listeners(), "the caller's port"
        )
        yield Asking(sidecar, outbound, http)


def test_an_application_asks_through_its_own_sidecar(asking: Asking) -> None:
    found = asking.ask("/v1/scan", patient_bundle(with_ssn=True))
    assert found.status == 200
    assert json.loads(found.body)["verdict"] == "phi"
    assert asking.sidecar.refused() == []


def test_it_asks_for_its_own_messages_and_for_no_others(asking: Asking) -> None:
    own = asking.decides(EHR.principal)
    assert own["verdict"] == "phi"
    assert own["reason"] != "CALLER_MISMATCH"
    other = asking.decides("cluster.local/ns/analytics/sa/reports")
    assert (other["effect"], other["reason"]) == ("DENY", "CALLER_MISMATCH")


def test_nobody_asks_without_a_certificate_of_the_mesh(asking: Asking) -> None:
    with pytest.raises(ConnectionError):
        send(Request(INSTALLATION.host, method="GET", path="/healthz"), asking.http)
