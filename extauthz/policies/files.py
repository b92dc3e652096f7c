"""Policies and detector sets on disk: a file, or a folder of which every YAML file is a part.

A folder may be a mounted ConfigMap, whose files Kubernetes replaces all at once by turning a link.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from extauthz.detection.detector_sets import is_detector_set
from extauthz.policies.revision import Texts
from mesh.analysis.case_file import is_case_file

_SUFFIXES: Final = (".yaml", ".yml")
# a mounted ConfigMap: a link that Kubernetes turns from one folder of files to the next
_REVISION: Final = "..data"
_TRIES: Final = 3
# as `mesh.policy_file.yaml_document`: some thousand rules, which take seconds to parse
_MAX_BYTES: Final = 1 << 20


class PolicyUnreadableError(Exception):
    """There is no policy to read. The text is one line that names where it should be, and the
    fix."""


class PolicyFiles:
    """The files of a policy.

    Args:
        path: the policy's file, or its folder, in which files of kind DetectorSet are detectors and
            case files are passed over.
        detectors: further files of detectors.
    """

    def __init__(self, path: Path, detectors: Iterable[Path] = ()) -> None:
        self._path = path
        self._detectors = tuple(detectors)

    def read(self) -> Texts:
        """Return all texts. Each file is read once, so that none can be one thing at one look and
        another at the next.

        All files of a mounted ConfigMap are of one revision: when it is turned to the next
        meanwhile, they are read again.

        Raises:
            PolicyUnreadableError: a file cannot be read or is no UTF-8 text, there is none, or the
                folder does not come to rest.
        """
        for _ in range(_TRIES):
            before = _revision(self._path)
            try:
                texts = self._texts()
            except PolicyUnreadableError:
                if _revision(self._path) == before:
                    raise
                continue  # the revision that it was reading has gone
            if _revision(self._path) == before:
                return texts
        path = self._path
        raise PolicyUnreadableError(
            f"{path}: changes while it is read; write all files, then turn one link to them"
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
            if file not in beside and not is_case_file(text)
        }
        if not policies:
            raise PolicyUnreadableError(
                f"{self._path}: found no .yaml file with a policy; give one, or a folder that holds some"
            )
        return Texts(policies, {**beside, **given})


def read_detectors(paths: Iterable[Path]) -> dict[str, str]:
    """Return the texts of files of detectors, by path. Raises PolicyUnreadableError when one cannot
    be read."""
    return {str(path): _read(path) for path in paths}


def _yaml_files(folder: Path) -> list[Path]:
    """Names that start with a dot are skipped: Kubernetes keeps the revisions of a ConfigMap under
    such names."""
    try:
        return sorted(
            p for p in folder.iterdir() if p.suffix in _SUFFIXES and not p.name.startswith(".")
        )
    except OSError as error:
        raise _unreadable(folder, error) from None


def _revision(path: Path) -> str:
    """What a mounted ConfigMap is turned to; empty for another folder or a file."""
    folder = path if path.is_dir() else path.parent
    try:
        return str((folder / _REVISION).readlink())
    except OSError:
        return ""


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise PolicyUnreadableError(
                f"{file}: has more than {_MAX_BYTES} bytes; split it into files of one folder"
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
