"""Writes a posture folder. It is there whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, Final

import orjson

from extauthz.posture import sighting_lines
from extauthz.posture.collection import Collection, Dump, Listing
from extauthz.posture.folder import CANARIES, COLLECTED, ISTIOD, OBJECTS, PROXIES, SIGHTINGS
from extauthz.posture.lean import lean
from extauthz.posture.times import written

_MODE: Final = 0o700


class WriteError(Exception):
    """The folder cannot be written. The text is one line with the fix."""


def write(collection: Collection, folder: Path) -> None:
    """Write what was collected.

    Raises:
        WriteError: the folder is there and not empty, or cannot be written.
    """
    part = folder.parent / f".{folder.name}.{os.getpid()}.part"
    try:
        if folder.exists() and any(folder.iterdir()):
            raise WriteError(f"{folder}: is not empty; give a new folder for each collection")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=_MODE)
        for name, data in _files(collection):
            path = part / name
            path.parent.mkdir(mode=_MODE, exist_ok=True)
            path.write_bytes(data)
        os.replace(part, folder)  # noqa: PTH105 - `Path.replace` says less of a folder
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        raise WriteError(f"{folder}: {why}; name a folder that can be made") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _files(collection: Collection) -> Iterator[tuple[str, bytes]]:
    times: dict[str, str] = {}
    for listing in collection.listings:
        name = f"{OBJECTS}/{listing.kind.resource}.json"
        yield name, _list(listing)
        if listing.at is not None:
            times[name] = written(listing.at)
    if collection.config_maps:
        items = list(map(lean, collection.config_maps))
        yield f"{OBJECTS}/configmaps.json", _json({"kind": "ConfigMapList", "items": items})
    for number, page in enumerate(collection.sync):
        name = f"{ISTIOD}/syncz-{number}.json"
        yield from _dump(name, page, times)
    for dump in collection.dumps:
        yield from _dump(f"{PROXIES}/{PurePath(dump.source).name}", dump, times)
    if collection.canaries is not None:
        yield from _dump(CANARIES, collection.canaries, times)
    if collection.ledgers is not None:
        yield SIGHTINGS, sighting_lines.packed(collection.ledgers)
    yield COLLECTED, _json(_about(collection, times))


def _about(collection: Collection, times: dict[str, str]) -> dict[str, Any]:
    return {
        "schema": 1,
        "at": None if collection.at is None else written(collection.at),
        "cluster": collection.source,
        "absent": sorted(collection.absent),
        "refused": {
            what: why for what, _, why in (each.partition(": ") for each in collection.problems)
        },
        "times": times,
    }


def _list(listing: Listing) -> bytes:
    about = {"apiVersion": listing.kind.api_version, "kind": f"{listing.kind.name}List"}
    # a part says so: as a page of a list that has more
    more = {} if listing.whole else {"metadata": {"continue": "part"}}
    return _json({**about, **more, "items": list(map(lean, listing.items))})


def _dump(name: str, dump: Dump, times: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    yield name, dump.data
    if dump.at is not None:
        times[name] = written(dump.at)


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n"
