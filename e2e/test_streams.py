"""Long bodies and streams on real Envoy, in the mode FULL_DUPLEX_STREAMED.

ehr ──> sidecar of ehr ──> sidecar of billing ──> backend. Both sidecars stream to the guard, so
each message is judged twice, and each answer once.
"""

import contextlib
import http.client
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest

from extauthz.demo.envoy_listeners import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import BILLING, EHR, LOOPBACK

MIB = 1 << 20
SSN = b"541-27-8860"
DIRTY = b'{"patientName": "Marisol Okonkwo-Reyes", "diagnosis": "E11.9", "ssn": "541-27-8860"}'
MASKED = b'{"patientName": "Marisol Okonkwo-Reyes", "diagnosis": "E11.9", "mrn": "MRN-4471902"}'
CLEAN = b'{"article": "gauze rolls", "shelf": "A12", "count": 300}'
NDJSON, EVENTS = "application/x-ndjson", "text/event-stream"
_POLICY = f"""\
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
                connection.sendall(b"HTTP/1.1 200 OK\r\n" + (self.answers.get(timeout=5) or b""))
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


@pytest.fixture(scope="module")
def lab(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("streams")
    policy = folder / "policy.yaml"
    policy.write_text(_POLICY)
    sidecars = (Sidecar(EHR, Gates.STREAMS), Sidecar(BILLING, Gates.STREAMS))
    with open_lab(Plan(envoy, folder, phiguard(policy), sidecars)) as running:
        running.processes.stop("workloads")
        yield running


@pytest.fixture
def backend(lab: Lab) -> Iterator[Backend]:
    with serving(lab.mesh.ports[BILLING].app) as running:
        yield running


OK = b"content-length: 2\r\n\r\nok"


def post(
    lab: Lab, body: object, kind: str = NDJSON, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Send one request as ehr's application: bytes with their length, an iterable in chunks."""
    connection = http.client.HTTPConnection(LOOPBACK, lab.mesh.ports[EHR].outbound, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.suppress(OSError):  # it may be answered before all is sent
        connection.request(
            "POST",
            "/stock",
            body,
            {"host": BILLING.host, "content-type": kind, **named},
            encode_chunked=not isinstance(body, bytes),
        )
    try:
        answer = connection.getresponse()
        heard = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, heard, answer.read()
    except (http.client.HTTPException, OSError):
        return 0, {}, b""
    finally:
        connection.close()


def answer(backend: Backend, *parts: bytes) -> None:
    for part in (*parts, None):
        backend.answers.put(part)


LINES = (CLEAN + b"\n") * (MIB // (len(CLEAN) + 1))
"""Nearly one MiB of lines."""


def test_a_long_upload_arrives_byte_for_byte(lab: Lab, backend: Backend) -> None:
    answer(backend, OK)
    status, _, body = post(lab, LINES * 24)

    assert (status, body) == (200, b"ok")
    assert bytes(backend.received) == LINES * 24
    assert backend.ends == ["whole"]


def test_phi_at_the_end_of_a_long_upload_does_not_arrive(lab: Lab, backend: Backend) -> None:
    status, _, _ = post(lab, iter([*[LINES] * 24, DIRTY + b"\n"]))

    lab.processes.wait_until(lambda: bool(backend.ends), "the end of the upload")
    assert status in (0, 403)
    assert backend.ends == ["cut off"]
    assert SSN not in backend.received
    assert len(backend.received) <= len(LINES) * 24


def test_a_whole_document_beyond_the_buffer_is_held_and_judged(lab: Lab, backend: Backend) -> None:
    long = b'{"lines": [' + b",".join([CLEAN] * 40_000) + b"]}"
    answer(backend, OK)
    assert (len(long) > 2 * MIB, post(lab, long, "application/json")[0]) == (True, 200)
    assert bytes(backend.received) == long

    status, headers, _ = post(lab, long[:-2] + b"," + DIRTY + b"]}", "application/json")
    assert (status, headers["x-phiguard-reason"]) == (403, "MINIMUM_NECESSARY")
    assert len(backend.heads) == 1  # nothing of the second one came


def test_a_document_that_nobody_can_hold_is_refused(lab: Lab, backend: Backend) -> None:
    long = iter([b'{"lines": ["', *[b"a" * MIB] * 9, b'"]}'])
    assert post(lab, long, "application/json")[0] in (0, 403)
    assert backend.heads == []


@pytest.mark.parametrize("cut", [1, len(DIRTY) - 15, len(DIRTY) - 6, len(DIRTY) - 1])
@pytest.mark.parametrize("kind", [NDJSON, "application/json", "text/plain"])
def test_a_value_in_two_chunks_is_found(lab: Lab, backend: Backend, kind: str, cut: int) -> None:
    status, headers, _ = post(lab, iter([DIRTY[:cut], DIRTY[cut:]]), kind)

    assert (status, headers["x-phiguard-reason"]) == (403, "MINIMUM_NECESSARY")
    assert backend.heads == []


def test_a_masked_line_of_a_long_upload_arrives_masked(lab: Lab, backend: Backend) -> None:
    answer(backend, OK)
    status, _, _ = post(lab, iter([LINES, LINES, MASKED + b"\n", LINES]))

    assert (status, backend.ends) == (200, ["whole"])
    assert b"4471902" not in backend.received
    assert bytes(backend.received).startswith(LINES * 2)
    assert bytes(backend.received).endswith(LINES)


def test_a_short_masked_body_arrives_without_its_old_length_and_digest(
    lab: Lab, backend: Backend
) -> None:
    answer(backend, OK)
    status, _, _ = post(lab, MASKED, "application/json", content_md5="4K3Zs4vD1vRrZkz0M3LwWQ==")

    assert (status, b"4471902" in backend.received) == (200, False)
    assert b"content-md5" not in backend.heads[0]
    assert b"content-length" not in backend.heads[0]


def test_a_response_that_streams_comes_event_by_event(lab: Lab, backend: Backend) -> None:
    backend.answers.put(b"content-type: text/event-stream\r\n\r\n")
    with asked(lab) as file:
        for number in range(20):
            event = b"data: %d\n\n" % number
            backend.answers.put(event)  # the next one is sent only after this one has come
            assert file.read(len(event)) == event
        backend.answers.put(b"data: " + DIRTY + b"\n\n")
        with pytest.raises((http.client.IncompleteRead, OSError)):
            raise_when_cut(file)


@contextmanager
def asked(lab: Lab) -> Iterator[http.client.HTTPResponse]:
    """Ask billing for an answer, and begin to read it."""
    connection = http.client.HTTPConnection(LOOPBACK, lab.mesh.ports[EHR].outbound, timeout=15)
    connection.request("GET", "/stock", headers={"host": BILLING.host})
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def raise_when_cut(file: http.client.HTTPResponse) -> None:
    rest = file.read()
    assert SSN not in rest


def test_the_guard_dies_in_the_middle_and_the_rest_does_not_arrive(
    envoy: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(_POLICY)
    sidecars = (Sidecar(EHR, Gates.STREAMS), Sidecar(BILLING, Gates.STREAMS))
    plan = Plan(envoy, tmp_path, phiguard(policy), sidecars)
    with open_lab(plan) as lab:
        lab.processes.stop("workloads")
        with serving(lab.mesh.ports[BILLING].app) as backend:

            def parts() -> Iterator[bytes]:
                yield from [LINES] * 3
                lab.processes.wait_until(lambda: bool(backend.received), "the first piece")
                lab.processes.stop("phiguard")
                yield from [DIRTY + b"\n", LINES]

            assert post(lab, parts())[0] in (0, 503)
            lab.processes.wait_until(lambda: bool(backend.ends), "the end of the upload")
    assert backend.ends == ["cut off"]
    assert SSN not in backend.received


@pytest.mark.parametrize(("path", "status"), [("/open", b"101"), ("/closed", b"403")])
def test_an_upgrade_passes_only_where_a_rule_lists_it(lab: Lab, path: str, status: bytes) -> None:
    def echo() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:  # nobody came
            return
        with connection:
            while not connection.recv(65536).endswith(b"\r\n\r\n"):
                pass
            connection.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\n"
                b"upgrade: websocket\r\n\r\n"
            )
            while data := connection.recv(65536):
                connection.sendall(data)

    head = (
        f"GET {path} HTTP/1.1\r\nhost: {BILLING.host}\r\nconnection: upgrade\r\n"
        "upgrade: websocket\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        "sec-websocket-version: 13\r\n\r\n"
    )
    with socket.create_server((LOOPBACK, lab.mesh.ports[BILLING].app)) as listener:
        threading.Thread(target=echo, daemon=True).start()
        with socket.create_connection((LOOPBACK, lab.mesh.ports[EHR].outbound), 15) as client:
            client.sendall(head.encode())
            assert client.recv(65536).split()[1] == status
            if status == b"101":
                for word in (b"first", b"second"):
                    client.sendall(word)
                    assert client.recv(65536) == word
        # a thread that still accepts would keep the port from the next test
        listener.shutdown(socket.SHUT_RDWR)


# --- gRPC -----------------------------------------------------------------------------------


def _echo(each: Iterator[bytes], seen: list[bytes]) -> Iterator[bytes]:
    for message in each:
        seen.append(message)
        yield b'{"got": "%d"}' % len(message)


@contextmanager
def grpc_backend(port: int) -> Iterator[list[bytes]]:
    """A server with the three kinds of streams. Yields what it has received."""
    seen: list[bytes] = []

    def collect(each: Iterator[bytes], _: object) -> bytes:
        seen.extend(each)
        return b'{"count": "%d"}' % len(seen)

    def produce(message: bytes, _: object) -> Iterator[bytes]:
        seen.append(message)
        for number in range(5):
            yield b'{"n": "%d"}' % number
        yield DIRTY if b"dirty" in message else CLEAN
        yield CLEAN

    handlers = {
        "Collect": grpc.stream_unary_rpc_method_handler(collect),
        "Produce": grpc.unary_stream_rpc_method_handler(produce),
        "Talk": grpc.stream_stream_rpc_method_handler(lambda each, _: _echo(each, seen)),
        "Ask": grpc.unary_unary_rpc_method_handler(lambda m, _: seen.append(m) or CLEAN),
    }
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("Stock", handlers),))
    server.add_insecure_port(f"{LOOPBACK}:{port}")
    server.start()
    try:
        yield seen
    finally:
        server.stop(0)


@pytest.fixture
def seen(lab: Lab) -> Iterator[list[bytes]]:
    with grpc_backend(lab.mesh.ports[BILLING].app) as received:
        yield received


@pytest.fixture
def channel(lab: Lab) -> Iterator[grpc.Channel]:
    options = [("grpc.default_authority", BILLING.host)]
    with grpc.insecure_channel(f"{LOOPBACK}:{lab.mesh.ports[EHR].outbound}", options) as opened:
        yield opened


def test_a_unary_call_passes_and_a_denied_one_says_why(
    channel: grpc.Channel, seen: list[bytes]
) -> None:
    ask = channel.unary_unary("/Stock/Ask")
    assert ask(CLEAN, timeout=15) == CLEAN
    with pytest.raises(grpc.RpcError) as denied:
        ask(DIRTY, timeout=15)

    assert denied.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert seen == [CLEAN]


def test_a_client_stream_passes_message_by_message(
    channel: grpc.Channel, seen: list[bytes]
) -> None:
    collect = channel.stream_unary("/Stock/Collect")
    assert collect(iter([CLEAN] * 5), timeout=15) == b'{"count": "5"}'
    with pytest.raises(grpc.RpcError):
        collect(iter([CLEAN, DIRTY, CLEAN]), timeout=15)

    assert not any(SSN in message for message in seen)


def test_a_server_stream_passes_message_by_message(
    channel: grpc.Channel, seen: list[bytes]
) -> None:
    produce = channel.unary_stream("/Stock/Produce")
    assert len(list(produce(CLEAN, timeout=15))) == 7

    heard: list[bytes] = []
    with pytest.raises(grpc.RpcError):
        heard.extend(produce(b'{"ask": "dirty"}', timeout=15))
    assert not any(SSN in message for message in heard)
    assert len(seen) == 2


def test_a_dialogue_passes_message_by_message(channel: grpc.Channel, seen: list[bytes]) -> None:
    _talk(channel, seen)


def test_the_senders_sidecar_alone_sees_every_message_of_a_dialogue(
    envoy: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(_POLICY)
    sidecars = (Sidecar(EHR, Gates.SENT_STREAMS), Sidecar(BILLING, Gates.NONE))
    with open_lab(Plan(envoy, tmp_path, phiguard(policy), sidecars)) as lab:
        lab.processes.stop("workloads")
        port = lab.mesh.ports[EHR].outbound
        options = [("grpc.default_authority", BILLING.host)]
        with (
            grpc_backend(lab.mesh.ports[BILLING].app) as seen,
            grpc.insecure_channel(f"{LOOPBACK}:{port}", options) as channel,
        ):
            for _ in range(5):
                _talk(channel, seen)
                seen.clear()


def _talk(channel: grpc.Channel, seen: list[bytes]) -> None:
    """Ten messages, each after the answer to the one before. The eleventh must not arrive."""
    words: queue.Queue[bytes | None] = queue.Queue()
    said: Callable[[], bytes | None] = words.get
    answers = channel.stream_stream("/Stock/Talk")(iter(said, None), timeout=30)
    for number in range(10):
        words.put(CLEAN + b" " * number)
        assert next(answers) == b'{"got": "%d"}' % (len(CLEAN) + number)
    words.put(DIRTY)
    with pytest.raises(grpc.RpcError):
        next(answers)

    words.put(None)
    assert not any(SSN in message for message in seen)
    assert len(seen) == 10
