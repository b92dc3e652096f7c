"""What a message costs on a core, what a core carries, and how many replicas a mesh needs.

    python -m bench.capacity [--seconds-per-case 5] [--cores 2] [--busy 0.5] [--envoy PATH]

One guard with one worker and one scanner process answers a real sidecar, one request at a time.
`ms of CPU` is the processor time of all its processes for one decision, gRPC, the ledger, spans and
metrics included. `a core carries` is its inverse: decisions a second with no other work.

Replicas: each has so many cores (`--cores`) and is to use this share of them at its peak
(`--busy`). One more is added, so that one may be away. A request through two sidecars with all
gates is up to three decisions: at its sender, at its receiver, and of its response.

At the end stands the memory of the guard's processes. PSS divides a page among those that share it;
RSS counts it whole for each.
"""

import argparse
import http.client
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.envoy_round_trip import SIZES, START_SECONDS, RefusedError, Setup, measure
from e2e.soak import processes
from extauthz.demo import payloads
from extauthz.demo.client import tls_context
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Plan, Sidecar, open_lab
from extauthz.demo.processes import LabError
from extauthz.demo.programs import POLICY, find_envoy, phiguard
from extauthz.demo.topology import BILLING, EHR, LOOPBACK

RATES: Final = (100, 1000, 10_000)
"""Decisions a second for which replicas are counted."""
_CONTENTS: Final[tuple[tuple[str, str, Callable[[int], bytes]], ...]] = (
    ("clean JSON", "application/json", payloads.clean_document_of),
    ("FHIR with PHI", "application/fhir+json", payloads.patient_bundle_of),
)
_OPTIONS: Final = ("--workers", "1", "--scanners", "1", "--spares", "0", "--scan-seconds", "5")


def replicas(rate: float, seconds: float, cores: int, busy: float) -> int:
    """Return how many replicas carry so many decisions a second.

    Args:
        rate: decisions a second.
        seconds: of processor time for one.
        cores: of each replica.
        busy: the share of them that may be used.
    """
    return math.ceil(rate * seconds / (cores * busy)) + 1


def start(stack: ExitStack, envoy: Path) -> Setup:
    """Start a guard behind a sidecar, and connect to it."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phiguard-bench-")))
    sidecars = (Sidecar(BILLING, Gates.RECEIVED_REQUESTS),)
    lab = stack.enter_context(open_lab(Plan(envoy, folder, phiguard(POLICY, *_OPTIONS), sidecars)))
    lab.sink.keeps = False
    identity = lab.mesh.certificates[EHR]
    connection = http.client.HTTPSConnection(
        LOOPBACK, lab.mesh.ports[BILLING].inbound, timeout=30, context=tls_context(identity)
    )
    stack.callback(connection.close)
    time.sleep(START_SECONDS)
    return Setup("phiguard", lab, connection)


def show(setup: Setup, seconds: float, cores: int, busy: float) -> None:
    """Print one row for each case."""
    heads = "".join(f"{f'{rate:,} a second':>17}" for rate in RATES)
    print(f"{'one decision':<24}{'n':>6}{'ms of CPU':>11}{'a core carries':>16}{heads}")
    for content, content_type, make in _CONTENTS:
        for size, count in SIZES:
            name = f"{size} {content}"
            try:
                measure([setup], make(count), content_type, seconds)
            except RefusedError as error:
                print(f"{name:<24}not measured: {error}")
                continue
            number = len(setup.milliseconds)
            each = (setup.usage().seconds - setup.started) / number
            needed = "".join(f"{replicas(rate, each, cores, busy):>17}" for rate in RATES)
            print(f"{name:<24}{number:>6}{each * 1000:>11.2f}{1 / each:>16.0f}{needed}", flush=True)


def memory(root: int) -> None:
    """Print the memory of each process."""
    print(f"\n{'process':<20}{'PSS MiB':>9}{'RSS MiB':>9}")
    for process, role in processes.tree(root, 1).items():
        held = processes.holding(process)
        print(f"{role:<20}{held.pss:>9.1f}{held.rss:>9.1f}")


def main() -> int:
    """Print the tables. Return 2 when something cannot be started."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds-per-case", type=float, default=5.0, help="six cases; default 5")
    parser.add_argument("--cores", type=int, default=2, help="of a replica; default 2")
    parser.add_argument("--busy", type=float, default=0.5, help="share of them; default 0.5")
    parser.add_argument("--envoy", default="", metavar="PATH", help="else $PHIGUARD_ENVOY")
    given = parser.parse_args()
    try:
        with ExitStack() as stack:
            setup = start(stack, find_envoy(given.envoy, os.environ))
            print(f"replicas of {given.cores} cores, {given.busy:.0%} busy, and one more")
            show(setup, given.seconds_per_case, given.cores, given.busy)
            memory(setup.lab.processes.children["phiguard"].popen.pid)
    except LabError as error:
        sys.stderr.write(f"capacity: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
