"""The scans of one version, as a program: `worker.py TREE DOCUMENTS`.

It runs as a file and imports nothing but phiscan, so that it can be run with another version's.
For each number that it reads it prints the processor time of one scan of those documents: the least
of a series, because what is more was the machine's.
"""

import pickle
import sys
import time
from pathlib import Path

from phiscan.engine import Engine
from phiscan.scanner import Limits

_LEAST_SECONDS = 0.06
_LIMITS = Limits(body=64 << 20, decoded=64 << 20, seconds=600)


def main() -> None:
    """Answer until the input ends."""
    tree, file = map(Path, sys.argv[1:])
    engine = Engine.load()
    if not Path(sys.modules["phiscan"].__file__ or "").is_relative_to(tree):
        sys.exit(f"phiscan is not that of {tree}")
    classes = list(pickle.loads(file.read_bytes()).values())  # noqa: S301 - its parent wrote it

    def scan(made: list[tuple[bytes, str]]) -> float:
        start = time.process_time()
        for data, media in made:
            scanner = engine.scanner(content_type=media, limits=_LIMITS, clock=time.monotonic)
            scanner.feed(data)
            scanner.finish()
        return time.process_time() - start

    for line in sys.stdin:
        made = classes[int(line)]
        scan(made[:6])  # fills the caches that the other version has emptied
        times = [scan(made)]
        while sum(times) < _LEAST_SECONDS or len(times) < 2:
            times.append(scan(made))
        print(min(times) / len(made), flush=True)


if __name__ == "__main__":
    main()
