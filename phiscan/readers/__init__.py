"""Readers: one module a format. Each adds what the structure of its documents says to the evidence."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.formats.dicom import files as dicom
from phiscan.formats.hl7v2 import messages as hl7v2
from phiscan.formats.ncpdp import telecom
from phiscan.formats.x12 import interchange
from phiscan.labelled import html as html_reader
from phiscan.packed import TOKENS
from phiscan.packed import declared as packed_kind
from phiscan.packed import sniff as packed_sniff
from phiscan.readers import csv as csv_table
from phiscan.readers import form, icon, magic, multipart, packed, protobuf, rtf, sql
from phiscan.readers import json as json_reader
from phiscan.readers import log as log_reader
from phiscan.readers import text as text_reader
from phiscan.readers import xml as xml_reader

Reader = Callable[[bytes, Evidence], Gap]


def _unsupported(_: bytes, __: Evidence) -> Gap:
    return Gap.UNSUPPORTED_MEDIA


READERS: Final = MappingProxyType(
    {
        "fhir+json": json_reader.read,
        "json": json_reader.read,
        "hl7v2": hl7v2.read,
        "x12": interchange.read,
        "ncpdp": telecom.read,
        "cda": xml_reader.read,
        "fhir+xml": xml_reader.read,
        "script": xml_reader.read,
        "hl7v2+xml": xml_reader.read,
        "dicom+xml": xml_reader.read,
        "xml": xml_reader.read,
        "html": html_reader.read,
        "form": form.read,
        "rtf": rtf.read,
        "sql": sql.read,
        "text": text_reader.read,
        "binary": _unsupported,
        "dicom+json": json_reader.read,
        "hl7v2+json": json_reader.read,
        "dicom": dicom.read,
        "multipart": multipart.read,
        "csv": csv_table.read,
        "log": log_reader.read,
        "protobuf": protobuf.read,
        "grpc": protobuf.read_frames,
        "grpc-web-text": protobuf.read_web_text,
        "msgpack": packed.read_msgpack,
        "cbor": packed.read_cbor,
        "bson": packed.read_bson,
        "encrypted": magic.read_encrypted,
        "icon": icon.read,
    }
)
"""What reads each kind of media that `sniff` names."""
BY_LABEL: Final[Mapping[str, Callable[[bytes], Gap]]] = MappingProxyType(
    {"json": json_reader.check, "text": lambda _: Gap.NONE}
)
"""Media whose reader only reads labels, and what is left to check when a document has none that we
know."""
PACKED: Final = frozenset(TOKENS)
"""Media with JSON's values in a binary form: their numbers have a mask of their own, zero."""
WIRE: Final = frozenset(("protobuf", "grpc"))
"""Media in the wire format of Protocol Buffers, as they stand."""
PATTERNLESS: Final = frozenset(
    (
        "binary",
        "encrypted",
        "icon",
        "dicom",
        "multipart",
        "protobuf",
        "grpc",
        "grpc-web-text",
        "rtf",
        *PACKED,
    )
)
"""Media whose bytes are no text: the detectors do not run over them, only over what the reader
takes out."""

_MARKUP: Final = frozenset(("cda", "fhir+xml", "script", "hl7v2+xml", "dicom+xml", "xml", "html"))
_BY_BYTES: Final = (
    ("hl7v2", hl7v2.sniff),
    ("x12", interchange.sniff),
    ("ncpdp", telecom.sniff),
    ("rtf", rtf.sniff),
)
SAME_LENGTH: Final = frozenset(("dicom", "multipart", "protobuf", "grpc", "grpc-web-text", *PACKED))
"""Media that state the lengths of their values, or hold parts that do: a mask must be as long as
what it covers."""

_JSON_START: Final = re.compile(
    rb"[\s\xef\xbb\xbf]*(?:\{\s*[\"}]|\[\s*(?:[{\"\]]|\[\s*(?:[\[{\"\]\d-]|true|false|null)|(?P<number>[\d-])))"
)
"""How JSON begins: `{"`, `[{`, `[[1`; not `[[package]]`, which is TOML. `[2024-05-17 10:02:11]`
begins the line of a log."""
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1e\x1f]")
_TABLES: Final = frozenset(
    ("text/csv", "application/csv", "text/tab-separated-values", "text/x-csv")
)
_ENOUGH: Final = 4096


def sniff(data: bytes, content_type: str) -> str:
    """What to read `data` as: by its own bytes first, because labels are often wrong, then by its
    Content-Type.

    All JSON is "json" here; `json_dialects` tells FHIR from the rest.
    """
    declared = content_type.partition(";")[0].strip().lower()
    head = data[:_ENOUGH]
    for kind, begins in _BY_BYTES:
        if begins(head):
            return kind
    return (
        _container(data, head, declared)
        or _json(data, head, declared)
        or _text(data, head, declared)
    )


def _container(data: bytes, head: bytes, declared: str) -> str:
    """What holds other documents, hides its own or is markup: by its mark, else by what the sender
    says unless it is plainly a text."""
    if multipart.sniff(head) or declared.startswith("multipart/") or declared == "message/rfc822":
        return "multipart"
    if magic.encrypted(data, declared):
        return "encrypted"
    if dicom.sniff(head):
        return "dicom"
    if (wire := protobuf.declared(declared) or packed_kind(declared)) and not _JSON_START.match(
        head
    ):
        return wire
    if magic.known(data):
        return "icon" if icon.sniff(data) else "binary"
    return packed_sniff(data) or xml_reader.sniff(data, declared=declared.endswith("xml"))


def _json(data: bytes, head: bytes, declared: str) -> str:
    begins = _JSON_START.match(head)
    if not begins and not declared.endswith(("json", "ndjson")):
        return ""
    doubtful = b'"' not in head or (begins is not None and begins["number"])
    if doubtful and not declared.endswith("json") and not json_reader.valid(data):
        return "text"
    if not declared.endswith(("json", "ndjson", "jsonl", "json-seq")) and log_reader.sniff(data):
        return "log"
    return "json"


def _text(data: bytes, head: bytes, declared: str) -> str:
    if _BINARY.search(data):
        return protobuf.sniff(data) or "binary"
    if declared in sql.TYPES or sql.sniff(head):
        return "sql"
    if declared == "application/x-www-form-urlencoded" or form.sniff(data):
        return "form"
    if declared in _TABLES or csv_table.sniff(head):
        return "csv"
    return "x12" if interchange.embedded(head) else "text"


def text_of(kind: str, data: bytes) -> bytes:
    """What the detectors run over, of the length of `data`: in markup a comment's ends are blank,
    `--` is no part of a name."""
    if kind not in _MARKUP or b"--" not in data:
        return data
    return data.replace(b"<!--", b"    ").replace(b"-->", b"   ")


def labels_are_plain(data: bytes) -> bool:
    """Whether labels stand in `data` as they are read: ASCII, without escapes."""
    return data.isascii() and (
        b"\\" not in data or b"\\u" not in data
    )  # one byte is looked for ten times faster than two
