"""Fonts: what the codes of a shown string stand for, and how wide they are (ISO 32000-1, 9.5-9.10).

A text comes from the font's ToUnicode map, from the names of its glyphs, or from its base encoding.
A font whose codes are numbers of glyphs and that has no map says nothing: its glyphs have no text,
and whoever reads them says so.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from phiscan.containers.pdf import cmaps, glyphs
from phiscan.containers.pdf.cmaps import CMap
from phiscan.containers.pdf.document import Document, Stream
from phiscan.containers.pdf.syntax import Name, Value

_CODECS: Final = (
    ("UCS2", "utf-16-be"), ("UTF16", "utf-16-be"), ("RKSJ", "cp932"), ("GBK", "gbk"),
    ("GBpc", "gb2312"), ("GB-EUC", "gb2312"), ("B5", "big5"), ("ETen", "big5"), ("KSC", "cp949"),
    ("EUC", "euc_jp"),
)  # fmt: skip
"""Parts of the names of predefined encodings (9.7.5.2), with the charset of their codes."""
_SYMBOLS: Final = ("Symbol", "ZapfDingbats", "Wingdings", "Webdings")
"""Fonts of signs without letters."""
# A code and the name of its glyph in the clear part of a Type 1 font.
# matches b"dup 65 /A put"; not b"dup 65 { put"
_BUILT_IN: Final = re.compile(rb"dup\s+(\d{1,3})\s*/([A-Za-z0-9._]{1,60})\s+put")
_CLEAR_PART: Final = 64 << 10
UNKNOWN: Final = "\ufffd"
"""The text of a glyph that says nothing."""


class Shown(NamedTuple):
    """What a shown string says.

    Args:
        text: the text.
        width: in parts of the size.
        glyphs: the number of codes.
        blanks: the number of codes that word spacing widens (9.3.3).
    """

    text: str
    width: float
    glyphs: int
    blanks: int


class Font:
    """One font. Each code is looked up once."""

    def __init__(self, document: Document, entries: dict[str, Value]) -> None:
        self._document = document
        self._entries = entries
        self._is_composite = document.name(entries.get("Subtype")) == "Type0"
        self._cmap = _to_unicode(document, entries)
        self._known: dict[int, tuple[str, float]] = {}
        self._width = 2 if self._is_composite else 1
        self._codec = ""
        name = document.name(entries.get("BaseFont"))
        self._is_symbols = any(mark in name for mark in _SYMBOLS)
        if self._is_composite:
            self._composite()
        else:
            self._simple(name)

    def shown(self, raw: bytes) -> Shown:
        """Return what a shown string says. A glyph without text is U+FFFD."""
        known = self._known
        if self._width == 1:
            codes: Iterable[int] = raw
        else:
            codes = [
                first << 8 | second for first, second in zip(raw[::2], raw[1::2], strict=False)
            ]
        for code in set(codes).difference(known):
            text = self._text(code)
            known[code] = (text if text and text >= " " else UNKNOWN, self._width_of(code))
        found = [known[code] for code in codes]
        return Shown(
            "".join([text for text, _ in found]),
            sum([width for _, width in found]),
            len(found),
            0 if self._is_composite else raw.count(b" "),
        )

    def _text(self, code: int) -> str | None:
        text = self._cmap.texts.get(code) if self._cmap else None
        if text:
            return text
        if self._is_composite:
            return self._decoded(code)
        text = self._letters[code & 0xFF]
        return text if text is not None or not self._is_symbols else " "

    def _decoded(self, code: int) -> str | None:
        if not self._codec:
            return None
        raw = code.to_bytes(2).lstrip(b"\x00") or b"\x00"
        raw = code.to_bytes(2) if self._codec == "utf-16-be" else raw
        return raw.decode(self._codec, "ignore") or None

    def _width_of(self, code: int) -> float:
        if self._is_composite:
            return self._widths.get(code, self._default) / 1000
        at = code - self._first
        if 0 <= at < len(self._listed):
            return self._listed[at] * self._unit
        return self._standard[code & 0xFF] / 1000

    # simple fonts

    def _simple(self, name: str) -> None:
        document, entries = self._document, self._entries
        self._first = int(document.number(entries.get("FirstChar")))
        self._listed = document.numbers(entries.get("Widths"))
        matrix = document.numbers(entries.get("FontMatrix"))
        self._unit = abs(matrix[0]) if len(matrix) == 6 else 0.001
        self._standard = glyphs.standard_widths(name)
        encoding = document.resolved(entries.get("Encoding"))
        base = document.name(document.entries(entries.get("Encoding")).get("BaseEncoding"))
        if isinstance(encoding, Name):
            base = encoding
        self._letters = glyphs.base_encoding(base)
        if document.name(entries.get("Subtype")) == "Type3":
            self._letters = [None] * 256
        if not base:
            self._built_in()
        self._differences(document.entries(entries.get("Encoding")).get("Differences"))

    def _built_in(self) -> None:
        """Take the encoding within an embedded Type 1 font."""
        descriptor = self._document.entries(self._entries.get("FontDescriptor"))
        program = self._document.resolved(descriptor.get("FontFile"))
        if not isinstance(program, Stream):
            return
        clear = self._document.content(program)[:_CLEAR_PART]
        for match in _BUILT_IN.finditer(clear):
            if (code := int(match[1])) < 256:
                self._letters[code] = glyphs.text_of(match[2].decode())

    def _differences(self, value: Value) -> None:
        code = 0
        for item in self._document.items(value):
            found = self._document.resolved(item)
            if isinstance(found, Name):
                if 0 <= code < 256:
                    self._letters[code] = glyphs.text_of(found)
                code += 1
            elif isinstance(found, int):
                code = found

    # composite fonts

    def _composite(self) -> None:
        document = self._document
        below = document.items(self._entries.get("DescendantFonts"))
        descendant = document.entries(below[0]) if below else {}
        self._default = document.number(descendant.get("DW"), 1000)
        self._widths = _cid_widths(document, descendant.get("W"))
        encoding = document.resolved(self._entries.get("Encoding"))
        if isinstance(encoding, Name):
            self._codec = next((c for mark, c in _CODECS if mark in encoding), "")
        elif isinstance(encoding, Stream):
            widths = cmaps.parse(document.content(encoding)).widths
            self._width = 1 if widths == {1} else 2
        if not self._codec and self._cmap and self._cmap.widths == {1}:
            self._width = 1


def _to_unicode(document: Document, entries: dict[str, Value]) -> CMap | None:
    stream = document.resolved(entries.get("ToUnicode"))
    return cmaps.parse(document.content(stream)) if isinstance(stream, Stream) else None


def _cid_widths(document: Document, value: Value) -> dict[int, float]:
    """Return the widths of a composite font: `c [w ...]` or `first last w` (9.7.4.3)."""
    widths: dict[int, float] = {}
    items = [document.resolved(item) for item in document.items(value)]
    at = work = 0
    while at + 1 < len(items):
        first, second = items[at], items[at + 1]
        if not isinstance(first, int):
            break
        if isinstance(second, list):
            for place, width in enumerate(document.numbers(second)):
                widths[first + place] = width
            at += 2
            continue
        width_of_all = items[at + 2] if at + 2 < len(items) else None
        if not isinstance(second, int) or not isinstance(width_of_all, int | float):
            break
        work += second - first
        if work > cmaps.MAX_CODES:
            break
        widths.update(dict.fromkeys(range(first, second + 1), float(width_of_all)))
        at += 3
    return widths
