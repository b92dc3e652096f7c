"""Faults that clients make: too many, too slow, too large, cut off."""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from bench.documents import notes_of
from e2e.bypass.technique import DIRTY
from e2e.faults.fault import Fault, Sign
from e2e.faults.processes import GONE, fails
from e2e.faults.site import Site
from e2e.faults.traffic import documents
from extauthz.demo import payloads
from extauthz.demo.client import tls_context
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, LOOPBACK
from extauthz.guard.envoy import wire

_BUSY: Final = (*GONE, "OUT_OF_TIME")
_SENT_IN_PART: Final = (
    b"POST /orders HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\n"
    b'content-length: 100000\r\n\r\n{"report": "stock", '
)


def flows(count: int) -> Sign:
    """So many messages have been sent meanwhile."""
    return lambda site: len(site.since_broken()) >= count


@contextmanager
def large_messages(
    site: Site, body: bytes, content_type: str, senders: int, pause: float = 0.0
) -> Iterator[None]:
    """Send the same large message again and again, half of them to each gate."""
    over = threading.Event()
    ports = site.lab.mesh.ports
    identity = tls_context(site.lab.mesh.certificates[EHR])

    def send(number: int) -> None:
        while not over.wait(pause):
            if number % 2:
                connection = http.client.HTTPConnection(LOOPBACK, ports[EHR].outbound, timeout=8)
            else:
                connection = http.client.HTTPSConnection(
                    LOOPBACK, ports[BILLING].inbound, timeout=8, context=identity
                )
            host = (ANALYTICS if number % 2 else BILLING).host
            with contextlib.suppress(OSError, http.client.HTTPException):
                headers = {"host": host, "content-type": content_type}
                connection.request("POST", "/orders", body, headers)
                connection.getresponse().read()
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(senders)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _sends(
    body: bytes, content_type: str, senders: int, pause: float = 0.0
) -> Callable[[Site], AbstractContextManager[None]]:
    return lambda site: large_messages(site, body, content_type, senders, pause)


@contextmanager
def _begun(site: Site, count: int) -> Iterator[list[socket.socket]]:
    """So many messages that have begun and not ended, half of them at each gate."""
    identity = tls_context(site.lab.mesh.certificates[EHR])
    ports = site.lab.mesh.ports
    with contextlib.ExitStack() as stack:
        found = []
        for number in range(count):
            callee, port = (
                (ANALYTICS, ports[EHR].outbound)
                if number % 2
                else (BILLING, ports[BILLING].inbound)
            )
            plain = stack.enter_context(socket.create_connection((LOOPBACK, port), timeout=8))
            one = plain if number % 2 else stack.enter_context(identity.wrap_socket(plain))
            one.sendall(_SENT_IN_PART % callee.host.encode())
            found.append(one)
        yield found


@contextmanager
def _slow_senders(site: Site) -> Iterator[None]:
    with _begun(site, 100) as senders:
        for _ in range(10):
            for one in senders:
                one.sendall(b" ")
            time.sleep(0.1)
        yield


@contextmanager
def _cut_off(site: Site) -> Iterator[None]:
    for _ in range(4):
        with _begun(site, 30):
            pass
    yield


@contextmanager
def _garbage(site: Site) -> Iterator[None]:
    for number in range(200):
        with socket.create_connection((LOOPBACK, site.lab.mesh.guard), timeout=8) as one:
            one.sendall(bytes([number]) * 500)
    yield


@contextmanager
def _idle_streams(site: Site) -> Iterator[None]:
    """A thousand streams of ext_proc, from the sidecar of billing, on which nothing is said."""
    over = threading.Event()

    def nothing() -> Iterator[bytes]:
        over.wait()
        yield from ()

    with site.lab.guard_channel(BILLING) as channel:
        method = channel.stream_stream(f"/{wire.EXTERNAL_PROCESSOR}/Process")
        calls = [method(nothing()) for _ in range(1000)]
        try:
            yield
        finally:
            for call in calls:
                call.cancel()
            over.set()


_MARKED_LARGE: Final = payloads.patient_bundle_of(200 << 10)

FAULTS: Final = (
    Fault("100 slow senders", _slow_senders, flows(10), is_harmless=True),
    Fault("120 messages cut off in their body", _cut_off, flows(10), is_harmless=True),
    Fault("200 connections with garbage", _garbage, flows(10), is_harmless=True),
    Fault("1,000 idle streams", _idle_streams, flows(60), seconds=2.0, is_harmless=True),
    Fault(
        "documents that cost their whole time",
        _sends(notes_of(1000 << 10), "text/plain", 2, pause=0.5),
        flows(60),
        _BUSY,
        seconds=3.0,
    ),
    Fault(
        "more large messages than the scanners can judge",
        _sends(_MARKED_LARGE, "application/fhir+json", 24),
        fails(),
        _BUSY,
        seconds=4.0,
    ),
    Fault(
        "24 senders of small messages without a pause",
        _sends(documents(DIRTY)[0], "application/json", 24),
        flows(60),
        _BUSY,
        seconds=4.0,
    ),
)
