"""The texts in the dictionaries of a PDF file (ISO 32000-1, 7.9.2): all but those of its syntax.

    <</Title (Discharge letter) /Author (Jane Smith)>>       properties
    <</T (patient_name) /V (Ana Ruiz) /Rect [...]>>          a field of a form
    <</Subtype /Text /Contents (call her back)>>             a note on a page

A field becomes a line `name: value`, and so do properties. Other texts stand alone.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.containers.pdf.document import Document, Stream
from phiscan.containers.pdf.syntax import Name, Ref, Value

_SYNTAX: Final = frozenset(
    "ID D CreationDate ModDate M DA DS Lang Registry Ordering FontFamily CharSet Panose Style O U "
    "OE UE Perms Cert ByteRange OutputConditionIdentifier OutputCondition RegistryName Info "
    "Filter NM BaseVersion UniqueNum".split()
)
"""Keys whose texts are dates, checksums, names of fonts and colours, and appearances."""
_MARKS: Final = ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8"))
# A text in another language than the document's (7.9.2.2): an escape, a code, an escape.
_LANGUAGE: Final = re.compile("\x1b[a-zA-Z-]{2,11}\x1b")
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x17]")
_MAX_LEVELS: Final = 8
_MAX_TEXT: Final = 1 << 20


def lines_of(document: Document) -> Iterator[str]:
    """Yield the texts of all dictionaries, each object once."""
    named = [trailer.get("Info") for trailer in document.trailers]
    known = {id(document.objects.get(info.number)) for info in named if isinstance(info, Ref)}
    for found in document.everything:
        entries = found.entries if isinstance(found, Stream) else found
        if isinstance(entries, dict):
            yield from _entries(document, entries, id(found) in known)
        elif isinstance(entries, list | bytes):
            yield from _texts(entries, 0)


def on_page(
    document: Document, page: dict[str, Value]
) -> Iterator[tuple[str, float, float, float]]:
    """Yield the values of form fields and notes with the place where the page shows them.

    Each is a text, x, y, and a size.
    """
    for item in document.items(page.get("Annots")):
        entries = document.entries(item)
        is_field = document.name(entries.get("Subtype")) == "Widget"
        value = document.inherited(entries, "V") if is_field else entries.get("Contents")
        text = _value(document, value)
        corners = document.numbers(entries.get("Rect"))
        if text and len(corners) == 4:
            height = abs(corners[3] - corners[1])
            size = min(height, 12) or 12
            yield text, min(corners[0], corners[2]), min(corners[1], corners[3]) + 0.2 * size, size


def _value(document: Document, value: Value) -> str:
    found = document.resolved(value)
    if isinstance(found, list):
        return ", ".join(filter(None, (_value(document, item) for item in found[:64])))
    if isinstance(found, Name):
        return "" if found in ("Off", "Yes", "On") else str(found)
    return text_of(found) if isinstance(found, bytes) else ""


def _entries(document: Document, entries: dict[str, Value], is_info: bool) -> Iterator[str]:
    """Yield the texts of one dictionary and of those within it."""
    label = ""
    if "V" in entries:
        names = (_value(document, entries.get(key)) for key in ("TU", "T"))
        label = next(filter(None, names), "")
    for key, value in entries.items():
        if key in _SYNTAX or (key == "Contents" and "ByteRange" in entries):
            continue
        if key == "V" and label:
            yield f"{label}: {_value(document, value)}"
        elif isinstance(value, bytes) and is_info:
            yield f"{key}: {text_of(value)}"
        else:
            yield from _texts(value, 0)


def _texts(value: Value, level: int) -> Iterator[str]:
    if isinstance(value, bytes):
        if text := text_of(value):
            yield text
        return
    within = value if isinstance(value, list) else []
    if isinstance(value, dict):
        within = [item for key, item in value.items() if key not in _SYNTAX]
    if level < _MAX_LEVELS:
        for item in within:
            yield from _texts(item, level + 1)


def text_of(raw: bytes) -> str:
    """Return a text string, or nothing where the bytes are no text."""
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            return _LANGUAGE.sub("", raw[len(mark) : _MAX_TEXT].decode(codec, "replace"))
    text = raw[:_MAX_TEXT].decode("cp1252", "replace")  # PDFDocEncoding differs in a few signs
    return "" if len(text) < 2 or _UNREADABLE.search(text) else text
