"""What callers notice of a worker that dies: kill -9 of one worker after another, under traffic.

One sidecar asks the guard on one connection, as Envoy does, with 1 KiB clean requests one after
another. Every 1.5 s a worker is killed, in turns. A gap is the time from the end of one delivered
request to the end of the next one.

    python -m bench.killed_worker [--seconds 20] [--envoy PATH]

`kills`: workers that were killed. `failed`: the share of requests that were not delivered. `usual
gap`, `longest gap`: the median and the maximum, over the kills, of the longest gap after each.
The command fails when the usual gap of a guard with a spare is above 300 ms.
"""

import argparse
import http.client
import itertools
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from extauthz.demo import payloads
from extauthz.demo.client import tls_context
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.processes import LabError
from extauthz.demo.programs import POLICY, find_envoy, phiguard
from extauthz.demo.topology import BILLING, EHR, LOOPBACK

FLOOR_MILLISECONDS: Final = 300.0
CASES: Final = ((2, 0, 1.5), (2, 1, 1.5), (1, 1, 5.0))
"""Workers, spares, and seconds from one kill to the next."""
_SETTLE_SECONDS: Final = 5.0
"""Until the spare has loaded."""


@dataclass(slots=True)
class Seen:
    """What a caller saw: the end of each delivered request, and the number of others."""

    every: float
    delivered: list[float] = field(default_factory=list)
    failed: int = 0
    kills: list[float] = field(default_factory=list)

    def gaps(self) -> list[float]:
        """The longest gap after each kill, in milliseconds."""
        return [self._gap(kill, kill + self.every) for kill in self.kills]

    def _gap(self, since: float, until: float) -> float:
        before = [end for end in self.delivered if end <= since]
        after = [end for end in self.delivered if since < end]
        if not before or not after:
            return self.every * 1000
        ends = [before[-1], *(end for end in after if end <= until or end == after[0])]
        return 1000 * max(b - a for a, b in itertools.pairwise(ends))


def _send(lab: Lab, seen: Seen, over: threading.Event) -> None:
    port, identity = lab.mesh.ports[BILLING].inbound, lab.mesh.certificates[EHR]
    connection = http.client.HTTPSConnection(
        LOOPBACK, port, timeout=5, context=tls_context(identity)
    )
    body = payloads.clean_document_of(1024)
    headers = {"host": BILLING.host, "content-type": "application/json"}
    while not over.is_set():
        try:
            connection.request("POST", "/claims", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            seen.failed += 1
            continue
        if answer.status == http.client.OK:
            seen.delivered.append(time.monotonic())
        else:
            seen.failed += 1
            time.sleep(0.005)  # a caller that is refused does not try at full speed


def _pid(lab: Lab, number: int) -> int:
    """The process that serves as this worker now."""
    lines = lab.processes.children["phiguard"].output.read_bytes().splitlines()
    said = [orjson.loads(line) for line in lines if line[:1] + line[-1:] == b"{}"]
    return int([s["pid"] for s in said if s["event"] == "serving" and s["worker"] == number][-1])


def measure(envoy: Path, case: tuple[int, int, float], seconds: float) -> Seen:
    """Send and kill for so many seconds."""
    workers, spares, every = case
    seen, over = Seen(every), threading.Event()
    options = ("--workers", str(workers), "--spares", str(spares), "--scanners", "1")
    gated = (Sidecar(BILLING, Gates.RECEIVED_REQUESTS),)
    with tempfile.TemporaryDirectory(prefix="phiguard-bench-") as folder:
        plan = Plan(envoy, Path(folder), phiguard(POLICY, *options), gated)
        with open_lab(plan) as lab:
            time.sleep(_SETTLE_SECONDS)
            sender = threading.Thread(target=_send, args=(lab, seen, over))
            sender.start()
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                time.sleep(every)
                pid = _pid(lab, len(seen.kills) % workers)
                with suppress(ProcessLookupError):  # it has not come back since its last death
                    os.kill(pid, signal.SIGKILL)
                    seen.kills.append(time.monotonic())
            time.sleep(every)
            over.set()
            sender.join()
    return seen


def show(case: tuple[int, int, float], seen: Seen, gaps: Sequence[float]) -> None:
    """Print one row."""
    workers, spares, _ = case
    total = seen.failed + len(seen.delivered)
    print(
        f"{workers:>7}{spares:>8}{len(seen.kills):>7}{total:>10}{seen.failed / total:>9.1%}"
        f"{statistics.median(gaps):>14.0f}{max(gaps):>16.0f}",
        flush=True,
    )


def main() -> int:
    """Run all. Return 1 when the usual gap is too long, and 2 when something cannot be started."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="of each case; default 20")
    parser.add_argument(
        "--envoy", default="", metavar="PATH", help="the Envoy binary; else $PHIGUARD_ENVOY"
    )
    arguments = parser.parse_args()
    print("workers  spares  kills  requests   failed  usual gap ms  longest gap ms", flush=True)
    code = 0
    try:
        envoy = find_envoy(arguments.envoy, os.environ)
        for case in CASES:
            seen = measure(envoy, case, arguments.seconds)
            gaps = seen.gaps()
            show(case, seen, gaps)
            if case[1] and statistics.median(gaps) > FLOOR_MILLISECONDS:
                code = 1
    except LabError as error:
        sys.stderr.write(f"killed_worker: {error}\n")
        return 2
    return code


if __name__ == "__main__":
    sys.exit(main())
