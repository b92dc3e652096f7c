"""Faults of what stands around the guard: collector, sidecars, certificates."""

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Final

from e2e.faults.crowds import flows
from e2e.faults.fault import Fault
from e2e.faults.processes import GONE, KILL, fails, logs
from e2e.faults.site import Site, send_signal
from extauthz.demo.topology import GUARD, INSTALLATION, LOOPBACK

_LIFETIME_SECONDS: Final = 3


@contextmanager
def _collector_down(site: Site) -> Iterator[None]:
    site.lab.sink.__exit__(None, None, None)
    yield
    site.lab.sink.__enter__()


@contextmanager
def _collector_hangs(site: Site) -> Iterator[None]:
    """It accepts connections, and never reads."""
    held: list[socket.socket] = []
    with _collector_down(site), contextlib.ExitStack() as stack:
        listener = stack.enter_context(_listen(site.lab.mesh.collector))

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    held.append(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield
        assert held
        listener.shutdown(socket.SHUT_RDWR)
        for one in held:
            one.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((LOOPBACK, port))
    listener.listen()
    return listener


def _restarts(name: str, how: signal.Signals) -> Callable[[Site], AbstractContextManager[None]]:
    @contextmanager
    def breaks(site: Site) -> Iterator[None]:
        child = site.lab.processes.children[name]
        send_signal(how, [child.popen.pid])
        child.popen.wait()
        yield
        site.lab.processes.start(name, list(map(str, child.popen.args)))  # type: ignore[arg-type]

    return breaks


def _issue(site: Site, seconds: float) -> None:
    """Write a new certificate of the guard in place of the old one."""
    folder = site.lab.mesh.certificates[GUARD].certificate.parent
    lifetime = timedelta(seconds=seconds)
    site.lab.authority.issue(GUARD, folder, dns=INSTALLATION.host, lifetime=lifetime)


@contextmanager
def _certificate_expires(site: Site) -> Iterator[None]:
    """Connections that stand go on, so the workers die too: callers must connect again."""
    _issue(site, _LIFETIME_SECONDS)
    time.sleep(_LIFETIME_SECONDS + 1)
    send_signal(KILL, site.workers)
    yield
    _issue(site, 3600)


@contextmanager
def _certificate_renewed(site: Site) -> Iterator[None]:
    _issue(site, 3600)
    send_signal(KILL, site.workers[:1])
    yield


@contextmanager
def _certificate_damaged(site: Site) -> Iterator[None]:
    path = site.lab.mesh.certificates[GUARD].certificate
    whole = path.read_bytes()
    path.write_bytes(whole[:200])
    send_signal(KILL, site.workers)
    yield
    path.write_bytes(whole)


FAULTS: Final = (
    Fault("collector down", _collector_down, flows(60), is_harmless=True),
    Fault("collector hangs", _collector_hangs, flows(60), seconds=1.0, is_harmless=True),
    Fault("the sender's Envoy ends", _restarts("envoy-ehr", signal.SIGTERM), fails(3)),
    Fault("kill -9 of the receiver's Envoy", _restarts("envoy-billing", KILL), fails(3)),
    Fault("new certificate, and a worker dies", _certificate_renewed, logs("serving"), GONE),
    Fault("the guard's certificate expires", _certificate_expires, fails(6), GONE),
    Fault("the guard's certificate is damaged", _certificate_damaged, fails(6), GONE),
)
