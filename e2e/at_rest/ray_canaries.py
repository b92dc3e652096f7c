"""A Ray cluster with its dashboard, on which a scan runs, and what it says of it afterwards.

A program of its own, in a network namespace, as `ray_cluster.py`. The scan is a job that is handed
in at the dashboard. While it runs, a worker is lost. Then a task leaks a mark in every way that a
task can, so that it is known which answers would show a leak. It prints the scan's exit code.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import ray
import ray_answers
from ray.cluster_utils import Cluster
from ray_answers import MARK

UNIT = b"ray::_perform"


def main(place: Path, session: Path, specs: list[str]) -> None:
    """Scan, with Ray's files in `session`, and keep in `answers` what the cluster then says."""
    head = {
        "num_cpus": 2,
        "include_dashboard": True,
        "dashboard_host": "127.0.0.1",
        "dashboard_port": ray_answers.PORT,
        "temp_dir": str(session),
    }
    cluster = Cluster(initialize_head=True, head_node_args=head)
    os.environ["RAY_ADDRESS"] = cluster.address
    answers = place / "answers"
    answers.mkdir()
    during = threading.Thread(target=_look_and_lose, args=(answers,), daemon=True)
    during.start()
    words = ["rest", "scan", *specs, "--catalogue", str(place / "catalogue"), "--engine", "ray"]
    job = [sys.executable, "-m", "ray.scripts.scripts", "job", "submit", "--address"]
    done = subprocess.run(
        [*job, ray_answers.ADDRESS, "--", sys.executable, "-m", "extauthz.cli", *words], check=False
    )
    sys.stdout.write(f"the job ended with {done.returncode}\n")
    during.join(10)
    ray.init(address=cluster.address, log_to_driver=False)
    _leak()
    ray_answers.ask_all(answers)
    ray.shutdown()
    cluster.shutdown()


def _look_and_lose(answers: Path) -> None:
    """Ask where a worker stands that reads a unit, and end it as a fault in native code does."""
    while not (found := _workers()):
        time.sleep(0.2)
    ray_answers.ask_of_worker(answers, found[0])
    while not (found := _workers()):
        time.sleep(0.01)
    os.kill(found[0], signal.SIGABRT)
    sys.stdout.write("lost a worker\n")


def _workers() -> list[int]:
    """The processes that read a unit at this moment: Ray titles them so."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(UNIT):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def _leak() -> None:
    """Run a task that prints, logs, raises, and is named after a mark."""

    def leaking(mark: str) -> None:
        sys.stdout.write(f"{mark} was printed\n")
        sys.stderr.write(f"{mark} was an error\n")
        raise ValueError(mark)

    for reference in [ray.remote(leaking).options(name=f"task {MARK}").remote(MARK)]:
        try:
            ray.get(reference)
        except ray.exceptions.RayTaskError:
            sys.stdout.write("the other task failed\n")
    time.sleep(3)  # tasks are told to the cluster once a second


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
