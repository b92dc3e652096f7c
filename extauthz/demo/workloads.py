"""The sample applications: ehr, billing and analytics as plain HTTP servers.

They know nothing of the mesh. Run them as `python -m extauthz.demo.workloads RECORDER_PORT
NAME=PORT[,HL7_PORT]...`. With a second port, an application takes HL7 over MLLP there. Each
application keeps what was delivered to it. The recorder's port, which no sidecar touches, answers
`GET /deliveries/ID`, so that a scenario can see what the receiver saw. An id is the sender's value
of the header `x-delivery-id`, and of HL7 the control id of the message. What comes without one is
not kept.
"""

import base64
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final

from extauthz.demo.hl7 import mllp
from extauthz.demo.payloads import patient_bundle
from extauthz.demo.topology import LOOPBACK

DELIVERY_HEADER: Final = "x-delivery-id"
_RECORD_PATH: Final = "/patients/"


@dataclass(slots=True)
class Deliveries:
    """What reached the applications, by delivery id."""

    _bodies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, identity: str, delivery: dict[str, Any]) -> None:
        """Remember one delivery."""
        with self._lock:
            self._bodies.setdefault(identity, []).append(delivery)

    def of(self, identity: str) -> list[dict[str, Any]]:
        """Return all deliveries with this id."""
        with self._lock:
            return list(self._bodies.get(identity, []))


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # head and body are two writes; with Nagle's algorithm the second waits 40 ms for an
    # acknowledgement
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Print nothing: a request line can hold PHI."""

    def answer(self, body: bytes, content_type: str) -> None:
        """Answer 200."""
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self) -> bytes:
        """Return the whole request body, by its Content-Length or in chunks."""
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data


class _Application(_Quiet):
    deliveries: ClassVar[Deliveries]
    name: ClassVar[str]

    def do_GET(self) -> None:
        """Answer a patient's record below `/patients/`, and a receipt elsewhere."""
        self._remember(b"")
        if self.path.startswith(_RECORD_PATH):
            self.answer(patient_bundle(), "application/fhir+json")
        else:
            self.answer(b'{"status":"ok"}', "application/json")

    def do_POST(self) -> None:
        """Take a body and answer a receipt."""
        self._remember(self.body())
        self.answer(b'{"status":"accepted"}', "application/json")

    def _remember(self, body: bytes) -> None:
        identity = self.headers.get(DELIVERY_HEADER)
        if identity is None:
            return
        delivery = {
            "to": self.name,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": base64.b64encode(body).decode(),
        }
        self.deliveries.add(identity, delivery)


class _Recorder(_Quiet):
    deliveries: ClassVar[Deliveries]

    def do_GET(self) -> None:
        """Answer the deliveries with the id in the path."""
        found = self.deliveries.of(self.path.rpartition("/")[2])
        self.answer(json.dumps(found).encode(), "application/json")


def _take(deliveries: Deliveries, name: str, content: bytes) -> None:
    identity = mllp.control_id(content).decode(errors="replace")
    body = base64.b64encode(content).decode()
    deliveries.add(identity, {"to": name, "path": "", "headers": {}, "body": body})


def main(arguments: list[str]) -> None:
    """Serve until killed."""
    recorder, *applications = arguments
    deliveries = Deliveries()
    receivers: list[Callable[[], None]] = []
    handlers: list[tuple[type[BaseHTTPRequestHandler], int]] = [
        (type("Recorder", (_Recorder,), {"deliveries": deliveries}), int(recorder))
    ]
    for application in applications:
        name, _, ports = application.partition("=")
        port, _, hl7 = ports.partition(",")
        handlers.append(
            (type(name, (_Application,), {"deliveries": deliveries, "name": name}), int(port))
        )
        if hl7:
            receivers.append(partial(mllp.serve, int(hl7), partial(_take, deliveries, name)))
    servers = [ThreadingHTTPServer((LOOPBACK, port), handler) for handler, port in handlers]
    serving = [*receivers, *(server.serve_forever for server in servers)]
    threads = [threading.Thread(target=each) for each in serving]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1:])
