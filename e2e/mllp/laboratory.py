"""Two gates for HL7 over MLLP: the sender's sidecar, the receiver's, and both in a row.

sender      attacker ──> sidecar of ehr ──> sidecar of analytics (no gate) ──> recorder
receiver    attacker ── mutual TLS ──> sidecar of billing ──> recorder
both        attacker ──> sidecar of ehr ──> sidecar of billing ──> recorder
"""

import json
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from e2e.mllp.recorder import Recorder, recording
from e2e.mllp.way import CLOSED, END, NOTHING, Sent
from extauthz.demo.client import tls_context
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, LOOPBACK

GATES: Final = ("sender", "receiver", "both")
LIMIT: Final = 64 * 1024
"""Bytes of the longest message in this laboratory."""
_ANSWER_SECONDS: Final = 10.0
_SILENCE_SECONDS: Final = 0.3
_RESET: Final = struct.pack("ii", 1, 0)
SIDECARS: Final = (
    Sidecar(EHR, gates=Gates.SENT_MLLP),
    Sidecar(BILLING, gates=Gates.RECEIVED_REQUESTS | Gates.RECEIVED_MLLP),
    Sidecar(ANALYTICS, gates=Gates.NONE),
)
POLICY: Final = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: interfaces}}
spec:
  services:
  - {{host: {BILLING.host}, principal: {BILLING.principal}}}
  - {{host: {ANALYTICS.host}, principal: {ANALYTICS.principal}}}
  rules:
  - name: stock
    from: [{{principals: [{EHR.principal}]}}]
    to:
    - principals: [{BILLING.principal}, {ANALYTICS.principal}]
      operation: {{protocols: [MLLP]}}
    phi: {{request: {{otherwise: DENY}}, response: {{otherwise: DENY}}}}
  - name: admissions
    from: [{{principals: [{EHR.principal}]}}]
    to:
    - principals: [{BILLING.principal}, {ANALYTICS.principal}]
      operation: {{protocols: [MLLP], messageTypes: ["ADT^A01"]}}
    phi:
      request: {{redact: [US_SOCIAL_SECURITY_NUMBER], allow: [A, C, H, I, R], otherwise: DENY}}
      response: {{allow: ["*"]}}
  - name: all-from-another
    from: [{{principals: [{ANALYTICS.principal}]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{protocols: [MLLP]}}}}]
    phi: {{request: {{allow: ["*"]}}, response: {{allow: ["*"]}}}}
"""


@dataclass(frozen=True)
class Hospital:
    """Where the attacker and the receiver stand."""

    lab: Lab
    recorder: Recorder

    def connect(self, gate: str) -> socket.socket:
        """Open a connection as an application does, or past the sender's sidecar."""
        ports = self.lab.mesh.hl7
        if gate == "receiver":
            return self.past_sidecar()
        callee = ANALYTICS if gate == "sender" else BILLING
        return _connected(ports[EHR].outbound[callee])

    def past_sidecar(self) -> ssl.SSLSocket:
        """Open a connection to billing's sidecar with the certificate of ehr."""
        context = tls_context(self.lab.mesh.certificates[EHR])
        return context.wrap_socket(_connected(self.lab.mesh.hl7[BILLING].inbound))

    def attempt(self, gate: str, sent: Sent) -> tuple[str, bytes, bytes]:
        """Send on a new connection. Returns how it ended, what was heard, and what arrived."""
        number = len(self.recorder.connections)
        with self.connect(gate) as connection:
            ended, heard = exchange(connection, sent)
        # a connection through both sidecars reaches the recorder a little later
        self.recorder.wait_for(
            lambda: len(self.recorder.connections) > number, "nobody has connected"
        )
        return ended, heard, self.recorder.since(number)

    def decisions(self) -> list[dict[str, Any]]:
        """Return the decisions in the guard's ledger so far."""
        return [
            record
            for file in sorted(self.lab.plan.folder.rglob("ledger-*.jsonl"))
            for line in file.read_bytes().splitlines()
            if (record := json.loads(line))["kind"] == "decision"
        ]


def exchange(connection: socket.socket, sent: Sent) -> tuple[str, bytes]:
    """Write the parts and listen. Returns how it ended, and everything that was heard."""
    heard = b""
    try:
        _write(connection, sent)
        while not sent.is_reset and (not sent.answers or heard.count(END) < sent.answers):
            connection.settimeout(_ANSWER_SECONDS if sent.answers else _SILENCE_SECONDS)
            part = connection.recv(65536)
            if not part:
                return _code(heard) or CLOSED, heard
            heard += part
    except TimeoutError:
        assert not sent.answers, f"no answer: {heard!r}"
    except OSError:  # a reset, also one while parts were written
        return _code(heard) or CLOSED, heard
    return _code(heard), heard


def _write(connection: socket.socket, sent: Sent) -> None:
    for part in sent.parts:
        connection.sendall(part)
        if sent.pause:
            time.sleep(sent.pause)
    if sent.half_closes:
        # of TLS too: the FIN alone, without an alert
        socket.socket.shutdown(connection, socket.SHUT_WR)
    if sent.is_reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def _code(heard: bytes) -> str:
    """MSA-1 of the last answer, or empty text."""
    last = heard.rpartition(b"\rMSA|")[2] if b"\rMSA|" in heard else b""
    return last.split(b"|")[0].decode() or NOTHING


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection((LOOPBACK, port), timeout=_ANSWER_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


@contextmanager
def open_hospital(envoy: Path, folder: Path, *options: str) -> Iterator[Hospital]:
    """Start sidecars and guard, with the recorder in place of the sample applications.

    Args:
        options: further options of `phiguard serve`.
    """
    policy = folder / "policy.yaml"
    policy.write_text(POLICY)
    # a busy machine must not decide what arrives: the tests are about bytes and not about time
    guard = phiguard(
        policy, "--scan-seconds", "5", "--max-body-bytes", str(LIMIT), "--max-request-bytes",
        str(LIMIT), *options,
    )  # fmt: skip
    with open_lab(Plan(envoy, folder, guard, SIDECARS)) as lab:
        lab.processes.stop("workloads")
        ports = (lab.mesh.hl7[workload].app for workload in (BILLING, ANALYTICS))
        with recording(*ports) as recorder:
            yield Hospital(lab, recorder)
