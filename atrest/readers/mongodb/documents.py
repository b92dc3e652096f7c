"""Documents of MongoDB as rows: a field of the document is a column.

So the detectors see `mrn` beside `born`, as in a table, and the catalogue says in which share of
the documents a field holds what. One entry for the whole document would say neither. Values with
fields of their own become JSON cells, which are scanned as documents.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import bson
from bson.binary import ALL_UUID_SUBTYPES, Binary
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from bson.timestamp import Timestamp

from atrest.source import Document, Rows
from atrest.table import text_of

FETCH: Final = 250
_MOST_COLUMNS: Final = 500
_YIELDED: Final = 4 << 20
OPTIONS: Final = CodecOptions[Mapping[str, object]](
    unicode_decode_error_handler="replace",
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,  # years that Python does not have
)
Fields = dict[str, object]


def pieces(raw: Iterable[RawBSONDocument], at_once: int) -> Iterator[tuple[list[Fields], int]]:
    """Decode documents one after another. Yield some of them, and their bytes.

    Args:
        raw: as the server sent them.
        at_once: at most so many.
    """
    waiting: list[Fields] = []
    weight = 0
    for each in raw:
        waiting.append(fields(bson.decode(each.raw, OPTIONS)))
        weight += len(each.raw)
        if weight > _YIELDED or len(waiting) == at_once:
            yield waiting, weight
            waiting, weight = [], 0
    if waiting:
        yield waiting, weight


def fields(document: Mapping[str, object]) -> Fields:
    """Return the fields of a document as cells."""
    return {name: _cell(value) for name, value in document.items()}


def as_items(documents: list[Fields]) -> Iterator[Rows | Document]:
    """Yield documents as rows of all their fields; as JSON, where names of fields are data.

    A map from patients to values has a new field for each patient. Those are no columns.
    """
    names = tuple(dict.fromkeys(name for document in documents for name in document))
    if len(names) > _MOST_COLUMNS:
        for document in documents:
            yield Document(text_of(_plain(document)).encode("utf-8", "replace"))
    elif names:
        yield Rows(names, [[document.get(name) for name in names] for document in documents])


def _cell(value: object) -> object:
    """Return a field's value. Bytes stay bytes, to be scanned as what they are."""
    if isinstance(value, bytes) and not _is_uuid(value):
        return bytes(value)
    return _plain(value)


def _plain(value: object) -> object:
    """Return a value of JSON, and not of extended JSON, whose dates nobody reads as dates."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    write = next((write for kind, write in _TEXTS if isinstance(value, kind)), str)
    return write(value)


def _of_bytes(value: bytes) -> str:
    """Return a UUID as people write it, and else Base64, which the detectors decode."""
    if not _is_uuid(value):
        return base64.b64encode(value).decode("ascii")
    text = value.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _is_uuid(value: bytes) -> bool:
    return isinstance(value, Binary) and value.subtype in ALL_UUID_SUBTYPES and len(value) == 16


_TEXTS: Final[tuple[tuple[type, Callable[[Any], object]], ...]] = (
    (bytes, _of_bytes),
    (datetime, lambda value: value.isoformat(" ")),
    (DatetimeMS, lambda value: str(int(value))),
    (Timestamp, lambda value: value.as_datetime().isoformat(" ")),
    (Regex, lambda value: str(value.pattern)),
    (DBRef, lambda value: _plain(value.id)),
)
"""The others are a text or have one of their own: str, ObjectId, Decimal128, Code."""
