"""A long archive of short members: how fast it is read, beside a plain read, and in what memory.

    python -m bench.atrest.archives

A ZIP file and a tar file of 1 GiB of members of about 4 KiB each; `--gib` makes them larger. No
detector looks at them. Figures are processor time of this process, and the most memory that it took
so far.
"""

import argparse
import io
import random
import resource
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Final

from atrest.readers.content import Opened, items
from atrest.source import Budget, Document, Unread

_GIB: Final = 1 << 30
_MEMBER: Final = 4_096
_PLAIN: Final = 1 << 20


def main() -> None:
    """Parse the command line and print a line for each archive."""
    parser = argparse.ArgumentParser(prog="bench.atrest.archives", description=__doc__)
    parser.add_argument("--gib", type=float, default=1)
    count = int(parser.parse_args().gib * _GIB) // _MEMBER
    print(f"memory before: {_peak()} MiB")
    print("archive    GiB  members  plain s  read s   MB/s   MiB")
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("zip", _zip), ("tar", _tar)):
            path = Path(folder) / name
            write(path, count)
            _print(path)
            path.unlink()


def _print(path: Path) -> None:
    began = time.process_time()
    with path.open("rb") as file:
        while file.read(_PLAIN):
            pass
    plain = time.process_time() - began
    began = time.process_time()
    members = size = 0
    with path.open("rb") as file:
        for item in items(Opened(file, path.stat().st_size), Budget()):
            if isinstance(item, Unread):
                raise SystemExit(f"{path.name}: {item.reason}")
            if isinstance(item, Document):
                members += 1
                size += len(item.data)
    took = time.process_time() - began
    print(
        f"{path.name:8} {path.stat().st_size / _GIB:5.1f} {members:8} {plain:8.1f} {took:7.1f} "
        f"{size / took / 1e6:6.0f} {_peak():5}"
    )


def _texts(count: int) -> list[bytes]:
    chance = random.Random(1)
    return [chance.randbytes(_MEMBER // 2).hex().encode() for _ in range(min(count, 1_000))]


def _zip(path: Path, count: int) -> None:
    texts = _texts(count)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            packing = zipfile.ZIP_DEFLATED if number % 4 == 0 else zipfile.ZIP_STORED
            archive.writestr(f"ward/{number:07}.txt", texts[number % 1_000], packing)


def _tar(path: Path, count: int) -> None:
    texts = _texts(count)
    with tarfile.open(path, "w") as archive:
        for number in range(count):
            header = tarfile.TarInfo(f"ward/{number:07}.txt")
            header.size = _MEMBER
            archive.addfile(header, io.BytesIO(texts[number % 1_000]))
            archive.members = []


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
