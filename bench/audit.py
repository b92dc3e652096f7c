"""How long `phiguard audit` takes to find something in a large ledger.

python -m bench.audit [--records 200000] [--folder DIR]

The floor is reading the bytes: nothing without an index can be faster. The ledger has four chains
in two folders, and one denial in a thousand records. The first read of a file from the disk is not
measured; a disk is as slow as it is. Times are those of processors. `report` verifies the chains in
other processes, so it is done earlier than that.
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.measure import ledger_options
from bench.telemetry import judged
from extauthz import cli
from extauthz.guard.worker import new_id
from extauthz.records import ledger_time
from extauthz.records.judgement import ledger_record
from extauthz.records.ledger.chain import ChainHead, seal, segment_name
from extauthz.records.ledger.file import SEGMENT_BYTES

_START: Final = datetime(2026, 11, 1, tzinfo=UTC)
_RARE: Final = 1000
_FOLDERS: Final = ("one", "two")
# a question about rare records may take so many times what reading the bytes takes
_CEILING: Final = 6.0


def write_ledger(folder: Path, records: int) -> str:
    """Write the ledgers. Return the id of one decision."""
    usual = ledger_record(judged().judgement)
    identity = ""
    for chain in range(4):
        place = folder / _FOLDERS[chain // 2]
        place.mkdir(exist_ok=True)
        head, lines, size = ChainHead(), list[bytes](), 0
        for number in range(chain, records, 4):
            rare = number % _RARE == chain
            record = {
                **usual,
                "id": new_id(),
                "exchange": new_id(),
                "trace": new_id(),
                "schema": 2,
                "time": ledger_time.written(_START + timedelta(seconds=number)),
                "decision": "DENY" if rare else "ALLOW",
                "reason": "MINIMUM_NECESSARY" if rare else "ALLOWED_BY_RULE",
            }
            line, head = seal(record, head)
            lines.append(line)
            size += len(line)
            if size > SEGMENT_BYTES or number + 4 >= records:
                name = segment_name(chain % 2, head.seq - len(lines) + 1)
                (place / name).write_bytes(b"".join(lines))
                lines, size = [], 0
            identity = record["id"] if rare else identity
    return identity


def taken(run: Callable[[], object]) -> float:
    """Return the least processor time of three runs, in seconds."""
    times = []
    for _ in range(3):
        begun = sum(os.times()[:4])  # with the processes that have ended
        run()
        times.append(sum(os.times()[:4]) - begun)
    return min(times)


def command(*arguments: str) -> Callable[[], None]:
    """Return what runs a command without its output."""

    def run() -> None:
        with Path(os.devnull).open("w") as out, contextlib.redirect_stdout(out):
            if cli.main(["audit", *arguments]):
                raise AssertionError(f"{arguments[0]} failed")

    return run


def main(arguments: list[str]) -> int:
    args = ledger_options("bench.audit", 200_000).parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        identity = write_ledger(folder, args.records)
        files = sorted(folder.rglob("*.jsonl"))
        size = sum(file.stat().st_size for file in files)
        places = [str(folder / each) for each in _FOLDERS]
        day = (_START + timedelta(seconds=args.records * 0.99)).strftime("%Y-%m-%dT%H:%M")
        floor = taken(lambda: [file.read_bytes() for file in files])
        print(f"{args.records} records, {size / 1e6:.0f} MB, {len(files)} segments")
        print(f"{'reading the bytes':<44}{floor:>8.2f} s")
        over = False
        for words, wanted, is_rare in (
            ("show, one decision with its trace and policy", ("show", identity), True),
            ("query, one in a thousand", ("query", "--reason", "MINIMUM_NECESSARY"), True),
            ("query, a trace that is not there", ("query", "--trace", "ab" * 16), True),
            ("query, the last hundredth by time", ("query", "--since", day), False),
            ("query, all of them, as JSON", ("query", "--format", "json"), False),
            ("query, the last one of all", ("query", "--source", "*", "--last", "1"), False),
            ("report, with its verification", ("report",), False),
        ):
            seconds = taken(command(*wanted, *places))
            scans = 3 if wanted[0] == "show" else 1
            ratio = seconds / floor / scans
            over = over or (is_rare and ratio > _CEILING)
            print(f"{words:<44}{seconds:>8.2f} s{ratio:>8.1f} times reading {scans} x")
    if over:
        print(f"a question about rare records took more than {_CEILING} times what reading takes")
    return int(over)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
