"""The page over a real socket, as Prometheus and as clients with bad manners ask for it."""

import contextlib
import socket
import time
import urllib.error
import urllib.request

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from extauthz.guard import metrics_page
from extauthz.guard.metrics_page import MetricsPage
from extauthz.records.series import Family, Kind

READY = Family("phiguard.ready", Kind.GAUGE, "", "Ready", (), values=[((), 1)])
VALUE = "536-22-8790"


def opened(sources=lambda: [("0", [READY])]):
    """The address of a page."""
    listener = socket.create_server(("127.0.0.1", 0))
    MetricsPage(listener, sources).start()
    return listener.getsockname()


def raw(address, *parts, whole=True):
    """What the page answers to these bytes."""
    with socket.create_connection(address, timeout=20) as client:
        with contextlib.suppress(OSError):  # the page may end the connection first
            for part in parts:
                client.sendall(part)
            if whole:
                client.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while chunk := client.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
        return answer


def test_prometheus_gets_openmetrics():
    host, port = opened()
    request = urllib.request.Request(
        f"http://{host}:{port}/metrics",
        headers={"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - http
        (family,) = text_string_to_metric_families(answer.read().decode())
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")

    assert [(each.labels, each.value) for each in family.samples] == [({"worker": "0"}, 1)]


def test_a_browser_gets_plain_text():
    host, port = opened()
    with urllib.request.urlopen(f"http://{host}:{port}/metrics?a=b", timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert b'phiguard_ready{worker="0"} 1.0' in answer.read()


def test_a_request_in_pieces_is_answered():
    answer = raw(opened(), b"GET /metr", b"ics HTTP/1.1\r\nHost: a", b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def test_head_gets_no_body():
    answer = raw(opened(), b"HEAD /metrics HTTP/1.1\r\n\r\n")

    assert answer.endswith(b"\r\n\r\n")
    assert b"phiguard_ready" not in answer


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (f"GET /{VALUE} HTTP/1.1", b"404"),
        (f"GET /metrics/{VALUE} HTTP/1.1", b"404"),
        (f"POST /metrics HTTP/1.1\r\nx: {VALUE}", b"405"),
        (f"{VALUE} /metrics HTTP/1.1", b"405"),
        (f"GET /metrics {VALUE}", b"400"),
        (VALUE, b"400"),
        ("PRI * HTTP/2.0", b"400"),
        (f"GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version={VALUE}", b"200"),
        (f"GET /metrics HTTP/1.1\r\nAccept: text/plain;version=1.0.0;escaping={VALUE}", b"200"),
    ],
)
def test_what_a_client_sends_is_not_repeated(request_, status):
    answer = raw(opened(), request_.encode() + b"\r\n\r\n")

    assert answer.split(b" ")[1] == status
    assert VALUE.encode() not in answer


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /metrics HTTP/1.1\r\n", b"GET /" + b"x" * 100_000],
    ids=["none", "cut", "long"],
)
def test_half_a_request_and_one_that_is_too_long_get_no_answer(sent):
    address = opened()

    assert raw(address, sent) == b""
    assert raw(address, b"GET /metrics HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_waits_loses_its_place(monkeypatch):
    monkeypatch.setattr(metrics_page, "_SECONDS", 0.05)

    assert raw(opened(), b"GET /metrics", whole=False) == b""


def test_more_clients_than_places_get_no_answer():
    address = opened()
    with contextlib.ExitStack() as slow:
        for _ in range(metrics_page._PLACES):
            slow.enter_context(socket.create_connection(address)).sendall(b"GET")
        assert raw(address, b"GET /metrics HTTP/1.1\r\n\r\n") == b""

    until_answered(address)


def until_answered(address):
    for _ in range(1000):
        if raw(address, b"GET /metrics HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200 OK"):
            return
    pytest.fail("the places of clients that left stay taken")


def test_a_fault_is_told_without_its_text(caplog):
    def fail():
        raise ValueError(VALUE)

    address = opened(fail)
    answer = raw(address, b"GET /metrics HTTP/1.1\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 500 ")
    assert VALUE not in answer.decode() + caplog.text
    assert raw(address, b"GET /metrics HTTP/1.1\r\n\r\n") == answer


def test_a_client_that_does_not_read_its_answer_is_cut_off(monkeypatch):
    monkeypatch.setattr(metrics_page, "_SECONDS", 0.2)
    page = b"x" * 40_000  # less than asyncio takes without waiting
    monkeypatch.setattr(metrics_page, "rendered", lambda _sources, **_: (page, "text/plain"))
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    MetricsPage(listener, list).start()
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    with client:
        client.connect(listener.getsockname())
        client.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        time.sleep(2)
        client.settimeout(20)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := client.recv(65536):
                answer += chunk
    assert len(answer) < len(page)
