"""A posture folder: the files that a collector wrote, or that somebody made with `kubectl`.

    collected.json      when, of which cluster, what is not installed, what was refused
    objects/            one list a kind, named by its plural; Istio's ConfigMaps; manifests
    proxies/*.json      each proxy's `/config_dump`
    istiod/*.json       `/debug/syncz` of each istiod
    sightings.jsonl     what the ledgers of all guards say
    canaries.jsonl      the record of the prober

docs/posture.md says which file says what. A file that cannot be read is a problem, and the rest
goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeGuard

import orjson

from extauthz.posture import sighting_lines
from extauthz.posture.collection import Collection, Dump, Item, Ledgers, Listing
from extauthz.posture.kinds import BY_RESOURCE, Kind, named
from extauthz.posture.sighting_lines import SightingError
from extauthz.posture.times import time_of
from mesh.istio import snapshot
from mesh.istio.snapshot import MeshObject, SnapshotError

COLLECTED: Final = "collected.json"
OBJECTS: Final = "objects"
PROXIES: Final = "proxies"
ISTIOD: Final = "istiod"
SIGHTINGS: Final = "sightings.jsonl"
CANARIES: Final = "canaries.jsonl"
KINDS_FILE: Final = "kinds.txt"
"""Output of `kubectl api-resources -o name`: what is not in it is not installed."""
_CONFIG_MAPS: Final = "configmaps"
_MAX_BYTES: Final = (
    256 << 20
)  # of one file; 100,000 pods have some 1 GB, in many files of `kubectl`
_MAX_DUMP: Final = 64 << 20
_MAX_FILES: Final = 20_000


class FolderError(Exception):
    """There is no posture folder. The text is one line with the fix."""


@dataclass(slots=True)
class _Reading:
    """One folder while it is read."""

    folder: Path
    about: Mapping[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    at: float | None = None

    def bytes_of(self, path: Path, most: int = _MAX_BYTES) -> bytes | None:
        """Return a file; None, and a problem, when it cannot be read."""
        if path.exists() and not path.is_file():  # a pipe would never end
            self.say(path, "is no file")
            return None
        try:
            with path.open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            self.say(path, (error.strerror or "unreadable").lower())
            return None
        if len(data) > most:
            self.say(path, f"has more than {most} bytes, so it was not read")
            return None
        return data

    def json_of(self, path: Path) -> object:
        """Return the JSON of a file; None, and a problem, when it is none."""
        data = self.bytes_of(path)
        if data is None:
            return None
        if not data.strip():
            self.say(path, "is empty; the command that made it failed")
            return None
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError as error:
            self.say(path, f"is not JSON, or was cut off at byte {error.pos}")
            return None

    def say(self, path: Path, why: str) -> None:
        """Add a problem."""
        self.problems.append(f"{self.name(path)}: {why}")

    def name(self, path: Path) -> str:
        """The name of a file in the folder."""
        return path.relative_to(self.folder).as_posix()

    def time(self, path: Path) -> float | None:
        """When a file was made: its own time in collected.json, else that of the whole."""
        times = self.about.get("times")
        own = times.get(self.name(path)) if isinstance(times, Mapping) else None
        return self.at if own is None else time_of(own)

    def files(self, folder: str) -> list[Path]:
        """The files of a folder below this one, by name; none when it is not there."""
        try:
            found = sorted(
                p for p in (self.folder / folder).iterdir() if not p.name.startswith(".")
            )
        except FileNotFoundError:
            return []
        except OSError as error:
            self.problems.append(f"{folder}: {(error.strerror or 'unreadable').lower()}")
            return []
        if len(found) > _MAX_FILES:
            self.problems.append(f"{folder}: only the first {_MAX_FILES} files were read")
        return found[:_MAX_FILES]


def read(folder: Path) -> Collection:
    """Return what a folder holds.

    Raises:
        FolderError: it is no folder, or holds nothing that is known.
    """
    if not folder.is_dir():
        why = "a file, not a folder" if folder.exists() else "no such folder"
        raise FolderError(f"{folder}: {why}; give a folder of `phiguard posture collect`")
    reading = _Reading(folder)
    _about(reading)
    listings, config_maps, loose = _objects(reading)
    dumps = [each for path in reading.files(PROXIES) for each in _dump(reading, path, _MAX_DUMP)]
    if not (listings or loose or dumps):
        raise FolderError(
            f"{folder}: has no objects and no proxies; give a folder of `phiguard posture collect`"
        )
    sync = [each for path in reading.files(ISTIOD) for each in _dump(reading, path, _MAX_DUMP)]
    canaries = [*_dump(reading, folder / CANARIES, _MAX_BYTES)]
    return Collection(
        source=str(folder),
        at=reading.at,
        listings=tuple(listings),
        config_maps=tuple(config_maps),
        loose=tuple(loose),
        absent=_absent(reading),
        dumps=tuple(dumps),
        sync=tuple(sync),
        ledgers=_ledgers(reading),
        canaries=canaries[0] if canaries else None,
        problems=(*_refused(reading), *reading.problems),
    )


def dumps_in(folder: Path) -> tuple[tuple[Dump, ...], tuple[str, ...]]:
    """Return the config dumps of a plain folder, and what could not be read.

    Without a `collected.json` in it, nobody says when they were taken.

    Raises:
        FolderError: it is no folder.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder}: no such folder; give the folder of the config dumps")
    reading = _Reading(folder)
    _about(reading)
    paths = [path for path in reading.files(".") if path.name != COLLECTED]
    found = [each for path in paths for each in _dump(reading, path, _MAX_DUMP)]
    return tuple(found), tuple(reading.problems)


def _about(reading: _Reading) -> None:
    path = reading.folder / COLLECTED
    if not path.exists():
        reading.say(path, "is not there, so nobody says when all this was true")
        return
    found = reading.json_of(path)
    if not isinstance(found, dict):
        return
    reading.about = found
    reading.at = time_of(found.get("at"))
    if reading.at is None:
        reading.say(path, "`at` is no time with an offset, such as 2026-11-30T14:00:00Z")


def _objects(
    reading: _Reading,
) -> tuple[list[Listing], list[Item], list[MeshObject]]:
    listings: list[Listing] = []
    config_maps: list[Item] = []
    loose: list[MeshObject] = []
    for path in reading.files(OBJECTS):
        stem = path.name.removesuffix(".json")
        kind = named(stem) if path.suffix == ".json" else None
        if kind is not None:
            listings += _listing(reading, path, kind)
        elif path.name == f"{_CONFIG_MAPS}.json":
            config_maps += _items(reading, path) or []
        elif path.suffix in (".yaml", ".yml", ".json"):
            loose += _loose(reading, path)
        elif path.name != KINDS_FILE:
            reading.say(path, "is of no kind that is read")
    return listings, config_maps, loose


def _listing(reading: _Reading, path: Path, kind: Kind) -> Iterator[Listing]:
    found = reading.json_of(path)
    if not isinstance(found, dict):
        if found is not None:
            reading.say(path, "is not a list of objects")
        return
    items = found.get("items")
    if found.get("kind") not in ("List", f"{kind.name}List") or not _are_objects(items):
        reading.say(path, f"is not a list of {kind.plural}; `kubectl get -A -o json` gives one")
        return
    metadata = found.get("metadata")
    more = isinstance(metadata, dict) and (
        metadata.get("continue") or metadata.get("remainingItemCount")
    )
    if more:
        reading.say(path, "is one page of a list; give all of it")
    yield Listing(kind, items, reading.time(path), reading.name(path), not more)


def _items(reading: _Reading, path: Path) -> list[Item] | None:
    """The objects of a list, or the one object, of a file."""
    found = reading.json_of(path)
    items = found.get("items", [found]) if isinstance(found, dict) else None
    if _are_objects(items):
        return items
    if found is not None:
        reading.say(path, "holds no objects")
    return None


def _are_objects(items: object) -> TypeGuard[list[Item]]:
    return isinstance(items, list) and all(
        isinstance(item, dict) and isinstance(item.get("metadata"), dict) for item in items
    )


def _loose(reading: _Reading, path: Path) -> Sequence[MeshObject]:
    data = reading.bytes_of(path)
    if data is None:
        return ()
    try:
        return snapshot.read({reading.name(path): data.decode("utf-8-sig")}).documents
    except UnicodeDecodeError:
        reading.say(path, "is not UTF-8 text")
    except SnapshotError as error:
        reading.problems.append(str(error))
    return ()


def _dump(reading: _Reading, path: Path, most: int) -> Iterator[Dump]:
    if not path.exists():
        return
    data = reading.bytes_of(path, most)
    if data is not None:
        yield Dump(reading.name(path), data, reading.time(path))


def _absent(reading: _Reading) -> frozenset[str]:
    """What the server does not have: as the collector says, or as `kubectl api-resources` does."""
    said = reading.about.get("absent")
    found = {each for each in said if each in BY_RESOURCE} if isinstance(said, list) else set()
    path = reading.folder / OBJECTS / KINDS_FILE
    if path.exists() and (data := reading.bytes_of(path)):
        there = set(data.decode("utf-8", "replace").split())
        # a list without these is no list of what a server has
        if {"pods", "namespaces", "services"} <= there:
            found |= BY_RESOURCE.keys() - there
        else:
            reading.say(path, "is not the output of `kubectl api-resources -o name`")
    return frozenset(found)


def _refused(reading: _Reading) -> Iterator[str]:
    said = reading.about.get("refused")
    if isinstance(said, dict):
        yield from (f"{what}: {why}" for what, why in sorted(said.items()))


def _ledgers(reading: _Reading) -> Ledgers | None:
    path = reading.folder / SIGHTINGS
    if not path.exists():
        return None
    data = reading.bytes_of(path)
    if data is None:
        return None
    try:
        return sighting_lines.unpacked(data)
    except SightingError as error:
        reading.say(path, str(error))
        return None
