"""What each way of `serve --fsync` costs, what a start does, what the Merkle tree adds to a record.

python -m bench.ledger [--folder DIR] [--seconds 3] [--waiting 64]

A record of an ordinary decision is kept by many callers at the same time, as by the guard. Give a
folder on the disk that will hold the ledger: a disk with a battery behind it, a network disk and a
memory file system differ a thousandfold.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

from bench.measure import interleaved, show
from bench.telemetry import judged
from extauthz.records import ledger_time
from extauthz.records.judgement import ledger_record
from extauthz.records.ledger import disk
from extauthz.records.ledger.chain import GENESIS_HEAD, seal, segment_name
from extauthz.records.ledger.durability import Fsync
from extauthz.records.ledger.file import SEGMENT_BYTES, FileLedger
from extauthz.records.ledger.merkle import Tree, leaf_hash

STARTS: Final = 5


async def waits(ledger: FileLedger, waiting: int, seconds: float) -> tuple[int, list[float]]:
    """Return the number of records that were kept, and how long each took."""
    record, times = ledger_record(judged().judgement), list[float]()
    until = time.perf_counter() + seconds

    async def caller() -> None:
        while (begun := time.perf_counter()) < until:
            ledger.append(dict(record))
            await ledger.kept()
            times.append(time.perf_counter() - begun)
            await asyncio.sleep(0)

    await asyncio.gather(*(caller() for _ in range(waiting)))
    return len(times), times


def start(folder: Path) -> str:
    """Return what a start costs behind a segment of 64 MiB, which it reads and writes again."""
    line, head = b"", GENESIS_HEAD
    record, lines = {**ledger_record(judged().judgement), "time": ledger_time.now()}, list[bytes]()
    size = 0
    while size < SEGMENT_BYTES:
        line, head = seal(record, head)
        lines.append(line)
        size += len(line)
    clock, busy = list[float](), list[float]()
    folder.mkdir()
    for _ in range(STARTS):
        for path in folder.iterdir():
            path.unlink()
        disk.write(folder / segment_name(0, 1), b"".join(lines))
        begun, worked = time.perf_counter(), time.process_time()
        ledger = FileLedger(folder, 0, ledger_time.now)
        clock.append(time.perf_counter() - begun)
        busy.append(time.process_time() - worked)
        ledger.close()
    return (
        f"a start behind {size >> 20} MiB: {show(min(clock))} at least, "
        f"{show(statistics.median(clock))} as a rule, {show(statistics.median(busy))} of CPU"
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.ledger")
    parser.add_argument("--folder", type=Path, help="default: the system's temporary folder")
    parser.add_argument("--seconds", type=float, default=3.0, help="default: %(default)s")
    parser.add_argument("--waiting", type=int, default=64, help="callers (default: %(default)s)")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        print(f"{'--fsync':<8}{'waiting':>8}{'records/s':>12}{'median':>12}{'99 %':>12}")
        for fsync in Fsync:
            for waiting in (1, args.waiting):
                ledger = FileLedger(
                    Path(folder) / f"{fsync}-{waiting}", 0, ledger_time.now, fsync=fsync
                )
                number, times = asyncio.run(waits(ledger, waiting, args.seconds))
                ledger.close()
                last = statistics.quantiles(times, n=100)[98]
                print(
                    f"{fsync:<8}{waiting:>8}{number / args.seconds:>12.0f}"
                    f"{show(statistics.median(times)):>12}{show(last):>12}"
                )
        print(f"\n{start(Path(folder) / 'start')}")
    record, tree = ledger_record(judged().judgement), Tree()
    line = seal({**record, "time": ledger_time.now()}, GENESIS_HEAD)[0]
    added = interleaved(
        {
            "seal": partial(seal, {**record, "time": ledger_time.now()}, GENESIS_HEAD),
            "leaf": lambda: tree.append(leaf_hash(line)),
        },
        args.seconds,
        time.process_time,
    )
    print(
        f"\na line of {len(line)} bytes sealed: {show(added['seal'])}, "
        f"its leaf in the tree: {show(added['leaf'])}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
