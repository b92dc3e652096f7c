"""An object in a bucket: what its reader costs beside a plain download with the same client.

`python -m bench.atrest.objects` starts moto's server, and prints this process's own processor time:
the server's is not counted. The object is 64 MB of NDJSON, which is read in pieces and not looked
at.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import Budget, Document, Source
from atrest.spec import parse
from atrest.unit import Unit
from bench.measure import interleaved

_LINE = b'{"mrn": "00123456", "name": "Ana Ruiz", "note": "seen in clinic, no complaint"}\n'
_SIZE = 64_000_000
_PLAIN = 1 << 20
_SECONDS = 20.0
_PATIENCE = 60


@contextmanager
def store() -> Iterator[str]:
    """A store on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("moto_server"))
    server = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("moto_server does not answer")


def read(source: Source, unit: Unit) -> int:
    """Read an object and return how many bytes came."""
    found = source.read(unit, Budget())
    return sum(len(item.data) for item in found if isinstance(item, Document))


def main() -> None:
    """Print both, and their ratio."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
    with store() as endpoint:
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_bucket(Bucket="bench")
        client.put_object(Bucket="bench", Key="k", Body=_LINE * (_SIZE // len(_LINE)))
        source = open_source(parse(f"s3://bench?endpoint={endpoint}"), Manners(), {})
        (unit,) = [each for each in source.list() if isinstance(each, Unit)]
        if read(source, unit) != unit.size:
            sys.exit("bytes are missing")

        def plain() -> int:
            body = client.get_object(Bucket="bench", Key="k")["Body"]
            return sum(len(piece) for piece in iter(lambda: body.read(_PLAIN), b""))

        contenders = {"plain": plain, "reader": lambda: read(source, unit)}
        took = interleaved(contenders, _SECONDS, time.process_time)
    for name, seconds in took.items():
        print(
            f"{name:7} {seconds * 1e3:6.0f} ms of processor  {unit.size / seconds / 1e6:6.0f} MB/s"
        )
    print(f"the reader takes {took['reader'] / took['plain']:.2f} times the plain download")


if __name__ == "__main__":
    main()
