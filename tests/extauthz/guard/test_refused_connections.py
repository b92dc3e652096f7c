"""A running `phiguard serve` with TLS, and those who connect without being callers.

Every line of its standard error is a line of our log, however often they come and whatever they
send.
"""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter

import orjson
import pytest
from running_guard import POLICY
from serving import Serving

from extauthz.demo.certificates import Authority
from extauthz.demo.topology import EHR, GUARD

MARK = b"536-22-8790"
REFUSED = "connections were refused before a call"
SERVER_NAME = "connections asked for a server name that is not in the certificate; they are served"
# lines of one event and cause that one worker may log in one window, and how long that is
LINES, WINDOW = 2, 10
# The processes load the compiled detectors of this engine from the cache.
pytestmark = pytest.mark.usefixtures("engine")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NAMES = (
    MARK + b'\n{"event":"policy loaded"}',
    b"x\nFatal Python error: " + MARK,
    b"x\nI1129 19:12:53.004658   28562 a.cc:1] Handshake failed with error " + MARK,
)
"""Server names that would be lines of the log."""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder, own, foreign = tmp_path_factory.mktemp("tls"), Authority.create(), Authority.create()
    return {
        "guard": own.issue(GUARD, folder / "guard", dns="guard"),
        "caller": own.issue(EHR, folder / "caller"),
        "foreign": foreign.issue(EHR, folder / "foreign"),
    }


@pytest.fixture
def serve(tmp_path, certificates):
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    files = certificates["guard"]
    tls = ["--tls-cert", files.certificate, "--tls-key", files.key, "--tls-ca", files.authority]
    return lambda *options: Serving(policy, *tls, "--ledger", tmp_path / "ledger", *options)


def context(files=None, **settings):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_alpn_protocols(["h2"])
    if files:
        made.load_cert_chain(files.certificate, files.key)
    for name, value in settings.items():
        setattr(made, name, value)
    return made


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def send(port, data):
    """Send `data`, and wait until the server closes."""
    with connected(port) as client:
        client.sendall(data)
        until_closed(client)


def until_closed(client):
    try:
        while client.recv(4096):
            pass
    except OSError:  # a reset is an end too
        pass


def shake(port, tls, name=None):
    """Begin TLS, and wait until the server refuses it. It must refuse it."""
    with connected(port) as client, tls.wrap_socket(client, server_hostname=name) as secure:
        until_closed(secure)


def hello(name):
    """The first bytes of a handshake that asks for a server name of any bytes."""
    sent = ssl.MemoryBIO()
    placeholder = "".join("." if at % 50 == 49 else "x" for at in range(len(name)))
    handshake = context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname=placeholder)
    with pytest.raises(ssl.SSLWantReadError):
        handshake.do_handshake()
    made = sent.read()
    assert made.count(placeholder.encode()) == 1
    return made.replace(placeholder.encode(), name)


def ask_for(port, name):
    with connected(port) as client:
        client.sendall(hello(name))
        assert client.recv(1)  # the server's answer: it has read the name


def counted(log):
    """How many connections each line speaks of, by event and cause."""
    total = Counter()
    for line in log:
        total[line["event"], line.get("cause")] += line.get("count", 0)
    return +total


def end(s):
    """End the guard. Returns its standard error since the last call of `until`."""
    s.process.send_signal(signal.SIGTERM)
    rest = s.process.stderr.read()
    assert s.process.wait(30) == 0
    s.log += [orjson.loads(line) for line in rest.splitlines()]
    return rest


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_whoever_is_refused_is_counted_by_cause(serve, certificates, workers):
    foreign = context(certificates["foreign"])
    with serve("--workers", workers) as s:
        s.until("serving", workers)
        send(s.port, b"GET /" + MARK + b" HTTP/1.1\r\nHost: " + MARK + b"\r\n\r\n")
        send(s.port, MARK * 100)
        for tls in (context(), foreign, foreign):
            shake(s.port, tls)
        ask_for(s.port, MARK + b".example.org")
        rest = end(s)

    assert counted(s.log) == {
        (REFUSED, "not TLS"): 2,
        (REFUSED, "no client certificate"): 1,
        (REFUSED, "client certificate refused"): 2,
        (SERVER_NAME, None): 1,
    }
    assert MARK not in rest


def test_who_knocks_and_goes_leaves_no_line_and_a_server_name_cannot_write_one(serve, certificates):
    with serve() as s:
        s.until("serving")
        before = len(s.log)
        connected(s.port).close()
        with connected(s.port) as half:
            half.sendall(hello(MARK)[:60])
        for data in (PREFACE + MARK * 50, b"GET /" + MARK + b" HTTP/1.1\r\n\r\n"):
            caller = context(certificates["caller"])
            with connected(s.port) as client, caller.wrap_socket(client) as secure:
                secure.sendall(data)
                until_closed(secure)
            send(s.health, data)
        for name in NAMES:
            ask_for(s.port, name)
        rest = end(s)

    assert counted(s.log) == {(SERVER_NAME, None): len(NAMES)}
    said = [line["event"] for line in s.log[before:] if line["event"] != SERVER_NAME]
    assert said == ["draining", "ledger head", "stopped"]
    assert MARK not in rest


@pytest.mark.slow
def test_a_flood_of_connections_is_a_few_lines_with_the_whole_count(serve):
    with serve("--workers", "2") as s:
        s.until("serving", 2)
        began = time.monotonic()
        for _ in range(1000):
            send(s.port, b"GET /" + MARK + b" HTTP/1.1\r\n\r\n")
        rest = end(s)
        windows = 1 + (time.monotonic() - began) // WINDOW

    refused = [line for line in s.log if line["event"] == REFUSED]
    assert sum(line["count"] for line in refused) == 1000
    assert 2 <= len(refused) <= 2 * LINES * windows + 2
    assert MARK not in rest


@pytest.mark.slow
def test_a_worker_that_crashes_leaves_the_lines_of_code_that_ran(serve):
    with serve("--workers", "2") as s:
        s.until("serving", 2)
        os.kill(next(line["pid"] for line in s.log if line["event"] == "serving"), signal.SIGSEGV)
        said = []
        while not said or b"a worker died" not in said[-1]:
            said.append(s.process.stderr.readline())
            assert said[-1], said
        s.until("serving", 3)
        end(s)

    assert b"Fatal Python error: Segmentation fault\n" in said
    assert orjson.loads(said[-1])["code"] == -signal.SIGSEGV


def test_an_error_that_nobody_catches_shows_without_its_text(tmp_path):
    code = (
        "from extauthz import cli\n"
        "from extauthz.guard import supervisor\n"
        f"def run(settings): raise ValueError({MARK.decode()!r})\n"
        "supervisor.run = run\n"
        "raise SystemExit(cli.main(['serve', '--policy', 'none', '--listen', '127.0.0.1:0']))\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)  # noqa: S603 - Python
    (line,) = map(orjson.loads, ended.stderr.splitlines())

    assert (ended.returncode, line["event"], line["error"], line["where"]) == (
        1,
        "an error was not caught",
        "ValueError",
        "<string>:3",
    )
