"""Child processes: started together, waited for by condition, ended on every way out.

INVARIANT (no orphans): a child belongs to a `Processes` context. Leaving the context, even by an
exception, ends the child.
"""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

_POLL_SECONDS: Final = 0.02
_GRACE_SECONDS: Final = 3.0
_LONGEST_LINE: Final = 400


class LabError(Exception):
    """The laboratory cannot run. The text is one line for a user, with the problem and the fix."""


@dataclass(frozen=True, slots=True)
class Child:
    """One running child process, and the file that takes its output."""

    name: str
    popen: "subprocess.Popen[bytes]"
    output: Path

    def check(self) -> None:
        """Raise if it has ended.

        Raises:
            LabError: with the last line that it printed.
        """
        code = self.popen.poll()
        if code is not None:
            raise LabError(
                f"{self.name} ended with status {code}: {self.last_line()} (see {self.output})"
            )

    def last_line(self) -> str:
        """Return the last line that it printed."""
        lines = self.output.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "no output")[
            :_LONGEST_LINE
        ]

    def stop(self) -> None:
        """Terminate it; kill it when it does not end in time."""
        if self.popen.poll() is None:
            self.popen.terminate()
        try:
            self.popen.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


@dataclass(slots=True)
class Processes:
    """The children of one laboratory, as a context manager.

    Args:
        folder: where their output goes, one file for each.
        children: by name.
    """

    folder: Path
    children: dict[str, Child] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Do nothing: `start` starts children."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every child. All get their signal first, so that they end at the same time."""
        for child in self.children.values():
            if child.popen.poll() is None:
                child.popen.terminate()
        for child in self.children.values():
            child.stop()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """Start a child without waiting for it.

        Args:
            name: of the child and of its log file.
            command: program and arguments.
            environment: added to this process's environment.

        Raises:
            LabError: the program cannot be started.
        """
        output = self.folder / f"{name}.log"
        try:
            # Append: Envoy opens the same file again as /dev/stdout, and neither may overwrite the
            # other.
            with output.open("ab") as sink:
                popen = subprocess.Popen(  # noqa: S603 - runs Envoy and Python only, never a user's text
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(environment or {})},
                    # Ctrl-C reaches only this process, which ends the children in order
                    start_new_session=True,
                )
        except OSError as error:
            raise LabError(f"cannot start {command[0]}: {error.strerror}") from error
        self.children[name] = Child(name, popen, output)
        return self.children[name]

    def stop(self, name: str) -> None:
        """End one child on purpose, as a test of failure does."""
        self.children.pop(name).stop()

    def wait_until(
        self, condition: Callable[[], bool], what: str, *, seconds: float = 20.0
    ) -> None:
        """Wait until `condition` holds. Give up early when a child ends."""
        deadline = time.monotonic() + seconds
        while not condition():
            for child in self.children.values():
                child.check()
            if time.monotonic() > deadline:
                raise LabError(
                    f"{what} took longer than {seconds:.0f} s; see the logs in {self.folder}"
                )
            time.sleep(_POLL_SECONDS)
