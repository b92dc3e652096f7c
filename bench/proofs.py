"""What a proof of one record costs in a ledger of many, and what its tree costs at a start.

python -m bench.proofs [--records 1000000] [--folder DIR]

It writes a ledger of ordinary decisions first: about 0.9 GB for a million, and some minutes. `audit
prove` is called in this process, so the start of a process and its imports are not counted.
"""

import contextlib
import io
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.measure import ledger_options, show
from bench.telemetry import judged
from extauthz import cli
from extauthz.records import ledger_time
from extauthz.records.judgement import ledger_record
from extauthz.records.ledger import housekeeping, note_files, proofs
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.id_index import PART_BYTES, IdIndex, index_name
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import Signer

SIGNER: Final = Signer("bench.example/ledger", bytes(32))
FLUSH: Final = 20_000
TRIES: Final = 20
FEWEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Written:
    """What `write` made: some ids of records, and the processor seconds of one record and block."""

    ids: list[str]
    record: float
    block: float


def write(folder: Path, records: int) -> Written:
    """Write a ledger as a guard does, with its index of ids."""
    ledger = FileLedger(
        folder, 0, ledger_time.now, signing=Signing(SIGNER, records=100_000, seconds=1e9)
    )
    index, record, chance = IdIndex(folder, 0), ledger_record(judged().judgement), random.Random(1)
    wanted = set(chance.sample(range(records), TRIES))
    ids, blocks = list[str](), list[float]()
    taken = 0.0
    for number in range(records):
        id_ = f"{chance.getrandbits(128):032x}"
        if number in wanted:
            ids.append(id_)
        begun = time.process_time()
        ledger.append({**record, "id": id_})
        if not number % FLUSH:
            ledger.upkeep()()
        taken += time.process_time() - begun
        if not number % FLUSH:
            blocks += list(iter(lambda: _block(index), 0.0))
    while index.grow():
        pass
    ledger.close()
    return Written(ids, taken / records, statistics.median(blocks or [0.0]))


def _block(index: IdIndex) -> float:
    """Add a block. Return its processor seconds, or 0 when there was none."""
    begun = time.process_time()
    return time.process_time() - begun if index.grow() else 0.0


def told(
    name: str,
    work: Callable[[str], object],
    values: list[str],
    before: Callable[[], None] = lambda: None,
) -> None:
    """Print what some work on each of the values takes: by the clock, and of the processor.

    On a busy machine the shortest time says most: the others wait for a processor.
    """
    times, busy = list[float](), list[float]()
    for value in values:
        before()
        begun, worked = time.perf_counter(), time.process_time()
        work(value)
        times.append(time.perf_counter() - begun)
        busy.append(time.process_time() - worked)
    print(
        f"{name:<44}{show(min(times)):>11}{show(statistics.median(times)):>11}"
        f"{show(statistics.median(busy)):>11}"
    )


def forget(folder: Path) -> None:
    """Let the kernel forget what it has of the files, so that they are read from the disk."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def proved(folder: Path, id_: str) -> str:
    """Return what `phiguard audit prove` writes."""
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()),
    ):
        if cli.main(["audit", "prove", id_, str(folder)]):
            raise AssertionError("there is no proof")
    return out.getvalue()


def measure(folder: Path, ids: list[str]) -> None:
    """Print what proofs cost, with plain and with compressed segments."""
    print(f"{'':<44}{'shortest':>11}{'median':>11}{'CPU':>11}")
    few = ids[::7]  # they stand in the order of the ledger
    for form in ("plain", "compressed"):
        if form == "compressed":
            while housekeeping.pack_next(folder, 0):
                pass
        told(f"audit prove, {form}", lambda id_: proved(folder, id_), ids)
        told(
            f"audit prove, {form}, read from the disk",
            lambda id_: proved(folder, id_),
            ids,
            lambda: forget(folder),
        )
        (folder / index_name(0)).rename(folder / "away")
        told(f"audit prove, {form}, without the index", lambda id_: proved(folder, id_), few)
        (folder / "away").rename(folder / index_name(0))
    made = {id_: proved(folder, id_) for id_ in ids}
    told("a proof is checked", lambda id_: proofs.parse(made[id_]).check([SIGNER.public]), ids)
    text, note = made[ids[0]], note_files.read(folder / note_files.checkpoint_name(0))
    extra = text.partition("extra ")[2].partition("\n")[0]
    part = len(text) - len(extra) - len(note)
    print(f"bytes of the proof: {part}, of the record {len(extra)}, of the checkpoint {len(note)}")


def main(arguments: list[str]) -> int:
    parser = ledger_options("bench.proofs", 1_000_000)
    args = parser.parse_args(arguments)
    if args.records < FEWEST:
        parser.error(f"--records: a ledger has an index from some MiB on; give {FEWEST} or more")
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name) / "ledger"
        done = write(folder, args.records)
        print(
            f"{args.records} records, each written, hashed and signed in {show(done.record)} of CPU"
        )
        print(f"a block of the index for {PART_BYTES >> 20} MiB: {show(done.block)} of CPU")
        measure(folder, done.ids)
        for case in ("opened again", "opened without its tree file"):
            if case != "opened again":
                (folder / "ledger-0.tree").unlink()
            begun = time.process_time()
            ledger = FileLedger(folder, 0, ledger_time.now, signing=Signing(SIGNER))
            print(f"{case}: {show(time.process_time() - begun)} of CPU")
            ledger.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
