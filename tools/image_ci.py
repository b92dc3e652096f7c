"""Tries the image for CI, the target `ci` of the Containerfile, on a repository made for it.

`buildah run` starts it as its user, with the repository mounted read-only.
"""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

# phiguard:ignore-next-line(*) made up, for the scan that is tried
_PHI: Final = '{"patientName": "Ottoline Marsh", "ssn": "512-44-9031", "diagnosis": "E11.9"}'
_COMMIT: Final = (
    "-c",
    "user.name=n",  # phiguard:ignore(*) git wants one
    "-c",
    "user.email=",
    "commit",
    "-q",
    "-m",
    "one",
)


class CiError(Exception):
    """The image does not scan as it should. The text says what it did."""


def prove(started: Callable[[Sequence[str]], tuple[int, str]], folder: Path) -> None:
    """Scan a repository in which only an ignored file holds PHI, and then all of its files.

    Args:
        started: runs the image with a folder mounted at /repository; given the rest of the
            command line of `buildah run`, returns the exit code and what was printed.
        folder: an empty folder for the repository.

    Raises:
        CiError: it found what git ignores, or did not find it when it was asked to.
    """
    (folder / ".gitignore").write_text("build/\n")
    (folder / "README").write_text("Nothing to see.\n")
    (folder / "build").mkdir()
    (folder / "build/claim.json").write_text(_PHI)
    for step in (("init", "-q"), ("add", "."), _COMMIT):
        subprocess.run(["git", "-C", str(folder), *step], check=True)
    for options, wanted in (((), 0), (("--all-files",), 1)):
        code, said = started(["phiguard", "scan", *options, "."])
        if code != wanted:
            raise CiError(f"scan {' '.join(options)} ended with {code}, not {wanted}: {said}")
    code, said = started(["sh", "-c", "id -u && touch /repository/x"])
    if code == 0 or not said.startswith("10001\n"):
        raise CiError(f"it runs as another user, or may write into the repository: {said}")
