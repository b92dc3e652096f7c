"""Faults of what the guard reads and writes: ledger, policy, descriptors, memory.

A full disk is a tmpfs of 8 MiB behind the ledger. RLIMIT_FSIZE makes torn lines. Read-only is the
immutable flag of the files: unlike a mount, it also stops descriptors that are open. A tmpfs and
the flag need root, so other users run all but those faults.
"""

import contextlib
import os
import resource
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from e2e.faults.crowds import large_messages
from e2e.faults.fault import CAP_LINUX_IMMUTABLE, CAP_SYS_ADMIN, USUAL, Fault, Guard
from e2e.faults.processes import DIED, ERROR, GONE, KILL, LOST, fails, logs, says
from e2e.faults.site import Site, send_signal
from extauthz.demo import payloads
from extauthz.demo.topology import LOOPBACK

UNAVAILABLE: Final = ("LEDGER_UNAVAILABLE",)
REFUSED: Final = "new policy revision refused; the old one stays in force"
LOADED: Final = "policy loaded"
NO_FILES: Final = "no file descriptor is left; new connections wait"
# what has judged large messages before has the memory for another one
_FRESH: Final = Guard((*USUAL.options, "--wait-seconds", "59"))
_SMALL: Final = Guard(ledger_bytes=8 << 20)
_CHATTR: Final = "/usr/bin/chattr"


@contextmanager
def _fills_the_disk(site: Site) -> Iterator[None]:
    rest = site.ledger / "rest"
    try:
        with contextlib.suppress(OSError), rest.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        yield
    finally:
        rest.unlink()


def _limits(
    what: int, of: Callable[[Site], list[int]], least: Callable[[int, Site], int]
) -> Callable[[Site], AbstractContextManager[None]]:
    """Lower the soft limit of running processes, and raise it again."""

    @contextmanager
    def breaks(site: Site) -> Iterator[None]:
        before = {pid: resource.prlimit(pid, what) for pid in of(site)}
        for pid, (_, hard) in before.items():
            resource.prlimit(pid, what, (least(pid, site), hard))
        yield
        for pid, limits in before.items():
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, what, limits)

    return breaks


def _a_bit_more(pid: int, site: Site) -> int:
    """A size between two records of a worker, so that one is written in part."""
    opened = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir()]
    (segment,) = [path for path in opened if path.suffix == ".jsonl"]
    assert segment.parent == site.ledger
    return segment.stat().st_size + 1000


def _open_files(pid: int, _: Site) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir())) + 3


def _memory(pid: int, _: Site) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _takes_memory(
    of: Callable[[Site], list[int]],
) -> Callable[[Site], AbstractContextManager[None]]:
    """Let processes have no more memory than now, and send what needs more."""
    limit = _limits(resource.RLIMIT_AS, of, _memory)
    large = payloads.patient_bundle_of(1000 << 10)

    @contextmanager
    def breaks(site: Site) -> Iterator[None]:
        with limit(site), large_messages(site, large, "application/fhir+json", senders=4):
            yield

    return breaks


@contextmanager
def _uses_up_descriptors(site: Site) -> Iterator[None]:
    limit = _limits(resource.RLIMIT_NOFILE, lambda s: s.workers, _open_files)
    with contextlib.ExitStack() as stack:
        stack.enter_context(limit(site))
        for _ in range(60):
            one = socket.create_connection((LOOPBACK, site.lab.mesh.guard), timeout=5)
            stack.enter_context(one)
        yield


@contextmanager
def _immutable(site: Site) -> Iterator[None]:
    paths = [site.ledger, *site.ledger.glob("*.jsonl")]
    subprocess.run([_CHATTR, "+i", *paths], check=True)
    try:
        yield
    finally:
        subprocess.run([_CHATTR, "-i", *paths], check=True)


@contextmanager
def _immutable_and_a_worker_dies(site: Site) -> Iterator[None]:
    with _immutable(site):
        send_signal(KILL, site.workers[:1])
        yield


@contextmanager
def _away(path: Path) -> Iterator[None]:
    """Rename something for a while."""
    away = path.with_name(f"{path.name}.away")
    path.rename(away)
    try:
        yield
    finally:
        away.rename(path)


@contextmanager
def _moves_the_ledger(site: Site) -> Iterator[None]:
    with _away(site.ledger):
        site.ledger.write_bytes(b"")
        send_signal(KILL, site.workers[:1])
        try:
            yield
        finally:
            site.ledger.unlink()


def _writes_policy(text: str) -> Callable[[Site], AbstractContextManager[None]]:
    @contextmanager
    def breaks(site: Site) -> Iterator[None]:
        whole = site.policy.read_text()
        site.policy.write_text(text)
        send_signal(signal.SIGHUP, [site.guard_pid])
        try:
            yield
        finally:
            site.policy.write_text(whole)
            send_signal(signal.SIGHUP, [site.guard_pid])

    return breaks


@contextmanager
def _breaks_the_policy_and_kills(site: Site) -> Iterator[None]:
    with _writes_policy("apiVersion: [")(site):
        site.wait(lambda: bool(site.logged(REFUSED)), "the refusal")
        send_signal(KILL, site.workers[:1])
        yield


@contextmanager
def _removes_the_policy(site: Site) -> Iterator[None]:
    with _away(site.policy):
        send_signal(signal.SIGHUP, [site.guard_pid])
        yield


@contextmanager
def _renames_the_policy_again_and_again(site: Site) -> Iterator[None]:
    whole = site.policy.read_text()
    for number in range(10):
        site.policy.write_text(whole.replace("name: stock}", f"name: stock-{number}}}"))
        send_signal(signal.SIGHUP, [site.guard_pid])
        site.wait(lambda: len(site.logged(LOADED)) > number, "the new policy")  # noqa: B023
    yield
    site.policy.write_text(whole)
    send_signal(signal.SIGHUP, [site.guard_pid])


@contextmanager
def _full_and_killed(site: Site) -> Iterator[None]:
    with _fills_the_disk(site):
        send_signal(KILL, site.workers[:1])
        yield


FAULTS: Final = (
    Fault("broken policy", _writes_policy("apiVersion: ["), logs(REFUSED, 2), is_harmless=True),
    Fault("no policy file", _removes_the_policy, logs(REFUSED, 2), is_harmless=True),
    Fault(
        "ten new policies in a row",
        _renames_the_policy_again_and_again,
        lambda _: True,
        is_harmless=True,
    ),
    Fault(
        "broken policy, and a worker dies",
        _breaks_the_policy_and_kills,
        fails(0),
        GONE,
        seconds=1.0,
    ),
    Fault(
        "files limited (RLIMIT_FSIZE): torn lines",
        _limits(resource.RLIMIT_FSIZE, lambda s: s.workers, _a_bit_more),
        says(*UNAVAILABLE),
        UNAVAILABLE,
    ),
    Fault(
        "ledger cannot be changed (chattr +i)",
        _immutable,
        says(*UNAVAILABLE),
        UNAVAILABLE,
        capability=CAP_LINUX_IMMUTABLE,
    ),
    Fault(
        "ledger cannot be changed, and a worker dies",
        _immutable_and_a_worker_dies,
        says(*UNAVAILABLE),
        (*UNAVAILABLE, *GONE),
        seconds=3.0,
        capability=CAP_LINUX_IMMUTABLE,
    ),
    Fault("a file in place of the ledger, and a worker dies", _moves_the_ledger, fails(0), GONE),
    Fault(
        "descriptors used up (RLIMIT_NOFILE)",
        _uses_up_descriptors,
        logs(NO_FILES),
        # a ledger that the fault before has torn is healed at its next record, and opens a file
        guard=_FRESH,
    ),
    Fault(
        "no memory in the workers (RLIMIT_AS)",
        _takes_memory(lambda s: s.workers),
        lambda site: any(map(site.logged, (LOST, DIED, ERROR))),
        (*GONE, "INTERNAL_ERROR"),
        guard=_FRESH,
    ),
    Fault(
        "full disk",
        _fills_the_disk,
        says(*UNAVAILABLE),
        UNAVAILABLE,
        guard=_SMALL,
        capability=CAP_SYS_ADMIN,
    ),
    Fault(
        "full disk, and a worker dies",
        _full_and_killed,
        says(*UNAVAILABLE),
        (*UNAVAILABLE, *GONE),
        guard=_SMALL,
        seconds=2.0,
        capability=CAP_SYS_ADMIN,
    ),
)
