"""Faults of processes: killed, stopped, restarted."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from e2e.faults.fault import Fault, Sign
from e2e.faults.site import Site, children, is_gone, send_signal

KILL: Final = signal.SIGKILL
STOP: Final = signal.SIGSTOP
LOST: Final = "a scanner process failed and is replaced; a message that it judged is denied"
ERROR: Final = "internal error; the message was denied"
DIED: Final = "a worker died and is restarted"

GONE: Final = ("SCANNER_LOST", "OVERLOADED")
"""What is said of a message whose scanner process failed, or that waited too long for one."""

Pids = Callable[[Site], list[int]]


def logs(event: str, count: int = 1) -> Sign:
    """The guard has logged it so many times."""
    return lambda site: len(site.logged(event)) >= count


def fails(count: int = 1) -> Sign:
    """So many messages have ended otherwise than the policy says."""
    return lambda site: sum(not sent.is_well for sent in site.since_broken()) >= count


def says(reason: str) -> Sign:
    """A client has been told this reason."""
    return lambda site: any(sent.reason == reason for sent in site.since_broken())


def _kills(pids: Pids) -> Callable[[Site], object]:
    @contextmanager
    def breaks(site: Site) -> Iterator[None]:
        killed = pids(site)
        assert killed
        send_signal(KILL, killed)
        site.wait(lambda: all(map(is_gone, killed)), "their end")
        yield

    return breaks


def _stops(pids: Pids) -> Callable[[Site], object]:
    @contextmanager
    def breaks(site: Site) -> Iterator[None]:
        stopped = pids(site)
        assert stopped
        send_signal(STOP, stopped)
        try:
            yield
        finally:
            send_signal(signal.SIGCONT, stopped)

    return breaks


@contextmanager
def _kills_again_and_again(site: Site) -> Iterator[None]:
    for _ in range(8):
        send_signal(KILL, site.workers[:1])
        time.sleep(0.4)
    yield


@contextmanager
def _kills_the_supervisor(site: Site) -> Iterator[None]:
    """Kubernetes starts a container again whose first process has ended. Here, this does."""
    orphans = site.workers
    site.lab.processes.children["phiguard"].popen.kill()
    site.lab.processes.stop("phiguard")
    yield
    site.wait(lambda: all(map(is_gone, orphans)), "the end of the workers without a supervisor")
    site.start_guard()


@contextmanager
def _restarts(site: Site) -> Iterator[None]:
    site.stop_guard()
    yield
    site.start_guard()


@contextmanager
def _restarts_at_once(site: Site) -> Iterator[None]:
    site.stop_guard()
    site.start_guard()
    yield


@contextmanager
def _hangs_up(site: Site) -> Iterator[None]:
    for _ in range(20):
        send_signal(signal.SIGHUP, [site.guard_pid])
        time.sleep(0.02)
    yield


def _fork_server(site: Site) -> list[int]:
    return [pid for pid in children(site.guard_pid) if children(pid)]


def _fork_servers_of_workers(site: Site) -> list[int]:
    return [pid for worker in site.workers for pid in children(worker) if children(pid)]


FAULTS: Final = (
    Fault("kill -9 of a scanner", _kills(lambda s: s.scanners[:1]), logs(LOST), GONE),
    Fault("kill -9 of all scanners", _kills(lambda s: s.scanners), logs(LOST, 2), GONE),
    Fault(
        "kill -9 of what starts the scanners, and of the scanners",
        _kills(lambda s: s.scanners + _fork_servers_of_workers(s)),
        logs(LOST, 2),
        GONE,
    ),
    Fault("kill -9 of a worker", _kills(lambda s: s.workers[:1]), logs(DIED), GONE),
    Fault("kill -9 of all workers", _kills(lambda s: s.workers), logs(DIED, 2), GONE),
    Fault(
        "kill -9 of what starts the workers, and of a worker",
        _kills(lambda s: _fork_server(s) + s.workers[:1]),
        logs(DIED),
        GONE,
    ),
    Fault(
        "kill -9 of one worker after another",
        _kills_again_and_again,
        logs(DIED, 2),
        GONE,
    ),
    Fault("kill -9 of the supervisor", _kills_the_supervisor, fails()),
    Fault("SIGTERM, and a new guard", _restarts, fails(), ("DRAINING", "SCANNER_LOST")),
    Fault(
        "SIGTERM, and a new guard at once",
        _restarts_at_once,
        fails(),
        ("DRAINING", "SCANNER_LOST"),
    ),
    Fault("20 times SIGHUP", _hangs_up, lambda _: True, is_harmless=True),
    Fault("SIGSTOP of all scanners", _stops(lambda s: s.scanners), logs(LOST), GONE),
    Fault(
        "SIGSTOP of a worker",
        _stops(lambda s: s.workers[:1]),
        lambda _: True,
        ("SCANNER_LOST",),
        seconds=2.5,
    ),
    # a worker that goes on hears of a scan only after its time, and gives the scanner up
    Fault(
        "SIGSTOP of all workers",
        _stops(lambda s: s.workers),
        fails(),
        ("SCANNER_LOST",),
        seconds=2.5,
    ),
    Fault("SIGSTOP of the supervisor", _stops(lambda s: [s.guard_pid]), lambda _: True),
)
