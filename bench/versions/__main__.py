"""Each class of documents, scanned by this version and by another one in turns, in one run.

    git worktree add ../before COMMIT
    python -m bench.versions ../before [--seed 7] [--rounds 5]

Figures are processor time of one scan; the ratio is the median of the rounds' ratios. Both versions
run in this environment, on documents that this version makes.
"""

import argparse
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench import documents
from bench.eval.formats.registry import corpus
from bench.measure import show

_ROOT: Final = Path(__file__).parents[2]
_WORKER: Final = Path(__file__).with_name("worker.py")
_KIB: Final = documents.KIB
_MOST: Final = 24
"""Documents of one class of the evaluation."""
Classes = dict[str, list[tuple[bytes, str]]]
"""Documents with their media types, by the name of their class."""


def classes(seed: int) -> Classes:
    """The documents of the benchmarks, and some of each format of the evaluation."""
    json, fhir = "application/json", "application/fhir+json"
    made: Classes = {
        "clean JSON, 1 KiB": [(documents.clean(_KIB), json)],
        "clean JSON, 64 KiB": [(documents.clean(64 * _KIB), json)],
        "clean JSON, 1 MiB": [(documents.clean(1024 * _KIB), json)],
        "FHIR observations, 1 KiB": [(documents.observations(_KIB), fhir)],
        "FHIR observations, 64 KiB": [(documents.observations(64 * _KIB), fhir)],
        "FHIR record, 64 KiB": [(documents.record(64 * _KIB), fhir)],
        "FHIR record, 1 MiB": [(documents.record(1024 * _KIB), fhir)],
        "bulk export, 512 KiB": [(documents.bulk_export(512 * _KIB)[0], "application/fhir+ndjson")],
        "notes, 16 KiB": [(documents.notes_of(16 * _KIB), "text/plain")],
    }
    for document in corpus(seed, _MOST // 2, ""):
        of_format = made.setdefault(document.format, [])
        if len(of_format) < _MOST:
            of_format.append((document.data, document.content_type))
    return made


class _Version:
    """A worker with the code of one tree."""

    def __init__(self, tree: Path, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_WORKER), str(tree), str(file)],
            env={**os.environ, "PYTHONPATH": str(tree)},
            cwd=tree,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self, number: int) -> float:
        """The processor time of one scan of a class."""
        written, read = self._process.stdin, self._process.stdout
        if written is None or read is None:
            raise AssertionError("the worker has no pipes")
        written.write(f"{number}\n")
        written.flush()
        return float(read.readline())

    def end(self) -> None:
        """End the worker."""
        self._process.communicate()


def _measure(made: Classes, before: _Version, now: _Version, rounds: int) -> None:
    for number, (name, scanned) in enumerate(made.items()):
        pairs = []
        for turn in range(rounds):
            turns = (before, now) if turn % 2 else (now, before)
            taken = {version: version.seconds(number) for version in turns}
            pairs.append((taken[before], taken[now]))
        old, new = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(new / old for old, new in pairs)
        size = sum(len(data) for data, _ in scanned) / len(scanned) / _KIB
        print(f"{name:26} {size:8.1f} {show(old):>12} {show(new):>12} {ratio:8.2f}", flush=True)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="bench.versions", description=__doc__)
    parser.add_argument("tree", type=Path, help="the folder of another version")
    parser.add_argument("--seed", type=int, default=7, help="of the documents")
    parser.add_argument("--rounds", type=int, default=5, help="of each class")
    options = parser.parse_args()
    made = classes(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "documents")
        file.write_bytes(pickle.dumps(made))
        versions = [_Version(tree, file) for tree in (options.tree.resolve(), _ROOT)]
        print(f"{'class':26} {'KiB each':>8} {'before':>12} {'now':>12} {'ratio':>8}")
        _measure(made, *versions, options.rounds)
        for version in versions:
            version.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
