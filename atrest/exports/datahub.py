"""Tags for DataHub, as its file source reads them: MetadataChangeProposals that patch.

A patch adds tags and leaves those of people alone; an UPSERT would replace all that they wrote.
Written from acryl-datahub 1.7.0 (`datahub.emitter.mcp_patch_builder`).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from atrest.catalogue import Kept
from atrest.exports.places import BUCKETS, HERE, parts_of, place_of
from atrest.exports.tags import Tagged, tag_of, tagged
from atrest.unit import UnitKind

# schemes that DataHub knows by another name
_PLATFORMS: Final = {"az": "abs", "gs": "gcs"}
# matches the characters that end a part of a URN: `a,b`, `f(x)`; not `a.b`, `50%`
_RESERVED: Final = re.compile(r"[,()]")
# a tag of a data set is known by who gave it (nobody here) and its URN
_KEYS: Final = {"tags": ["attribution\u241fsource", "tag"]}


def pieces(
    units: Iterable[Kept], *, environment: str = "PROD", everything: bool = False
) -> Iterator[str]:
    """Yield one JSON array of proposals.

    Args:
        units: what is kept.
        environment: DataHub's fabric: PROD, DEV, TEST.
        everything: also what is only possible and in few rows.
    """
    end = "[\n"
    for unit in tagged(units, everything=everything):
        for proposal in _proposals(unit, urn_of(unit.kept, environment)):
            yield end + orjson.dumps(proposal).decode()
            end = ",\n"
    yield "[]\n" if end == "[\n" else "\n]\n"


def urn_of(kept: Kept, environment: str) -> str:
    """Return the URN of a unit's dataset, as DataHub's own sources make it.

    A table of a database is `database.schema.table` on the platform of its scheme, an object
    `bucket/key`, a topic its name, and a file its path.
    """
    scheme, host, path = parts_of(kept.source)
    place = place_of(kept)
    own = "" if kept.name == HERE else kept.name
    if place is not None:
        parts: tuple[str, ...] = (place.database, place.schema, place.table)
        name = ".".join(part for part in parts if part)
    elif kept.kind is UnitKind.TOPIC:
        name = own
    elif scheme in BUCKETS:  # the name of an object is its whole key
        name = "/".join(part for part in (host, own) if part)
    else:
        name = "/".join(part for part in (host + path.rstrip("/"), own) if part)
    platform = _PLATFORMS.get(scheme, scheme)
    return f"urn:li:dataset:(urn:li:dataPlatform:{platform},{_part(name)},{environment})"


def _part(name: str) -> str:
    """Return a part of a URN, in which the characters that end one are escaped."""
    return _RESERVED.sub(lambda found: f"%{ord(found[0]):02X}", name)


def _proposals(unit: Tagged, urn: str) -> Iterator[dict[str, Any]]:
    columns = [each for each in unit.columns if each[0]]
    if columns:
        patch = [
            _add(("editableSchemaFieldInfo", column, "globalTags", "tags"), info_type)
            for column, types in columns
            for info_type in types
        ]
        yield _proposal(urn, "editableSchemaMetadata", patch)
    own = [info_type for column, types in unit.columns if not column for info_type in types]
    if own:
        patch = [_add(("tags", ""), info_type) for info_type in own]
        yield _proposal(urn, "globalTags", {"arrayPrimaryKeys": _KEYS, "patch": patch})


def _add(path: tuple[str, ...], info_type: str) -> dict[str, Any]:
    tag = f"urn:li:tag:{tag_of(info_type)}"
    return {"op": "add", "path": _pointer((*path, tag)), "value": {"tag": tag}}


def _pointer(parts: tuple[str, ...]) -> str:
    """Return a JSON pointer (RFC 6901)."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _proposal(urn: str, aspect: str, patch: object) -> dict[str, Any]:
    return {
        "entityType": "dataset",
        "entityUrn": urn,
        "changeType": "PATCH",
        "aspectName": aspect,
        "aspect": {
            "contentType": "application/json-patch+json",
            "value": orjson.dumps(patch).decode(),
        },
    }
