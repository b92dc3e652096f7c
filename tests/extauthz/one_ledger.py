"""The ledger of one worker, for tests of its file: written, read and verified."""

import orjson

from extauthz.records.ledger.chain import Verifier, chains
from extauthz.records.ledger.file import FileLedger


def now():
    return "2026-08-01T12:00:00.000000Z"


def verify(folder, worker=0):
    verifier = Verifier()
    for name in chains(p.name for p in folder.iterdir()).get(worker, []):
        broken = verifier.segment(name, (folder / name).read_bytes())
        if broken:
            return broken
    return verifier.end()


def lines(folder):
    names = chains(p.name for p in folder.iterdir())[0]
    return [
        orjson.loads(line) for name in names for line in (folder / name).read_bytes().splitlines()
    ]


def written(folder, count):
    ledger = FileLedger(folder, 0, now)
    for number in range(count):
        ledger.append({"kind": "decision", "number": number})
    ledger.close()
    return ledger.head


def segment_files(folder):
    return sorted(folder.glob("ledger-0-*.jsonl"))
