"""A laboratory with both gateways. Only they ask the guard: no sidecar does."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from e2e.gateways.envoys import EGRESS, INGRESS, PARTNER, PUBLIC, egress, ingress, written
from e2e.gateways.http2 import send_http2
from e2e.issuer import ISSUER, Issuer
from extauthz.demo import client
from extauthz.demo.client import Request, Response
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import (
    BILLING,
    EHR,
    LOOPBACK,
    CertificateFiles,
    Mesh,
    Ports,
    free_ports,
)

POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: gateways}}
spec:
  services: [{{host: {BILLING.host}, principal: {BILLING.principal}}}]
  rules:
  - name: from-outside
    from: [{{principals: [{INGRESS.principal}]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{paths: [/notes, /patients/*]}}}}]
    phi: {{request: {{otherwise: DENY}}, response: {{otherwise: DENY}}}}
  - name: doctors-outside
    from: [{{principals: [{INGRESS.principal}]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{paths: [/claims]}}}}]
    when: {{claims: {{role: [doctor], iss: ["{ISSUER["iss"]}"]}}}}
    phi: {{request: {{allow: ["*"]}}, response: {{allow: ["*"]}}}}
  - name: records                       # what a forged identity would open
    from: [{{principals: [{EHR.principal}]}}]
    to: [{{principals: [{BILLING.principal}]}}]
    phi: {{request: {{allow: ["*"]}}, response: {{allow: ["*"]}}}}
  - name: to-partner
    from: [{{principals: [{EGRESS.principal}]}}]
    to: [{{hosts: [{PARTNER}]}}]
    when: {{mtls: any}}
    phi: {{request: {{otherwise: DENY}}, response: {{otherwise: DENY}}}}
"""
SIDECARS = (Sidecar(EHR, Gates.NONE), Sidecar(BILLING, Gates.NONE))


@dataclass(frozen=True)
class Gateways:
    """A running laboratory with its gateways."""

    lab: Lab
    mesh: Mesh
    server: CertificateFiles

    def from_outside(self, request: Request) -> Response:
        """Send a request over TLS, without a certificate, as anybody on the internet does."""
        context = ssl.create_default_context(cafile=str(self.server.authority))
        connection = http.client.HTTPSConnection(PUBLIC, timeout=15)
        port = self.mesh.ports[INGRESS].outbound
        plain = socket.create_connection((LOOPBACK, port), timeout=15)
        connection.sock = context.wrap_socket(plain, server_hostname=PUBLIC)
        headers = {"host": PUBLIC, **request.headers}
        try:
            connection.request(request.method, request.path, request.body or None, headers)
            answer = connection.getresponse()
            sent = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, sent, answer.read())
        finally:
            connection.close()

    def from_outside_http2(self, request: Request) -> Response:
        """The same over HTTP/2, as browsers do."""
        context = ssl.create_default_context(cafile=str(self.server.authority))
        port = self.mesh.ports[INGRESS].outbound
        return send_http2(replace(request, host=PUBLIC), port, context, name=PUBLIC)

    def to_partner_http2(self, request: Request) -> Response:
        """Send a request as a sidecar does where both sides speak HTTP/2."""
        port = self.mesh.ports[EGRESS].outbound
        context = client.tls_context(self.mesh.certificates[EHR])
        return send_http2(replace(request, host=PARTNER), port, context)

    def to_partner(self, request: Request) -> Response:
        """Send a request as the sidecar of ehr does, which routes the host to the gateway."""
        port = self.mesh.ports[EGRESS].outbound
        return client.send(
            replace(request, host=PARTNER), port, identity=self.mesh.certificates[EHR]
        )

    def records(self) -> list[Mapping[str, Any]]:
        """Return the decisions in the guard's ledger so far."""
        return [
            record
            for file in sorted(self.lab.plan.folder.rglob("ledger-*.jsonl"))
            for line in file.read_bytes().splitlines()
            if (record := json.loads(line))["kind"] == "decision"
        ]


@contextmanager
def open_gateways(envoy: Path, folder: Path, issuer: Issuer) -> Iterator[Gateways]:
    """Start the laboratory and both gateways."""
    (folder / "policy.yaml").write_text(POLICY)
    plan = Plan(envoy, folder, phiguard(folder / "policy.yaml"), SIDECARS)
    with open_lab(plan) as lab, free_ports(4) as (first, second, third, fourth):
        # a gateway has no application
        ports = {INGRESS: Ports(0, 0, first, second), EGRESS: Ports(0, 0, third, fourth)}
        issued = {each: lab.authority.issue(each, folder / each.name) for each in ports}
        mesh = replace(
            lab.mesh,
            ports={**lab.mesh.ports, **ports},
            certificates={**lab.mesh.certificates, **issued},
        )
        server = _web_certificate(folder / "web")
        for gateway, config in (
            (INGRESS, ingress(mesh, server, issuer.keys)),
            (EGRESS, egress(mesh)),
        ):
            options = written(config, folder / f"{gateway.name}.json")
            lab.processes.start(f"envoy-{gateway.name}", [envoy, *options])
        lab.processes.wait_until(
            lambda: all(_listens(each.outbound) for each in ports.values()), "the gateways' start"
        )
        yield Gateways(lab, mesh, server)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def _web_certificate(folder: Path) -> CertificateFiles:
    """Make a certificate as the web has them: a DNS name, and no SPIFFE."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, PUBLIC)])
    now = datetime.now(tz=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(PUBLIC)]), critical=False)
        .sign(key, SHA256())
    )
    files = CertificateFiles(folder / "cert.pem", folder / "key.pem", folder / "cert.pem")
    files.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files
