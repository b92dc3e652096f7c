"""What a proof of one record costs in a ledger of many, and what its tree costs at a start.

python -m bench.proofs [--records 1000000] [--folder DIR]

It writes a ledger of ordinary decisions first: about 0.9 GB for a million, and some minutes.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.measure import show
from bench.telemetry import judged
from extauthz.commands.audit import prove
from extauthz.commands.audit.ledgers import Chain, chains_of
from extauthz.records import ledger_time
from extauthz.records.judgement import ledger_record
from extauthz.records.ledger import note_files, proofs
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.notary import Signing
from extauthz.records.ledger.notes import Signer

SIGNER: Final = Signer("bench.example/ledger", bytes(32))
FLUSH: Final = 20_000
TRIES: Final = 20


def write(folder: Path, records: int) -> float:
    """Write a ledger. Return the processor seconds of one record."""
    ledger = FileLedger(
        folder, 0, ledger_time.now, signing=Signing(SIGNER, records=100_000, seconds=1e9)
    )
    record = ledger_record(judged().judgement)
    begun = time.process_time()
    for number in range(records):
        ledger.append({**record, "id": f"{number:032x}"})
        if not number % FLUSH:
            ledger.upkeep()()
    taken = time.process_time() - begun
    ledger.close()
    return taken / records


def median(work: Callable[[int], object], numbers: list[int]) -> float:
    times = []
    for number in numbers:
        begun = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def measure(chain: Chain, records: int) -> None:
    chance, hits, made = random.Random(1), {}, {}
    numbers = [chance.randrange(records) for _ in range(TRIES)]
    path = chain.folder / note_files.checkpoint_name(0)
    note = note_files.read(path)

    def find(number: int) -> None:
        hits[number] = prove.found(f"{number:032x}", [chain])

    def make(number: int) -> None:
        made[number] = prove.of_record(hits[number], note, path).text

    def check(number: int) -> None:
        proofs.parse(made[number]).check([SIGNER.public])

    print(f"the record is found by its id   {show(median(find, numbers)):>10}")
    print(f"its proof is made               {show(median(make, numbers)):>10}")
    print(f"its proof is checked            {show(median(check, numbers)):>10}")
    text = made[numbers[0]]
    extra = text.partition("extra ")[2].partition("\n")[0]
    part = len(text) - len(extra) - len(note)
    print(f"bytes of the proof: {part}, of the record {len(extra)}, of the checkpoint {len(note)}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.proofs")
    parser.add_argument("--records", type=int, default=1_000_000, help="default: %(default)s")
    parser.add_argument("--folder", type=Path, help="default: the system's temporary folder")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name) / "ledger"
        each = write(folder, args.records)
        print(f"{args.records} records, each written, hashed and signed in {show(each)} of CPU")
        measure(chains_of(folder)[0], args.records)
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
