"""A sender and a receiver of HAPI HL7v2, as child processes (`Peer.java`).

`make hapi` fetches the library. Java 17 runs the one source file as it is.
"""

import base64
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

_LIBRARY: Final = Path(__file__).parents[3] / ".tools" / "hapi"
_SOURCE: Final = Path(__file__).with_name("Peer.java")
_SECONDS: Final = 60.0
"""How long one line may take. The first one waits for Java's compiler."""


def missing() -> str:
    """Return what is missing on this machine to run HAPI, or empty text."""
    if shutil.which("java") is None:
        return "not run: no Java 17"
    return "" if list(_LIBRARY.glob("hapi-base-*.jar")) else "not run: no HAPI; `make hapi`"


@dataclass
class Peer:
    """One running peer. Its lines come in their order, each cut at its tabs."""

    process: "subprocess.Popen[str]"
    lines: "queue.Queue[list[str]]" = field(default_factory=queue.Queue)

    def read_all(self, output: IO[str]) -> None:
        """Take its lines until its end."""
        for line in output:
            self.lines.put(line.rstrip("\n").split("\t"))

    def next_line(self) -> list[str]:
        """Return the next line. Raises queue.Empty when none comes."""
        return self.lines.get(timeout=_SECONDS)

    def send(self, message: bytes) -> list[str]:
        """Let it send a message. Return what it says of the answer."""
        if self.process.stdin is None:
            raise AssertionError("a peer without an input")
        self.process.stdin.write(base64.b64encode(message).decode() + "\n")
        self.process.stdin.flush()
        return self.next_line()


@contextmanager
def peer(role: str, port: int, folder: Path, *places: str) -> Iterator[Peer]:
    """Run a peer until the context is left.

    Args:
        role: `send` or `receive`.
        folder: where it may leave a file.
        places: what its lines tell of a message, as HAPI's `Terser` names fields.
    """
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=off"
    command = ["java", quiet, "-cp", f"{_LIBRARY}/*", str(_SOURCE), role, str(port), *places]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=folder) as process:
        if process.stdout is None:
            raise AssertionError("a peer without an output")
        running = Peer(process)
        thread = threading.Thread(target=running.read_all, args=(process.stdout,), daemon=True)
        thread.start()
        try:
            assert running.next_line() == ["ready"]
            yield running
        finally:
            process.kill()
            thread.join()
