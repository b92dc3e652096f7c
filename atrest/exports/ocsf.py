"""The catalogue as OCSF 1.8.0: a Data Security Finding (2006) for each unit that holds identifiers.

What OCSF has no attribute for stands in `unmapped`, under the keys of the catalogue's entries.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from atrest.catalogue import Entry, Kept, entries
from atrest.exports.names import identifier_of, json_line
from atrest.exports.places import parts_of
from atrest.protection import Shield
from atrest.unit import UnitKind
from phiscan.finding import Verdict

OCSF: Final = "1.8.0"
DATA_SECURITY_FINDING: Final = 2006

_CREATE: Final = 1  # activity_id
_FINDINGS: Final = 2  # category_uid
_PERSONAL: Final = 1  # data_security.category_id
_AT_REST: Final = 1  # data_lifecycle_state_id
_DISCOVERY: Final = 4  # detection_system_id: data discovery and classification
_COMPLETE, _PARTIAL = 1, 2  # data_security.status_id
_AFFECTED: Final = 3  # resource role_id
_RELATIONAL, _NO_SQL = 1, 6  # database.type_id
_REGULAR_FILE: Final = 1  # file.type_id
_BUCKETS: Final = {"s3": 1, "az": 2, "gs": 3}
_OTHER: Final = 99
_INFORMATIONAL, _LOW, _MEDIUM, _HIGH = 1, 2, 3, 4  # severity_id
_SEVERITIES: Final = {Shield.UP: _LOW, Shield.UNKNOWN: _MEDIUM, Shield.DOWN: _HIGH}
_ENCRYPTED: Final = {Shield.UP: True, Shield.DOWN: False}
_MOST: Final = 2**31 - 1
_OF_UNIT: Final = frozenset(
    "source object key kind verdict whole storage connection lastSeen".split()
)


def lines(units: Iterable[Kept], version: str, *, everything: bool = False) -> Iterator[str]:
    """Yield one line for each unit that holds identifiers of people.

    Args:
        units: what is kept.
        version: the release of phiguard.
        everything: also what is only possible and in few rows.
    """
    for kept in units:
        found = [entry for entry in entries(kept) if everything or entry.is_sure]
        if found and found[0].verdict in (Verdict.PHI, Verdict.IDENTIFIERS):
            yield json_line(_event(kept, found, version))


def _event(kept: Kept, found: list[Entry], version: str) -> dict[str, Any]:
    is_phi = found[0].verdict is Verdict.PHI
    time = int(datetime.fromisoformat(kept.read_at).astimezone(UTC).timestamp() * 1000)
    severity = _SEVERITIES[kept.protection.stored] if is_phi else _INFORMATIONAL
    return {
        "class_uid": DATA_SECURITY_FINDING,
        "class_name": "Data Security Finding",
        "category_uid": _FINDINGS,
        "activity_id": _CREATE,
        "type_uid": DATA_SECURITY_FINDING * 100 + _CREATE,
        "time": time,
        "severity_id": severity,
        "status_id": 1,  # new
        "is_alert": severity >= _MEDIUM,
        "metadata": {
            "version": OCSF,
            "product": {"name": "phiguard", "vendor_name": "phiguard", "version": version},
            "uid": f"{kept.key}-{time}",
        },
        "finding_info": {
            "uid": kept.key,
            "title": "PHI at rest" if is_phi else "Identifiers at rest",
            "types": sorted({identifier_of(entry.info_type) for entry in found} - {""}),
            "last_seen_time": time,
        },
        "data_security": _security(kept, found),
        "resources": [_resource(kept)],
        **_PLACES[kept.kind](kept),
        "unmapped": {
            "verdict": found[0].verdict.value,
            "storage": kept.protection.stored.value,
            "connection": kept.protection.carried.value,
            "found": [_found(entry) for entry in found],
        },
    }


def _security(kept: Kept, found: list[Entry]) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for entry in found:
        counts[entry.info_type] += entry.hits
    why = sorted({*kept.profile.unread, *kept.profile.gaps})
    return {
        "category_id": _PERSONAL,
        "data_lifecycle_state_id": _AT_REST,
        "detection_system_id": _DISCOVERY,
        "discovery_details": [
            {"type": name, "count": min(count, _MOST)} for name, count in sorted(counts.items())
        ],
        "total": min(counts.total(), _MOST),
        "status_id": _PARTIAL if why else _COMPLETE,
        "status_details": why,
    }


def _found(entry: Entry) -> dict[str, Any]:
    """Return an entry without what the event says of the unit."""
    row = entry.to_json(identifier_of(entry.info_type))
    return {key: value for key, value in row.items() if key not in _OF_UNIT}


def _resource(kept: Kept) -> dict[str, Any]:
    return {
        "uid": kept.key,
        "name": kept.name or kept.source,
        "namespace": kept.source,
        "type": kept.kind.value,
        "role_id": _AFFECTED,
    }


def _file(kept: Kept) -> dict[str, Any]:
    path = kept.name or kept.source
    return {"file": {**_named(path, kept), "type_id": _REGULAR_FILE, "path": path}}


def _object(kept: Kept) -> dict[str, Any]:
    scheme, bucket, _ = parts_of(kept.source)
    place = {"name": bucket, "type": scheme, "type_id": _BUCKETS.get(scheme, _OTHER)}
    return {"databucket": {**place, **_file(kept)}}


def _named(path: str, kept: Kept) -> dict[str, Any]:
    is_encrypted = _ENCRYPTED.get(kept.protection.stored)
    known = {} if is_encrypted is None else {"is_encrypted": is_encrypted}
    return {"name": path.rpartition("/")[2] or path, "uid": kept.key, **known}


def _table(kept: Kept) -> dict[str, Any]:
    scheme, _, _ = parts_of(kept.source)
    type_id = _NO_SQL if kept.kind is UnitKind.COLLECTION else _RELATIONAL
    database = {"name": kept.source, "type": scheme, "type_id": type_id}
    return {"database": database, "table": {"name": kept.name, "uid": kept.key}}


def _nothing(_kept: Kept) -> dict[str, Any]:
    return {}


_PLACES: Final = {
    UnitKind.FILE: _file,
    UnitKind.OBJECT: _object,
    UnitKind.TABLE: _table,
    UnitKind.COLLECTION: _table,
    UnitKind.TOPIC: _nothing,
}
