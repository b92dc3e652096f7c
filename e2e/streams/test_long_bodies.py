"""Long bodies, server-sent events and upgrades on real Envoy."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from e2e.streams.laboratory import (
    CLEAN,
    DIRTY,
    MASKED,
    MIB,
    NDJSON,
    SSN,
    Backend,
    serving,
    streaming_lab,
)
from extauthz.demo.lab import Lab
from extauthz.demo.topology import BILLING, EHR, LOOPBACK


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
    with streaming_lab(envoy, tmp_path) as lab, serving(lab.mesh.ports[BILLING].app) as backend:

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
