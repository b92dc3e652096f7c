"""How long it takes to plan a scan of many files: `python -m bench.rest_planning`.

A folder of so many tiny files, a thousand to a folder below, is planned twice by the command line
in a process of its own: when none is known (`--dry-run`), and when all are known and unchanged,
where the run also reads the end of its catalogue. Between the two, the catalogue is filled with a
result for each file without reading it: what is measured is the planning, and not the detectors.
Prints seconds, seconds of the CPU and the most memory, and removes what it made.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from atrest.detection import Detection
from atrest.manners import Manners
from atrest.profile import Profile
from atrest.protection import Protection
from atrest.source import Budget
from atrest.spec import parse
from extauthz.rest.folder import Folder
from extauthz.rest.run import Plan, Reading
from extauthz.rest.store import Store
from extauthz.rest.task import Outcome
from phiscan.engine import Engine

_BELOW = 1000


def main() -> int:
    """Measure, and print a line for each run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--below", type=Path, metavar="DIR", help="where the files are made")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.below) as place:
        data, catalogue = Path(place, "data"), Path(place, "catalogue")
        _make(data, args.files)
        _run("new, --dry-run", data, catalogue, "--dry-run")
        _fill(data, catalogue)
        _run("unchanged, --dry-run", data, catalogue, "--dry-run")
        _run("unchanged", data, catalogue)
    return 0


def _make(data: Path, files: int) -> None:
    for number in range(files):
        folder = data / f"ward{number // _BELOW:05}"
        if number % _BELOW == 0:
            folder.mkdir(parents=True)
        with open(f"{folder}/note{number % _BELOW:03}.txt", "w") as file:  # noqa: PTH123 - faster
            file.write("n")


def _fill(data: Path, catalogue: Path) -> None:
    """Keep a result for each file, as a scan does."""
    folder = Folder(catalogue)
    folder.make()
    store = Store(folder.database, create=True)
    detection = Detection(Engine.load(), time.monotonic)
    plan = Plan([parse(str(data))], Budget(), Manners(), 1, lambda _: True)
    reading = Reading(plan, store, folder.keys(), detection)
    reading.begin()
    found = Profile(documents=1, bytes=1)
    for feed in reading.feeds():
        for task in feed.tasks:
            reading.keep(Outcome(task.unit, task.unit.name, found, Protection(), 0.001))
    reading.end()
    store.close()


def _run(what: str, data: Path, catalogue: Path, *words: str) -> None:
    command = [sys.executable, "-m", "extauthz.cli", "rest", "scan", str(data), *words]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(
        [*command, "--catalogue", str(catalogue)], capture_output=True, text=True, check=True
    )
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = " ".join(done.stdout.split("\n")[-2].split())
    sys.stdout.write(
        f"{what}: {seconds:.1f} s, {cpu:.1f} s of CPU, {after.ru_maxrss >> 10} MiB at most; "
        f"load {os.getloadavg()[0]:.1f}; {said}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
