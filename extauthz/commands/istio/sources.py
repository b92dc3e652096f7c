"""Where `phiguard istio check` takes objects from: files, folders, standard input, a cluster.

What only a tool can turn into objects is left out, with the command that does it: charts of Helm
and overlays of Kustomize. A template alone is an error.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from extauthz.commands.errors import UsageError
from mesh.istio import snapshot
from mesh.istio.snapshot import MeshSnapshot

STANDARD_INPUT: Final = "-"
_SUFFIXES: Final = (".yaml", ".yml", ".json")
_OVERLAYS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
# matches the key of an overlay that changes objects; not `resources:`
_CHANGES: Final = re.compile(
    r"^(?:patches|patchesStrategicMerge|patchesJson6902|components|replacements|helmCharts|images"
    r"|namePrefix|nameSuffix|commonLabels|labels|namespace|configMapGenerator):",
    re.MULTILINE,
)
_GIVE: Final = "give a folder of manifests or of `kubectl get -o yaml` output"
# of one file; a dump of some hundred thousand objects
_MAX_BYTES: Final = 512 << 20
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")  # what PowerShell's `>` writes


@dataclass
class Given:
    """The text of each file, and a line for each thing that was left out."""

    texts: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


def read(paths: Iterable[str]) -> tuple[MeshSnapshot, tuple[str, ...]]:
    """The objects of all paths, and what was left out of them.

    Raises:
        UsageError: a path cannot be read, or holds no object.
        SnapshotError: a file is not YAML or JSON.
    """
    given = Given()
    for path in paths:
        if path == STANDARD_INPUT:
            given.texts["standard input"] = _text(path, sys.stdin.buffer.read(_MAX_BYTES + 1))
        else:
            _read_path(Path(path), given)
    found = snapshot.read(given.texts)
    if not found.documents:
        left = f" ({given.skipped[0]})" if given.skipped else ""
        raise UsageError(f"no object in `{' '.join(paths)}`{left}; {_GIVE}")
    return found, tuple(given.skipped)


def _read_path(path: Path, given: Given) -> None:
    try:
        if path.is_file():
            given.texts[str(path)] = _file(path)
            return
        next(path.iterdir(), None)  # `rglob` skips what it may not read
        files = list(_files(path, given))
    except OSError as error:
        raise UsageError(f"`{path}`: {(error.strerror or 'unreadable').lower()}; {_GIVE}") from None
    if not files and not given.skipped:
        raise UsageError(f"no YAML in `{path}`; {_GIVE}")
    for file in files:
        given.texts[str(file)] = _file(file)


def _files(folder: Path, given: Given) -> Iterator[Path]:
    """The files of a folder and of all below it, in order of their names."""
    if (folder / "Chart.yaml").is_file():
        command = f"helm template {folder} | phiguard istio check -"
        given.skipped.append(f"`{folder}` is a chart, so render it: {command}")
        return
    if any(_changes(folder / name) for name in _OVERLAYS):
        command = f"kubectl kustomize {folder} | phiguard istio check -"
        given.skipped.append(f"`{folder}` is an overlay, so build it: {command}")
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _files(path, given)
        elif path.suffix in _SUFFIXES and path.name not in _OVERLAYS:
            yield path


def _changes(kustomization: Path) -> bool:
    return kustomization.is_file() and bool(_CHANGES.search(_file(kustomization)))


def _file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _text(str(path), file.read(_MAX_BYTES + 1))
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"`{path}`: {why}; check its permissions") from None


def _text(name: str, data: bytes) -> str:
    if len(data) > _MAX_BYTES:
        raise UsageError(f"`{name}` has more than {_MAX_BYTES} bytes; dump one namespace at a time")
    try:
        return data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"cannot read `{name}` as UTF-8 text; write it as UTF-8") from None
