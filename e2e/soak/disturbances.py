"""What happens to a guard during a soak: new revisions of its policy, new detectors, SIGHUP."""

import itertools
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from extauthz.demo.programs import POLICY

_DETECTORS: Final = """\
apiVersion: phiguard.dev/v1alpha1
kind: DetectorSet
metadata: {{name: soak}}
spec:
  detectors:
  - name: soak_number
    infoType: SOAK_NUMBER
    class: H
    title: a number of the soak
    pattern: '\\bSOAK{number}-\\d{{9}}\\b'
    match: ["SOAK{number}-123456789"]
"""


class Disturbances:
    """The guard's policy folder, and what is done to it in turn.

    Args:
        folder: an empty folder for the policy.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._revision = 0
        shutil.copy(POLICY, folder / "clinic.yaml")
        self._write_detectors()

    def turns(self, root: int) -> Iterator[Callable[[], None]]:
        """Return one disturbance after another, for ever.

        Args:
            root: process id of `phiguard serve`.
        """

        def reload_at_once() -> None:
            os.kill(root, signal.SIGHUP)

        return itertools.cycle(
            (
                self._write_policy,
                reload_at_once,
                self._write_policy,
                reload_at_once,
                self._write_detectors,
            )
        )

    def _write_policy(self) -> None:
        self._write("clinic.yaml", POLICY.read_text() + f"# revision {self._next()}\n")

    def _write_detectors(self) -> None:
        self._write("detectors.yaml", _DETECTORS.format(number=self._next()))

    def _next(self) -> int:
        self._revision += 1
        return self._revision

    def _write(self, name: str, text: str) -> None:
        new = self._folder / f"{name}.new"
        new.write_text(text)
        new.replace(self._folder / name)
