"""The local engine: two worker processes beside one, their memory, and how long planning takes.

`python -m bench.atrest.engine` writes a folder of tables and runs `phiguard rest scan` over it with
one worker and with two, in turns. `--files N` also lists so many empty files, as a scan does before
it reads.
"""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.eval.people import Invent

_TABLES: Final = 120
_GIVEN: Final = "Ana Marcus Chukwu Linda Wei Fatima Olga Pedro".split()
_ROWS: Final = 1_000
_ROUNDS: Final = 3


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="bench.atrest.engine", description=__doc__)
    parser.add_argument("--files", type=int, default=0, help="also plan so many files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.files:
            _plan(Path(folder), options.files)
        _workers(Path(folder))


def _workers(folder: Path) -> None:
    data = folder / "data"
    data.mkdir()
    invent = Invent("engine")
    for number in range(_TABLES):
        rows = ["mrn,full_name,birth_date,note"]
        rows += [
            f"{7_000_000 + number * _ROWS + row},{invent.pick(*_GIVEN)} {invent.family()},"
            f"19{30 + row % 60}-03-14,seen today"
            for row in range(_ROWS)
        ]
        (data / f"table{number}.csv").write_text("\n".join(rows))
    seconds: dict[int, list[float]] = {1: [], 2: []}
    memory: dict[int, list[int]] = {1: [], 2: []}
    for _ in range(_ROUNDS):
        for workers in (1, 2):
            took, most = _scan(data, folder / "catalogue", workers)
            seconds[workers].append(took)
            memory[workers].append(most)
    empty = folder / "empty"
    empty.mkdir()
    start = statistics.median(_scan(empty, folder / "catalogue", 2)[0] for _ in range(_ROUNDS))
    one, two = statistics.median(seconds[1]) - start, statistics.median(seconds[2]) - start
    rows_a_second = _TABLES * _ROWS / one
    print(f"a scan of nothing: {start:.1f} s, which the following leaves out")
    print(f"one worker {one:.1f} s ({rows_a_second:.0f} rows/s), two {two:.1f} s: {one / two:.2f}")
    print(f"the largest process: {max(memory[1])} MiB")


def _scan(data: Path, catalogue: Path, workers: int) -> tuple[float, int]:
    """Scan anew, and return the seconds of reading and the MiB of the largest process."""
    shutil.rmtree(catalogue, ignore_errors=True)
    words = [sys.executable, "-m", "extauthz.cli", "rest", "scan", str(data)]
    words += ["--catalogue", str(catalogue), "--workers", str(workers)]
    began = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, *(_peak(pid) for pid in _family(process.pid)), 0)
        time.sleep(0.2)
    return time.perf_counter() - began, most // 1024


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *map(int, children)]


def _peak(pid: int) -> int:
    """Return the KiB that a process took at most."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def _plan(folder: Path, count: int) -> None:
    """List files as a scan does, and keep nothing."""
    data = folder / "files"
    for number in range(count):
        if number % 1_000 == 0:
            below = data / f"{number // 1_000:04}"
            below.mkdir(parents=True)
        (below / f"{number % 1_000}.txt").touch()
    words = [sys.executable, "-m", "extauthz.cli", "rest", "scan", str(data), "--dry-run"]
    began = time.perf_counter()
    done = subprocess.run([*words, "--catalogue", str(folder / "planned")], check=False)
    took = time.perf_counter() - began
    print(f"{count} files planned in {took:.1f} s, exit code {done.returncode}")
    shutil.rmtree(data)


if __name__ == "__main__":
    main()
