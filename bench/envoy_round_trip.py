"""What the guard adds to a request through a real sidecar, against two floors in one run.

Four sidecars take the same mutual-TLS requests in turn, so that other load on the machine affects
all alike. They are Envoy alone; Envoy with ext_authz to a guard that looks at nothing
(`noop_guard.py`), which shows the cost of Envoy's call and of grpcio; the same on grpc.aio, which
phiguard uses; and Envoy with ext_authz to phiguard. Each has one keep-alive connection, with one
request at a time. phiguard exports its telemetry as often as OpenTelemetry does by default.

    python bench/envoy_round_trip.py [--seconds-per-case 8] [--envoy PATH]

`added` is the difference to Envoy alone. `req/s/core` is the number of requests divided by the
guard's own processor time: what one core could do with no other work. RSS is the kernel's
high-water mark. The guard scans for up to a second here; `phiguard serve` can be set to refuse
earlier (`--scan-seconds`).
"""

import argparse
import http.client
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from extauthz.demo import payloads
from extauthz.demo.client import tls_context
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.processes import LabError
from extauthz.demo.programs import POLICY, GuardCommand, find_envoy, phiguard
from extauthz.demo.topology import BILLING, EHR, GUARD, LOOPBACK, Mesh

KIB = 1024
SIZES = (("1 KiB", KIB), ("64 KiB", 64 * KIB), ("1 MiB", 1024 * KIB))
CONTENTS: tuple[tuple[str, Callable[[int], bytes]], ...] = (
    ("clean JSON", payloads.clean_document_of),
    ("FHIR with PHI", payloads.patient_bundle_of),
)
# a slow scan must show as a figure here, and not as a refusal
SCAN_SECONDS = "1"
WARM_UP = 20
# until the scanner processes have started; their start is no cost of a request
START_SECONDS = 5
MOST_ROUNDS = 2000


class RefusedError(Exception):
    """A request of the bench was refused. A mix of answers and refusals would measure nothing."""


@dataclass(slots=True)
class Usage:
    """Processor seconds and peak memory of a process and its descendants."""

    seconds: float
    peak_mib: float


@dataclass(slots=True)
class Setup:
    """One of the four sidecars, with its open connection."""

    name: str
    lab: Lab
    connection: http.client.HTTPSConnection
    milliseconds: list[float] = field(default_factory=list)
    started: float = 0.0

    def request(self, body: bytes, content_type: str) -> float:
        """Send one request. Return its milliseconds."""
        headers = {"host": BILLING.host, "content-type": content_type}
        began = time.perf_counter()
        self.connection.request("POST", "/claims", body, headers)
        answer = self.connection.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != http.client.OK:
            reason = answer.headers.get("x-phiguard-reason", "")
            raise RefusedError(f"{self.name} answered {answer.status} {reason}".rstrip())
        return took

    def usage(self) -> Usage:
        """Return the guard's usage so far."""
        return usage_of(self.lab.processes.children["phiguard"].popen.pid)


def noop(mesh: Mesh, _folder: Path) -> list[str]:
    """Return the command line of the guard that looks at nothing."""
    files = mesh.certificates[GUARD]
    script = Path(__file__).with_name("noop_guard.py")
    paths = (files.certificate, files.key, files.authority)
    return [sys.executable, str(script), f"{LOOPBACK}:{mesh.guard}", *map(str, paths)]


def noop_aio(mesh: Mesh, folder: Path) -> list[str]:
    """Return the command line of the same on grpc.aio."""
    return [*noop(mesh, folder), "aio"]


def measured_phiguard(mesh: Mesh, folder: Path) -> list[str]:
    """Return the command line of phiguard, without the laboratory's short export intervals."""
    command = phiguard(POLICY, "--scan-seconds", SCAN_SECONDS)(mesh, folder)
    return ["env", "-u", "OTEL_BSP_SCHEDULE_DELAY", "-u", "OTEL_METRIC_EXPORT_INTERVAL", *command]


WAYS: tuple[tuple[str, GuardCommand, Gates], ...] = (
    ("Envoy alone", noop, Gates.NONE),
    ("Envoy + no-op ext_authz", noop, Gates.RECEIVED_REQUESTS),
    ("Envoy + no-op grpc.aio", noop_aio, Gates.RECEIVED_REQUESTS),
    ("Envoy + phiguard", measured_phiguard, Gates.RECEIVED_REQUESTS),
)


def usage_of(process: int) -> Usage:
    """Return the usage of a process and of all processes that it started, from /proc."""
    total = Usage(0.0, 0.0)
    waiting = [process]
    while waiting:
        current = Path("/proc") / str(waiting.pop())
        fields = (current / "stat").read_text().rpartition(")")[2].split()
        total.seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        status = dict(line.split(":", 1) for line in (current / "status").read_text().splitlines())
        total.peak_mib += int(status["VmHWM"].split()[0]) / KIB
        for thread in (current / "task").iterdir():
            waiting += [int(child) for child in (thread / "children").read_text().split()]
    return total


def percentile(values: Sequence[float], hundredths: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[hundredths - 1]


def measure(setups: Sequence[Setup], body: bytes, content_type: str, seconds: float) -> None:
    """Fill each setup's list with one request each in turn, until the time is over."""
    for setup in setups:
        for _ in range(WARM_UP):
            setup.request(body, content_type)
        setup.milliseconds.clear()
        setup.started = setup.usage().seconds
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and len(setups[0].milliseconds) < MOST_ROUNDS:
        for setup in setups:
            setup.milliseconds.append(setup.request(body, content_type))


def report(case: str, setups: Sequence[Setup]) -> None:
    alone = setups[0].milliseconds
    count = len(alone)
    for setup in setups:
        p50, p99 = percentile(setup.milliseconds, 50), percentile(setup.milliseconds, 99)
        row = f"{case:<24}{setup.name:<26}{count:>6}{p50:>9.2f}{_tail(p99, count):>9}"
        if setup is not setups[0]:
            usage = setup.usage()
            spent = max(usage.seconds - setup.started, 1 / os.sysconf("SC_CLK_TCK"))
            added = _tail(p99 - percentile(alone, 99), count, sign="+")
            row += (
                f"{p50 - percentile(alone, 50):>+12.2f}{added:>12}{count / spent:>12.0f}"
                f"{usage.peak_mib:>10.0f}"
            )
        print(row, flush=True)


def _tail(milliseconds: float, count: int, *, sign: str = "") -> str:
    """Return a 99th percentile as text; `-` for fewer than a hundred values.

    Of so few values it is a guess.
    """
    return f"{milliseconds:{sign}.2f}" if count >= 100 else "-"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds-per-case", type=float, default=8.0, help="six cases; default 8")
    parser.add_argument(
        "--envoy", default="", metavar="PATH", help="the Envoy binary; else $PHIGUARD_ENVOY"
    )
    arguments = parser.parse_args()
    try:
        envoy = find_envoy(arguments.envoy, os.environ)
        with ExitStack() as stack:
            run(stack, envoy, arguments.seconds_per_case)
    except LabError as error:
        sys.stderr.write(f"envoy_round_trip: {error}\n")
        return 2
    return 0


def run(stack: ExitStack, envoy: Path, seconds: float) -> None:
    setups = []
    for name, guard, gates in WAYS:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phiguard-bench-")))
        lab = stack.enter_context(open_lab(Plan(envoy, folder, guard, (Sidecar(BILLING, gates),))))
        port, identity = lab.mesh.ports[BILLING].inbound, lab.mesh.certificates[EHR]
        connection = http.client.HTTPSConnection(
            LOOPBACK, port, timeout=15, context=tls_context(identity)
        )
        setups.append(Setup(name, lab, connection))
        stack.callback(connection.close)
    time.sleep(START_SECONDS)
    print(f"{'case':<24}{'setup':<26}{'n':>6}{'p50 ms':>9}{'p99 ms':>9}", end="")
    print(f"{'added p50':>12}{'added p99':>12}{'req/s/core':>12}{'RSS MiB':>10}")
    for content, make in CONTENTS:
        for size, count in SIZES:
            content_type = (
                "application/fhir+json"
                if make is payloads.patient_bundle_of
                else "application/json"
            )
            case = f"{size} {content}"
            try:
                measure(setups, make(count), content_type, seconds)
            except RefusedError as error:
                print(f"{case:<24}not measured: {error}", flush=True)
            else:
                report(case, setups)


if __name__ == "__main__":
    sys.exit(main())
