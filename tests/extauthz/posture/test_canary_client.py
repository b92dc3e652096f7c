"""What comes back from a peer: an answer, a closed connection, or nothing."""

import socket
import threading
from contextlib import contextmanager

import pytest
from canary_samples import CELL, EHR, signed

from extauthz.posture.canary_client import ECHO_HEADER, Way, send
from mesh.posture.canary.nonce import HEADER, PATH, Purpose
from mesh.posture.canary.outcome import Answer, Silence
from mesh.posture.canary.plan import Target
from mesh.posture.canary.record import record_of

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-Word: a\r\n\r\n{}"


@contextmanager
def peer(answer):
    """A peer that reads one request, then sends these bytes and closes. None: it says nothing."""
    asked, done = [], threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            connection, _ = listening.accept()
            with connection:
                data = b""
                while not complete(data):
                    data += connection.recv(65536)
                asked.append(data)
                if answer is None:
                    done.wait(30)
                else:
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], asked
        done.set()


def complete(data):
    head, found, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    return bool(found) and (not lengths or len(body) >= int(lengths[0].split(b":")[1]))


def target(port, **changed):
    usual = {"cell": CELL, "host": "127.0.0.1", "port": port, "principal": EHR, "pod_port": 8080}
    return Target(**(usual | changed))


def test_a_canary_is_one_post_with_its_nonce_and_its_record():
    with peer(OK) as (port, asked):
        answer = send(target(port), signed(), Way())
    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert answer == Answer(200, {"content-length": "2", "x-word": "a"}, b"{}")
    assert head.startswith(f"POST {PATH} HTTP/1.1\r\n".encode())
    assert f"{HEADER}: {signed().text}".encode() in head
    assert f"host: 127.0.0.1:{port}".encode() in head
    assert body == record_of(signed().text)


def test_an_echo_is_asked_in_a_header_that_the_guard_leaves_where_it_is():
    asking = signed(purpose=Purpose.RESPONSE)
    with peer(OK) as (port, asked):
        send(target(port, purpose=Purpose.RESPONSE), asking, Way())
    assert asked[0].startswith(f"GET {PATH} HTTP/1.1\r\n".encode())
    assert f"{ECHO_HEADER}: {asking.text}".encode() in asked[0]
    assert HEADER.encode() not in asked[0]


def test_a_connection_may_go_through_another_address():
    with peer(OK) as (port, asked):
        answer = send(target(80, host="ehr.clinic.svc"), signed(), Way(("127.0.0.1", port)))
    assert answer.status == 200
    assert b"host: ehr.clinic.svc\r\n" in asked[0]


SILENT = {
    "closed": (b"", Silence.CLOSED),
    "no HTTP": (b"SSH-2.0-x\r\n", Silence.NOTHING),
    "an endless header": (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 70_000, Silence.NOTHING),
}


@pytest.mark.parametrize("name", SILENT)
def test_what_is_no_answer_is_silence(name):
    data, expected = SILENT[name]
    with peer(data) as (port, _):
        assert send(target(port), signed(), Way()) is expected


@pytest.mark.parametrize(
    "rest", [b"content-length: 9\r\n\r\n{}", b"transfer-encoding: chunked\r\n\r\nzz\r\n"]
)
def test_an_answer_whose_body_breaks_off_is_an_answer(rest):
    with peer(b"HTTP/1.1 200 OK\r\n" + rest) as (port, _):
        assert send(target(port), signed(), Way()).status == 200


def test_a_peer_that_says_nothing_is_given_up():
    with peer(None) as (port, _):
        assert send(target(port), signed(), Way(seconds=0.2)) is Silence.NOTHING


def test_nobody_there_is_silence():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert send(target(port), signed(), Way()) is Silence.NOTHING
    assert send(target(80, host="no-such-host.invalid"), signed(), Way()) is Silence.NOTHING


def test_a_redirect_is_not_followed():
    with peer(b"HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n") as (port, asked):
        assert send(target(port), signed(), Way()).status == 302
    assert len(asked) == 1
