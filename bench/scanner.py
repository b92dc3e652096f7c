"""The scanner against its floors and a peer, in one run.

raw Hyperscan   the same compiled prefilters over the same bytes: the cost of Hyperscan alone
Python re       the same patterns with the standard library
Presidio        its own pattern recognizers, without a language model; `make peers` installs it

Figures are processor time, so that a busy machine does not count for the longer of two runs. Only
Presidio's are the day's clock's.

python -m bench.scanner [--seconds 3]
"""

import argparse
import base64
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

from bench import documents
from bench.measure import interleaved, show
from phiscan.embedded import base64_and_hex
from phiscan.engine import Engine
from phiscan.scanner import Limits

KIB = documents.KIB
PEERS = Path(".peers-venv/bin/python")
PEERS_READY = Path(".peers-venv/.ready")
DOCUMENTS = {
    "clean JSON 64 KiB": documents.clean(64 * KIB),
    "FHIR record 64 KiB": documents.record(64 * KIB),
    "FHIR observations 64 KiB": documents.observations(64 * KIB),
    "clean JSON 1 MiB": documents.clean(1024 * KIB),
    "FHIR record 1 MiB": documents.record(1024 * KIB),
}


def scan(engine: Engine, data: bytes, content_type: str = "application/json") -> None:
    """Run one whole scan."""
    scanner = engine.scanner(
        content_type=content_type, limits=Limits(seconds=600), clock=time.monotonic
    )
    scanner.feed(data)
    scanner.finish()


def raw(engine: Engine, data: bytes) -> None:
    """Run all prefilters over a document, and ignore their matches."""
    for prefilter in engine.matcher.prefilters:
        prefilter.database.scan(data, match_event_handler=_ignore)


def _ignore(*_: object) -> None:
    pass


def one_document(name: str, data: bytes, engine: Engine, seconds: float) -> float:
    """Print one row. Return phiscan's median seconds."""
    patterns = [re.compile(d.pattern.encode(), re.IGNORECASE) for d in engine.matcher.detectors]

    def by_re() -> None:
        for pattern in patterns:
            for _ in pattern.finditer(data):
                pass

    medians = interleaved(
        {
            "phiscan": lambda: scan(engine, data),
            "raw": lambda: raw(engine, data),
            "re": by_re,
        },
        seconds,
        time.process_time,
    )
    ours = medians["phiscan"]
    peer = presidio(data) if len(data) <= 64 * KIB else 0.0
    peers = f"{show(peer):>11} {peer / ours:6.0f}x" if peer else f"{'-':>11} {'-':>7}"
    print(
        f"{name:24} {show(ours):>10} {show(medians['raw']):>10} {ours / medians['raw']:6.1f}x"
        f" {show(medians['re']):>11} {medians['re'] / ours:6.0f}x {peers}"
    )
    return ours


def presidio(data: bytes) -> float:
    """Return the median seconds of Presidio on the same text; 0 when it is not installed."""
    if not PEERS_READY.exists():
        return 0.0
    done = subprocess.run(
        [str(PEERS), "bench/peer_presidio.py"], input=data, capture_output=True, check=True
    )
    return float(done.stdout)


def of_base64(engine: Engine, seconds: float) -> None:
    """Print what a bulk export costs beside its documents by themselves, and beside decoding them.

    What is left between the two is the cost of NDJSON and base64.
    """
    export, parts = documents.bulk_export(512 * KIB)
    letters = [base64.b64encode(document) for document, _ in parts]

    def apart() -> None:
        for encoded, (_, media) in zip(letters, parts, strict=True):
            scan(engine, base64.b64decode(encoded), media)

    medians = interleaved(
        {
            "export": lambda: scan(engine, export, "application/fhir+ndjson"),
            "apart": apart,
            "finder": lambda: sum(1 for _ in base64_and_hex.find(export)),
        },
        seconds,
        time.process_time,
    )
    whole, speed = medians["export"], len(export) / medians["finder"] / 1e6
    print(
        f"bulk export of notes and C-CDA in base64: {show(whole)}"
        f" ({len(export) / whole / 1e6:.1f} MB/s), {whole / medians['apart']:.2f}x its documents"
        f" apart; base64 found and decoded at {speed:.0f} MB/s"
    )


def peak_of_streaming(engine: Engine) -> float:
    """Return the MiB that a streamed body adds to the peak memory of this process.

    The body has 10 MiB and comes in chunks of 64 KiB.
    """
    chunk = documents.record(64 * KIB)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scanner = engine.scanner(limits=Limits(seconds=600), clock=time.monotonic)
    for _ in range(160):
        scanner.feed(chunk)
    scanner.finish()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / KIB


def main() -> int:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=3.0, help="for each document")
    seconds = arguments.parse_args().seconds
    start = time.perf_counter()
    engine = Engine.load()
    compiled = time.perf_counter() - start
    blob = engine.serialized()
    start = time.perf_counter()
    Engine.load(blob)
    loaded = time.perf_counter() - start
    detectors = len(engine.matcher.detectors)
    print(
        f"engine of {detectors} detectors: {show(compiled)} compiled, {show(loaded)} "
        f"from its serialized form"
    )
    print("scanner, medians")
    print(
        f"{'document':24} {'phiscan':>10} {'Hyperscan':>10} {'ours/':>7} "
        f"{'Python re':>11} {'/ours':>7} {'Presidio':>11} {'/ours':>7}"
    )
    streaming = peak_of_streaming(engine)
    ours = {name: one_document(name, data, engine, seconds) for name, data in DOCUMENTS.items()}
    for kind in ("clean JSON", "FHIR record"):
        ratio = ours[f"{kind} 1 MiB"] / 16 / ours[f"{kind} 64 KiB"]
        print(f"cost of a byte at 1 MiB against 64 KiB, {kind}: {ratio:.2f}")
    of_base64(engine, seconds)
    print(f"10 MiB streamed: {streaming:.0f} MiB above idle at the peak")
    if not PEERS_READY.exists():
        print("Presidio is not installed: `make peers` does it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
