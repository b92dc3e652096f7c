"""Sidecars that stream to the guard (FULL_DUPLEX_STREAMED), and an application that counts.

ehr ──> sidecar of ehr ──> sidecar of billing ──> backend. Both sidecars stream to the guard, so
each message is judged twice.
"""

import contextlib
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import BILLING, EHR, LOOPBACK

MIB = 1 << 20
SSN = b"541-27-8860"
DIRTY = b'{"patientName": "Marisol Okonkwo-Reyes", "diagnosis": "E11.9", "ssn": "541-27-8860"}'
MASKED = b'{"patientName": "Marisol Okonkwo-Reyes", "diagnosis": "E11.9", "mrn": "MRN-4471902"}'
CLEAN = b'{"article": "gauze rolls", "shelf": "A12", "count": 300}'
NDJSON, EVENTS = "application/x-ndjson", "text/event-stream"
POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: stock}}
spec:
  services: [{{host: {BILLING.host}, principal: {BILLING.principal}}}]
  rules:
  - name: stock
    from: [{{principals: [{EHR.principal}]}}]
    to: [{{principals: [{BILLING.principal}]}}]
    phi:
      request: {{redact: [MEDICAL_RECORD_NUMBER], allow: [PERSON_NAME], otherwise: DENY}}
      response: {{otherwise: DENY}}
  - name: upgrades
    from: [{{principals: [{EHR.principal}]}}]
    to:
    - principals: [{BILLING.principal}]
      operation: {{protocols: [UPGRADE], paths: ["/open"]}}
    phi: {{request: {{otherwise: DENY}}, response: {{otherwise: DENY}}}}
"""
BOTH = (Sidecar(EHR, Gates.STREAMS), Sidecar(BILLING, Gates.STREAMS))


@contextmanager
def streaming_lab(envoy: Path, folder: Path, sidecars: tuple[Sidecar, ...] = BOTH) -> Iterator[Lab]:
    """Start the sidecars and the guard, without the sample applications."""
    policy = folder / "policy.yaml"
    policy.write_text(POLICY)
    # a busy machine must not decide what arrives: the tests are about bodies and not about time
    guard = phiguard(policy, "--scan-seconds", "5")
    with open_lab(Plan(envoy, folder, guard, sidecars)) as running:
        running.processes.stop("workloads")
        yield running


@dataclass
class Backend:
    """An application that counts what it receives, and answers what a test puts into `answers`."""

    received: bytearray = field(default_factory=bytearray)
    ends: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    answers: "queue.Queue[bytes | None]" = field(default_factory=queue.Queue)

    def serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as file:
            head = b"".join(iter(file.readline, b"\r\n"))
            self.heads.append(head.lower())
            try:
                self._body(head.lower(), file)
            except (OSError, ValueError):
                self.ends.append("cut off")
                return
            self.ends.append("whole")
            with contextlib.suppress(OSError, queue.Empty):
                # it closes: Envoy must not send the next request on this connection
                head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"
                connection.sendall(head + (self.answers.get(timeout=5) or b""))
                while (part := self.answers.get(timeout=5)) is not None:
                    connection.sendall(part)

    def _body(self, head: bytes, file) -> None:
        if b"transfer-encoding: chunked" not in head:
            return
        while size := int(file.readline(), 16):
            part = file.read(size)
            self.received += part
            if len(part) < size:
                raise ValueError
            file.readline()
        file.readline()


@contextmanager
def serving(port: int) -> Iterator[Backend]:
    """A new backend on a port, for one test."""
    backend = Backend()
    with socket.create_server((LOOPBACK, port)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=backend.serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield backend
        listener.shutdown(socket.SHUT_RDWR)
