"""What one message does to the others: small requests alone, beside large ones, beside poison.

One sidecar asks the guard on one connection, as Envoy does. Small clean requests go through it, one
each 10 ms. The time of a request counts from the moment when it was due, so one that waits makes
those behind it late too. Beside them there is nothing; then two senders of FHIR with PHI, one
request after another; then one request a second that uses up its whole time for a scan. The same is
measured for each number of scanner processes, in turns, so that other load on the machine affects
all alike.

    python -m bench.mixed_load [--seconds-per-case 6] [--rounds 3] [--envoy PATH]

`over alone` divides a percentile by the same one with nothing beside. `large/s` counts the requests
of both senders: what one connection carries.
"""

import argparse
import http.client
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Final

from bench import documents
from extauthz.demo import payloads
from extauthz.demo.client import tls_context
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.processes import LabError
from extauthz.demo.programs import POLICY, find_envoy, phiguard
from extauthz.demo.topology import BILLING, EHR, LOOPBACK, CertificateFiles

KIB: Final = 1024
SCANNERS: Final = (0, 1, 2)
SCAN_SECONDS: Final = "1"
EVERY_SECONDS: Final = 0.01
"""Between the moments at which two small requests are due."""
START_SECONDS: Final = 5
"""Until the scanner processes are ready."""
_WARM_UP: Final = 20
_JSON: Final = "application/json"
_FHIR: Final = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Sender:
    """One client beside.

    Args:
        body: of each of its requests.
        content_type: of the body.
        pause: seconds between two requests.
    """

    body: bytes
    content_type: str
    pause: float = 0.0


@dataclass(slots=True)
class Load:
    """What runs beside the small requests.

    Args:
        name: of the row.
        senders: the clients beside.
    """

    name: str
    senders: tuple[Sender, ...] = ()


@dataclass(slots=True)
class Taken:
    """What was measured of one load with one number of scanner processes."""

    milliseconds: list[float] = field(default_factory=list)
    beside: int = 0
    seconds: float = 0.0


def loads() -> tuple[Load, ...]:
    """The loads, from none to poison."""
    large = Sender(payloads.patient_bundle_of(1000 * KIB), _FHIR)
    middle = Sender(payloads.patient_bundle_of(64 * KIB), _FHIR)
    poison = Sender(documents.notes_of(1000 * KIB), "text/plain", pause=1.0)
    return (
        Load("alone"),
        Load("two senders of 64 KiB FHIR", (middle, middle)),
        Load("two senders of 1,000 KiB FHIR", (large, large)),
        Load("one poison document a second", (poison,)),
    )


def _connect(port: int, identity: CertificateFiles) -> http.client.HTTPSConnection:
    return http.client.HTTPSConnection(LOOPBACK, port, timeout=30, context=tls_context(identity))


def _post(connection: http.client.HTTPSConnection, body: bytes, content_type: str) -> int:
    headers = {"host": BILLING.host, "content-type": content_type}
    connection.request("POST", "/claims", body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def send(port: int, identity: CertificateFiles, sender: Sender, count: "Synchronized[int]") -> None:
    """Send one request after another, until this process is ended. Count the answers."""
    connection = _connect(port, identity)
    while True:
        began = time.monotonic()
        with suppress(OSError, http.client.HTTPException):
            _post(connection, sender.body, sender.content_type)
            with count.get_lock():
                count.value += 1
        time.sleep(max(0.0, began + sender.pause - time.monotonic()))


@contextmanager
def _beside(lab: Lab, load: Load) -> Iterator["Synchronized[int]"]:
    processes = multiprocessing.get_context("spawn")
    count = processes.Value("i", 0)
    port, identity = lab.mesh.ports[BILLING].inbound, lab.mesh.certificates[EHR]
    started = [
        processes.Process(target=send, args=(port, identity, sender, count), daemon=True)
        for sender in load.senders
    ]
    for each in started:
        each.start()
    try:
        until = time.monotonic() + 30
        while load.senders and not count.value and time.monotonic() < until:
            time.sleep(0.05)
        yield count
    finally:
        for each in started:
            each.kill()
            each.join()


def measure(lab: Lab, load: Load, seconds: float, taken: Taken) -> None:
    """Send small requests beside a load, and add their times."""
    port, identity = lab.mesh.ports[BILLING].inbound, lab.mesh.certificates[EHR]
    small = payloads.clean_document_of(KIB)
    connection = _connect(port, identity)
    for _ in range(_WARM_UP):
        _post(connection, small, _JSON)
    with _beside(lab, load) as count:
        first, began = count.value, time.monotonic()
        for number in range(int(seconds / EVERY_SECONDS)):
            due = began + number * EVERY_SECONDS
            if time.monotonic() > began + seconds:
                break  # those that are due and not sent would take even longer
            time.sleep(max(0.0, due - time.monotonic()))
            status = _post(connection, small, _JSON)
            if status != http.client.OK:
                raise LabError(f"a small request was answered with {status}")
            taken.milliseconds.append((time.monotonic() - due) * 1000)
        taken.beside += count.value - first
        taken.seconds += time.monotonic() - began
    connection.close()


def show(results: dict[tuple[str, int], Taken]) -> None:
    """Print one row for each load and number of scanner processes."""
    print(f"{'beside':<32}{'scanners':>9}{'n':>7}{'p50 ms':>9}{'p99 ms':>9}", end="")
    print(f"{'p50 over alone':>16}{'p99 over alone':>16}{'large/s':>9}")
    for (name, scanners), taken in results.items():
        alone = results["alone", scanners]
        p50, p99 = (_percentile(taken.milliseconds, n) for n in (50, 99))
        row = f"{name:<32}{scanners:>9}{len(taken.milliseconds):>7}{p50:>9.2f}{p99:>9.2f}"
        row += f"{p50 / _percentile(alone.milliseconds, 50):>16.2f}"
        row += f"{p99 / _percentile(alone.milliseconds, 99):>16.2f}"
        print(row + f"{taken.beside / taken.seconds:>9.1f}", flush=True)


def _percentile(values: Sequence[float], hundredths: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[hundredths - 1]


def run(stack: ExitStack, envoy: Path, seconds: float, rounds: int) -> None:
    """Start a lab for each number of scanner processes, and measure all loads in turns."""
    labs: dict[int, Lab] = {}
    for scanners in SCANNERS:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phiguard-bench-")))
        guard = phiguard(POLICY, "--scan-seconds", SCAN_SECONDS, "--scanners", str(scanners))
        gated = (Sidecar(BILLING, Gates.RECEIVED_REQUESTS),)
        labs[scanners] = stack.enter_context(open_lab(Plan(envoy, folder, guard, gated)))
    time.sleep(START_SECONDS)
    results: dict[tuple[str, int], Taken] = {}
    for load in loads():
        for _ in range(rounds):
            for scanners, lab in labs.items():
                taken = results.setdefault((load.name, scanners), Taken())
                measure(lab, load, seconds / rounds, taken)
    show(results)


def main() -> int:
    """Run all, and return the exit code: 2 when something cannot be started."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds-per-case", type=float, default=6.0, help="twelve; default 6")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each case; default 3")
    parser.add_argument(
        "--envoy", default="", metavar="PATH", help="the Envoy binary; else $PHIGUARD_ENVOY"
    )
    arguments = parser.parse_args()
    try:
        envoy = find_envoy(arguments.envoy, os.environ)
        with ExitStack() as stack:
            run(stack, envoy, arguments.seconds_per_case, arguments.rounds)
    except LabError as error:
        sys.stderr.write(f"mixed_load: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
