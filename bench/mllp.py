"""What the guard adds to an HL7 message over MLLP and its acknowledgement, against two floors.

Three sidecars take the same messages over mutual TLS in turn, each on one connection that stays
open, one message at a time: Envoy alone; Envoy with network ext_proc to a guard on grpc.aio that
gives every byte back (`noop_guard.py`); and Envoy with phiguard. The receiver is the demo's.

    python -m bench.mllp [--seconds-per-case 10] [--envoy PATH]
    python -m bench.mllp --messages 100000     # then that many through phiguard: is memory flat?

A message and its acknowledgement are two judgements. `of no-op` is the added p50 divided by that of
the no-op guard. `msg/s/core` counts messages with their acknowledgements by the guard's own
processor time. RSS is the sum of the peaks of the guard's processes,
which counts what they share for each.
"""

import argparse
import os
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection
from typing import Final

from bench.envoy_round_trip import (
    START_SECONDS,
    Usage,
    measured_phiguard,
    noop_aio,
    usage_of,
)
from extauthz.demo import payloads
from extauthz.demo.client import tls_context
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.processes import LabError
from extauthz.demo.programs import find_envoy
from extauthz.demo.topology import BILLING, EHR, LOOPBACK

_END: Final = b"\x1c\r"
_WARM_UP: Final = 20
_SAMPLES: Final = 10
_CLEAN: Final = (
    b"MSH|^~\\&|EHR|CLINIC|BILLING|FINANCE|20260311093000||ADT^A01^ADT_A01|DEMO1|P|2.5.1\r"
    b"EVN|A01|20260311093000\rNTE|1||beds of ward three are free\r"
)
CASES: Final = (
    ("without PHI", _CLEAN),
    ("an admission", payloads.hl7_admission()),
    ("an admission, masked", payloads.hl7_admission(with_ssn=True)),
)
WAYS: Final = (
    ("Envoy alone", noop_aio, Gates.NONE),
    ("Envoy + no-op", noop_aio, Gates.RECEIVED_MLLP),
    ("Envoy + phiguard", measured_phiguard, Gates.RECEIVED_MLLP),
)


@dataclass(slots=True)
class Setup:
    """One of the sidecars, with its open connection."""

    name: str
    lab: Lab
    connection: ssl.SSLSocket
    milliseconds: list[float] = field(default_factory=list)
    started: float = 0.0

    def send(self, content: bytes) -> float:
        """Send one message and wait for its acknowledgement. Return its milliseconds."""
        began = time.perf_counter()
        self.connection.sendall(b"\x0b" + content + _END)
        answer = b""
        while not answer.endswith(_END):
            answer += self.connection.recv(65536) or _refuse(self.name, b"the end")
        if b"\rMSA|AA|" not in answer:
            _refuse(self.name, answer)
        return (time.perf_counter() - began) * 1000

    def usage(self) -> Usage:
        """Return the guard's usage so far."""
        return usage_of(self.lab.processes.children["phiguard"].popen.pid)


def _refuse(name: str, answer: bytes) -> bytes:
    # a mix of answers and refusals would measure nothing
    raise LabError(f"{name} answered {answer!r}")


def measure(setups: Sequence[Setup], content: bytes, seconds: float) -> None:
    """Fill each setup's list with one message each in turn, until the time is over."""
    for setup in setups:
        for _ in range(_WARM_UP):
            setup.send(content)
        setup.milliseconds.clear()
        setup.started = setup.usage().seconds
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for setup in setups:
            setup.milliseconds.append(setup.send(content))


def report(case: str, setups: Sequence[Setup]) -> None:
    alone, noop, _ = (statistics.median(setup.milliseconds) for setup in setups)
    for setup in setups:
        p50, count = statistics.median(setup.milliseconds), len(setup.milliseconds)
        row = f"{case:<22}{setup.name:<18}{count:>7}{p50:>9.2f}"
        if setup is not setups[0]:
            usage = setup.usage()
            spent = max(usage.seconds - setup.started, 1 / os.sysconf("SC_CLK_TCK"))
            row += f"{p50 - alone:>+9.2f}{(p50 - alone) / (noop - alone):>10.1f}"
            row += f"{count / spent:>12.0f}{usage.peak_mib:>9.0f}"
        print(row, flush=True)


def hold(setup: Setup, messages: int) -> None:
    """Send many messages on one connection, and print the guard's memory on the way."""
    print(f"\n{'messages':>10}{'RSS MiB':>10}")
    for sample in range(_SAMPLES + 1):
        process = setup.lab.processes.children["phiguard"].popen.pid
        print(f"{sample * messages // _SAMPLES:>10}{_resident(process):>10.1f}", flush=True)
        if sample < _SAMPLES:
            for _ in range(messages // _SAMPLES):
                setup.send(CASES[1][1])


def _resident(process: int) -> float:
    """Return the MiB that a process has in memory now, without its children."""
    pages = int((Path("/proc") / str(process) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds-per-case", type=float, default=10.0, help="three cases")
    parser.add_argument("--messages", type=int, default=0, help="for memory, after the cases")
    parser.add_argument(
        "--envoy", default="", metavar="PATH", help="the Envoy binary; else $PHIGUARD_ENVOY"
    )
    arguments = parser.parse_args()
    try:
        envoy = find_envoy(arguments.envoy, os.environ)
        with ExitStack() as stack:
            run(stack, envoy, arguments.seconds_per_case, arguments.messages)
    except LabError as error:
        sys.stderr.write(f"bench.mllp: {error}\n")
        return 2
    return 0


def run(stack: ExitStack, envoy: Path, seconds: float, messages: int) -> None:
    setups = []
    for name, guard, gates in WAYS:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phiguard-bench-")))
        lab = stack.enter_context(open_lab(Plan(envoy, folder, guard, (Sidecar(BILLING, gates),))))
        plain = create_connection((LOOPBACK, lab.mesh.hl7[BILLING].inbound), timeout=15)
        connection = tls_context(lab.mesh.certificates[EHR]).wrap_socket(plain)
        setups.append(Setup(name, lab, connection))
        stack.callback(connection.close)
    time.sleep(START_SECONDS)
    print(f"{'case':<22}{'setup':<18}{'n':>7}{'p50 ms':>9}{'added':>9}{'of no-op':>10}", end="")
    print(f"{'msg/s/core':>12}{'RSS MiB':>9}")
    for case, content in CASES:
        measure(setups, content, seconds)
        report(case, setups)
    if messages:
        hold(setups[-1], messages)


if __name__ == "__main__":
    sys.exit(main())
