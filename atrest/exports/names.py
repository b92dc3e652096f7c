"""How exports name units, columns and infoTypes."""

import hashlib
from typing import Final
from urllib.parse import quote

import orjson

from atrest.catalogue import Entry, Kept
from atrest.exports.places import BUCKETS, parts_of
from atrest.source import Unlisted
from phiscan.identifiers import INFO_TYPES

_LINE_ENDS: Final = ("\x85", "\u2028", "\u2029")


def identifier_of(info_type: str) -> str:
    """Return the class from A to R of an infoType, or nothing: custom detectors name their own."""
    known = INFO_TYPES.get(info_type)
    return known.identifier.value if known is not None and known.identifier else ""


def title_of(info_type: str) -> str:
    """Return what an infoType is, for people."""
    known = INFO_TYPES.get(info_type)
    return known.title if known is not None else info_type


def uri_of(named: Kept | Unlisted) -> str:
    """Return the URI reference (RFC 3986) of a unit or place: its source, and its masked name."""
    scheme, host, path = parts_of(named.source)
    # the name of an object is its whole key, with the prefix that was asked for
    place = f"{scheme}://{host}{'' if scheme in BUCKETS else path}"
    source = quote(place, safe=":/[]@")
    return f"{source.rstrip('/')}/{quote(named.name)}" if named.name else source


def fingerprint(entry: Entry) -> str:
    """Return a text that is the same whenever the same infoType is found in the same column.

    It is made of the unit's key, the column, the field and the infoType, and of no value.
    """
    parts = (entry.kept.key, entry.column, entry.field, entry.info_type)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def json_line(value: object) -> str:
    """Return a value as one line of JSON, for readers that end a line at more than a line feed.

    JSON writes the control characters of ASCII escaped, but not these three.
    """
    text = orjson.dumps(value).decode()
    for end in _LINE_ENDS:
        text = text.replace(end, f"\\u{ord(end):04x}")
    return text + "\n"
