"""Two trust domains on real traffic: istiod configures the receiver's Envoy, and the guard judges.

The receiver is the sidecar of billing. Its listener has a port of its own (`captureMode: NONE`),
as nothing redirects traffic here.
"""

import json
import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from e2e.cluster import istiod as control_plane
from e2e.cluster.api_server import Server, needed
from e2e.cluster.istiod import Istiod, Release, istiod
from e2e.cluster.mesh import GUARDS, Mesh, shell
from e2e.cluster.proxies import Pod, Proxies, Proxy, certificates
from e2e.cluster.running import HELM, server_with_kinds
from extauthz.demo.certificates import Authority
from extauthz.demo.client import Request, send
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.payloads import patient_bundle
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import (
    BILLING,
    EHR,
    INSTALLATION,
    LOOPBACK,
    CertificateFiles,
    Workload,
    free_ports,
)

pytestmark = pytest.mark.slow

HOME, PARTNER, STRANGER = "cluster.local", "partner.example", "stranger.example"
POLICY: Final = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: domains}}
spec:
  mode: enforce
  rules:
  - name: home
    from: [{{principals: [{HOME}/ns/clinic/sa/ehr]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{paths: [/home]}}}}]
    phi: {{request: {{allow: ["*"]}}}}
  - name: partner
    from: [{{principals: [{PARTNER}/ns/clinic/sa/ehr]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{paths: [/partner]}}}}]
    phi: {{request: {{allow: ["*"]}}}}
  - name: any
    from: [{{namespaces: [clinic]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{paths: [/any]}}}}]
    phi: {{request: {{allow: ["*"]}}}}
  - name: one
    from: [{{namespaces: [clinic], trustDomains: [{HOME}]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{paths: [/one]}}}}]
    phi: {{request: {{allow: ["*"]}}}}
"""
PATHS: Final = ("/home", "/partner", "/any", "/one")


@dataclass(frozen=True, slots=True)
class Foreign(Workload):
    """A workload of another trust domain."""

    domain: str

    @property
    def principal(self) -> str:
        return f"{self.domain}/ns/{self.namespace}/sa/{self.name}"


@dataclass(frozen=True)
class Domains:
    """What runs, and the certificate of each domain's `clinic/ehr`."""

    lab: Lab
    mesh: Mesh
    receiver: Proxy
    port: int
    identities: dict[str, CertificateFiles]

    def answers(self, domain: str) -> list[int]:
        """The status of a request with PHI to each path. Raises OSError where none is taken."""
        return [self.status(path, self.identities[domain]) for path in PATHS]

    def status(self, path: str, identity: CertificateFiles) -> int:
        headers = {"content-type": "application/json"}
        request = Request(
            BILLING.host, path=path, body=patient_bundle(with_ssn=True), headers=headers
        )
        return send(request, self.port, identity=identity).status

    def callers(self) -> list[str]:
        """Who the guard's ledger says has called."""
        return [
            record["source"]
            for file in sorted(self.lab.plan.folder.rglob("ledger-*.jsonl"))
            for line in file.read_bytes().splitlines()
            if (record := json.loads(line))["kind"] == "decision"
        ]

    def trusts(self, aliases: Sequence[str]) -> None:
        """Let the mesh take aliases of its trust domain, and wait until the receiver does."""
        given = yaml.safe_load(self.mesh.shell("helm get values istiod -n istio-system -o yaml"))
        given["meshConfig"]["trustDomainAliases"] = list(aliases)
        control_plane.install(self.mesh.istiod, HELM, given)
        wanted = {HOME, *aliases}

        def taken() -> bool:
            found = json.dumps(self.receiver.listeners())
            named = {each for each in (HOME, PARTNER, STRANGER) if f"spiffe://{each}/" in found}
            return named == wanted

        self.mesh.wait_until(taken, "the aliases")


def objects(guard: int, inbound: int, application: int) -> list[dict[str, Any]]:
    """What stands for pods: where the guard is, and a port of its own for the receiver."""
    entry = {
        "hosts": [INSTALLATION.host],
        "location": "MESH_INTERNAL",
        "resolution": "STATIC",
        "ports": [{"number": 9000, "name": "grpc", "protocol": "GRPC"}],
        "endpoints": [
            {
                "address": LOOPBACK,
                "ports": {"grpc": guard},
                "labels": {"security.istio.io/tlsMode": "istio"},
                "serviceAccount": "phiguard",
            }
        ],
    }
    sidecar = {
        "ingress": [
            {
                "port": {"number": inbound, "protocol": "HTTP", "name": "http"},
                "bind": LOOPBACK,
                "captureMode": "NONE",
                "defaultEndpoint": f"{LOOPBACK}:{application}",
            }
        ],
        "egress": [{"hosts": [f"{GUARDS}/*"]}],
    }
    return [
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": kind,
            "metadata": {"name": "phiguard", "namespace": namespace},
            "spec": spec,
        }
        for kind, namespace, spec in (
            ("ServiceEntry", GUARDS, entry),
            ("Sidecar", BILLING.namespace, sidecar),
        )
    ]


def identities(authority: Authority, folder: Path) -> tuple[CertificateFiles, dict[str, Any]]:
    """The receiver's certificate with everyone's roots, and a caller's of each domain."""
    foreign = {each: Authority.create(each) for each in (PARTNER, STRANGER)}
    issued = {HOME: authority.issue(EHR, folder / HOME)}
    for domain, root in foreign.items():
        caller = root.issue(Foreign("ehr", "clinic", domain), folder / domain)
        issued[domain] = replace(caller, authority=issued[HOME].authority)
    forged = foreign[PARTNER].issue(EHR, folder / "forged")
    issued["forged"] = replace(forged, authority=issued[HOME].authority)
    receiver = authority.issue(BILLING, folder / "receiver")
    roots = folder / "roots.pem"
    everyone = [folder / each / receiver.authority.name for each in (HOME, PARTNER, STRANGER)]
    roots.write_text("".join(each.read_text() for each in everyone))
    return replace(receiver, authority=roots), issued


def tell(server: Server, running: Istiod, folder: Path) -> Mesh:
    """Register the guard and guard the receiver's namespace, by the documented commands."""
    admin = shell(server, folder, running.release)
    admin("kubectl apply -f istio-config/guard/10-namespace.yaml")
    admin("helm get values istiod -n istio-system -o yaml > istiod.yaml")
    admin("phiguard istio mesh-patch istiod.yaml > patched.yaml")
    admin("helm upgrade istiod charts/istio-discovery -n istio-system -f patched.yaml")
    admin(f"kubectl label namespace {BILLING.namespace} phiguard.dev/guarded=true --overwrite")
    admin(f"kubectl apply -n {BILLING.namespace} -f istio-config/namespace")
    return Mesh(server, running, admin)


@pytest.fixture(scope="module")
def domains(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domains]:
    folder, release = tmp_path_factory.mktemp("domains"), Release()
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "lab").mkdir()
    with ExitStack() as stack:
        with needed():
            server = server_with_kinds(stack, folder, release)
        running = stack.enter_context(istiod(server, HELM, {}, release))
        plan = Plan(envoy, folder / "lab", phiguard(folder / "policy.yaml"), ())
        lab = stack.enter_context(open_lab(plan))
        mesh = tell(server, running, folder / "admin")
        inbound, admin = stack.enter_context(free_ports(2))
        for each in objects(lab.mesh.guard, inbound, lab.mesh.ports[BILLING].app):
            server.apply(each)
        receiver, issued = identities(lab.authority, folder / "certificates")
        stack.enter_context(certificates(folder, receiver))
        proxies = Proxies(envoy, running.discovery, folder, server.processes, "1.31.0")
        proxy = proxies.start(Pod(BILLING, "10.9.0.31", {"app": "billing"}), admin)
        mesh.wait_until(lambda: f"{LOOPBACK}_{inbound}" in proxy.listeners(), "the receiver's port")
        yield Domains(lab, mesh, proxy, inbound, issued)


def test_a_domain_that_is_no_alias_is_refused_before_the_guard_is_asked(domains: Domains) -> None:
    domains.trusts([])
    assert domains.answers(HOME) == [200, 403, 200, 200]
    known = len(domains.callers())
    for each in (PARTNER, STRANGER):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            domains.answers(each)
    assert domains.callers()[known:] == []


def test_a_caller_of_an_alias_is_no_caller_of_the_own_domain(domains: Domains) -> None:
    domains.trusts([PARTNER])
    assert domains.answers(HOME) == [200, 403, 200, 200]
    assert domains.answers(PARTNER) == [403, 200, 200, 403]
    assert domains.callers()[-4:] == [f"{PARTNER}/ns/clinic/sa/ehr"] * 4
    with pytest.raises((ssl.SSLError, ConnectionError)):
        domains.answers(STRANGER)


def test_a_trusted_root_vouches_for_every_domain_as_the_documents_say(domains: Domains) -> None:
    domains.trusts([])
    forged = domains.identities["forged"]  # `cluster.local`, signed by the partner's root
    assert domains.status("/home", forged) == 200
