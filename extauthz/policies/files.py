"""Policies and detector sets on disk: one file, or a folder whose YAML files are the parts.

The folder may be a mounted ConfigMap. Kubernetes replaces all of its files at once by switching a
symbolic link.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from extauthz.detection.detector_sets import is_detector_set
from extauthz.policies.revision import Texts
from mesh.analysis.case_file import is_case_file
from mesh.policy_file.yaml_document import MAX_BYTES
from mesh.starter.values_text import is_values_file

_SUFFIXES: Final = (".yaml", ".yml")
# in a mounted ConfigMap, the link that Kubernetes switches from one folder of files to the next
_REVISION: Final = "..data"
_TRIES: Final = 3


class PolicyUnreadableError(Exception):
    """There is no readable policy. The text is one line that names the place and the fix."""


class PolicyFiles:
    """The files of a policy.

    Args:
        path: the policy's file or its folder. In a folder, files of kind DetectorSet are detectors,
            and case files and values of the chart are skipped.
        detectors: further files of detectors.
    """

    def __init__(self, path: Path, detectors: Iterable[Path] = ()) -> None:
        self._path = path
        self._detectors = tuple(detectors)

    def read(self) -> Texts:
        """Return the texts of all files.

        Each file is read once, so that its kind and its content come from the same bytes. All files
        of a mounted ConfigMap are of one revision: if Kubernetes switches the link meanwhile, they
        are read again.

        Raises:
            PolicyUnreadableError: a file cannot be read or is not UTF-8, there is no policy, or the
                folder keeps changing.
        """
        for _ in range(_TRIES):
            before = _revision(self._path)
            try:
                texts = self._texts()
            except PolicyUnreadableError:
                if _revision(self._path) == before:
                    raise
                continue  # the revision was removed while it was read
            if _revision(self._path) == before:
                return texts
        path = self._path
        raise PolicyUnreadableError(
            f"{path}: changes while it is read; write all files, then switch one link to them"
        )

    def _texts(self) -> Texts:
        given = read_detectors(self._detectors)
        if not self._path.is_dir():
            return Texts({str(self._path): _read(self._path)}, given)
        read = {str(file): _read(file) for file in _yaml_files(self._path)}
        beside = {file: text for file, text in read.items() if is_detector_set(text)}
        policies = {
            file: text
            for file, text in read.items()
            if file not in beside and not is_case_file(text) and not is_values_file(text)
        }
        if not policies:
            raise PolicyUnreadableError(
                f"{self._path}: found no .yaml file with a policy; "
                "give one, or a folder that holds some"
            )
        return Texts(policies, {**beside, **given})


def read_detectors(paths: Iterable[Path]) -> dict[str, str]:
    """Return the texts of detector files, by path.

    Raises:
        PolicyUnreadableError: a file cannot be read.
    """
    return {str(path): _read(path) for path in paths}


def _yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder, without names that start with a dot.

    Kubernetes keeps the revisions of a ConfigMap under such names.
    """
    try:
        return sorted(
            p for p in folder.iterdir() if p.suffix in _SUFFIXES and not p.name.startswith(".")
        )
    except OSError as error:
        raise _unreadable(folder, error) from None


def _revision(path: Path) -> str:
    """Return where the link of a mounted ConfigMap points, or empty text where there is none."""
    folder = path if path.is_dir() else path.parent
    try:
        return str((folder / _REVISION).readlink())
    except OSError:
        return ""


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise PolicyUnreadableError(
                f"{file}: has more than {MAX_BYTES} bytes; split it into files of one folder"
            )
        return data.decode()
    except OSError as error:
        raise _unreadable(file, error) from None
    except UnicodeDecodeError:
        raise PolicyUnreadableError(
            f"{file}: not UTF-8 text; give a policy written in YAML"
        ) from None


def _unreadable(path: Path, error: OSError) -> PolicyUnreadableError:
    why = (error.strerror or "unreadable").lower()
    return PolicyUnreadableError(f"{path}: {why}; give a policy file that this user can read")
