"""`make soak`: half an hour of mixed traffic. No wrong verdict, flat memory and descriptors.

    python -m e2e.soak [--minutes 30] [--requests 1000000] [--workers 2] [--scanners 1]

The guard runs behind real sidecars with ext_authz and ext_proc. Senders send the demo's messages
and larger ones, clean and marked, until both the minutes and the requests are reached. Meanwhile
the policy and the detectors change, and the guard gets SIGHUP. The exit code is 1 when

- an answer was wrong, a marked message arrived, or a masked one arrived with its number,
- more than one message in a thousand could not be judged,
- the ledger does not hold, or holds fewer decisions than were answered,
- a process of the guard ended, or one of its memory, descriptors and threads grew
  (`e2e.soak.flatness` says what grew means).
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

from e2e.soak import traffic
from e2e.soak.disturbances import Disturbances
from e2e.soak.traffic import Tally
from e2e.soak.watch import Watch
from extauthz.demo import payloads
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.processes import LabError
from extauthz.demo.programs import find_envoy, phiguard
from extauthz.demo.topology import Mesh

MOST_REFUSED: Final = 0.001
"""The share of messages that may be refused because they could not be judged."""
_SAMPLE_SECONDS: Final = 5.0
_SAMPLES: Final = 60
"""The least samples of a run; a short run takes them faster."""
_START_SECONDS: Final = 5.0
"""Until the scanner processes are ready."""
_WAIT_SECONDS: Final = 0.2
_TELL_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """How long and how much.

    Args:
        minutes: at least.
        requests: at least.
        senders: processes that send.
        every: seconds between two disturbances.
    """

    minutes: float
    requests: int
    senders: int
    every: float

    @property
    def sample_seconds(self) -> float:
        """Seconds between two samples."""
        return min(_SAMPLE_SECONDS, self.minutes * 60 / _SAMPLES)

    def is_over(self, seconds: float, answered: int) -> bool:
        """Whether both are reached."""
        return seconds >= self.minutes * 60 and answered >= self.requests


@contextmanager
def senders(mesh: Mesh, count: int) -> Iterator[list[Connection]]:
    """Start the senders. Their tallies come through the connections."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe(duplex=False) for _ in range(count)]
    started = [
        context.Process(target=traffic.run, args=(mesh, seed, ours), daemon=True)
        for seed, (_, ours) in enumerate(pipes)
    ]
    for each in started:
        each.start()
    try:
        yield [theirs for theirs, _ in pipes]
    finally:
        for each in started:
            each.kill()
            each.join()


def soak(lab: Lab, watch: Watch, wanted: Wanted, disturbances: Disturbances) -> Tally:
    """Send, disturb and watch until enough is done. Return what was answered."""
    root = lab.processes.children["phiguard"].popen.pid
    turns, total, began = disturbances.turns(root), Tally(), time.monotonic()
    sampled = disturbed = told = 0.0
    with senders(lab.mesh, wanted.senders) as connections:
        while not wanted.is_over(now := time.monotonic() - began, total.answered):
            lab.processes.children["phiguard"].check()
            ready = wait(connections, _WAIT_SECONDS)
            for each in (each for each in connections if each in ready):
                total.add(each.recv())
            if now >= sampled:
                watch.sample(now)
                sampled = now + wanted.sample_seconds
            if now >= disturbed + wanted.every:
                next(turns)()
                disturbed = now
            if now >= told + _TELL_SECONDS:
                told = now
                rss, pss = watch.together()
                print(
                    f"{now / 60:5.1f} min {total.answered:>9} answered, {total.wrong} wrong, "
                    f"RSS {rss:.0f} MiB, PSS {pss:.0f} MiB",
                    flush=True,
                )
    return total


def arrived(lab: Lab) -> list[str]:
    """Return what is wrong with what the applications received."""
    denied, masked = lab.deliveries(traffic.DENIED), lab.deliveries(traffic.MASKED)
    problems = [f"{len(denied)} denied messages arrived"] if denied else []
    leaked = sum(payloads.SSN.encode() in each.body for each in masked)
    whole = sum(payloads.PATIENT_NAME.encode() in each.body for each in masked)
    print(f"{len(masked)} masked messages were looked at, {len(denied)} denied ones arrived")
    if leaked:
        problems.append(f"{leaked} masked messages arrived with the number")
    if whole < len(masked) or not masked:
        problems.append("masked messages did not arrive as they must")
    return problems


def recorded(ledger: Path, total: Tally) -> list[str]:
    """Return what is wrong with the ledger."""
    verify = [sys.executable, "-m", "extauthz.cli", "audit", "verify", str(ledger)]
    problems = []
    if subprocess.run(verify, check=False).returncode:
        problems.append("the ledger does not hold")
    decisions = {shot.name: shot.decisions for shot in traffic.shots()}
    owed = sum(count * decisions[name] for name, count in total.right.items())
    kept = 0
    for segment in ledger.glob("*.jsonl"):
        with segment.open("rb") as lines:
            kept += sum(b'"kind":"decision"' in line for line in lines)
    print(f"{kept} decisions in the ledger, {owed} answered as they must")
    if kept < owed:
        problems.append(f"{owed - kept} answered decisions are not in the ledger")
    return problems


def answers(total: Tally, seconds: float) -> list[str]:
    """Print the answers. Return what is wrong with them."""
    print(f"\n{'message':<58}{'right':>9}")
    for name in (shot.name for shot in traffic.shots()):
        print(f"{name:<58}{total.right[name]:>9}")
    for name, count in sorted(total.refused.items()):
        print(f"{'not judged: ' + name:<58}{count:>9}")
    print(f"{'without an answer':<58}{total.broken:>9}\n{'wrong':<58}{total.wrong:>9}")
    print(f"{total.answered} answers in {seconds:.0f} s, {total.answered / seconds:.0f} a second")
    problems = [f"a wrong answer: {each}" for each in total.shown]
    missing = [shot.name for shot in traffic.shots() if not total.right[shot.name]]
    problems += [f"never answered as it must be: {name}" for name in missing]
    if total.refused.total() + total.broken > MOST_REFUSED * total.answered:
        problems.append("more than one message in a thousand could not be judged")
    return problems


def run(envoy: Path, folder: Path, wanted: Wanted, options: tuple[int, int]) -> list[str]:
    """Soak one guard. Return what was wrong."""
    workers, scanners = options
    policy = folder / "policy"
    policy.mkdir()
    disturbances = Disturbances(policy)
    guard = phiguard(policy, "--workers", str(workers), "--scanners", str(scanners))
    with open_lab(Plan(envoy, folder, guard)) as lab:
        lab.sink.keeps = False
        time.sleep(_START_SECONDS)
        watch = Watch(lab.processes.children["phiguard"].popen.pid, workers)
        began = time.monotonic()
        total = soak(lab, watch, wanted, disturbances)
        problems = answers(total, time.monotonic() - began) + arrived(lab)
    problems += recorded(folder / "ledger", total)
    print(f"\n{watch.table()}")
    return problems + watch.problems()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the soak. Return 1 when something was wrong, and 2 when it cannot run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="at least; default 30")
    parser.add_argument("--requests", type=int, default=1_000_000, help="at least; default 10^6")
    parser.add_argument("--senders", type=int, default=4, help="processes; default 4")
    parser.add_argument("--every", type=float, default=15.0, help="seconds to the next disturbance")
    parser.add_argument("--workers", type=int, default=2, help="of the guard; default 2")
    parser.add_argument("--scanners", type=int, default=1, help="of each worker; default 1")
    parser.add_argument("--envoy", default="", metavar="PATH", help="else $PHIGUARD_ENVOY")
    given = parser.parse_args(arguments)
    wanted = Wanted(given.minutes, given.requests, given.senders, given.every)
    try:
        envoy = find_envoy(given.envoy, os.environ)
        with tempfile.TemporaryDirectory(prefix="phiguard-soak-") as folder:
            problems = run(envoy, Path(folder), wanted, (given.workers, given.scanners))
    except LabError as error:
        sys.stderr.write(f"soak: {error}\n")
        return 2
    for problem in problems:
        print(f"WRONG: {problem}")
    print("soak: wrong" if problems else "soak: nothing was wrong")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
