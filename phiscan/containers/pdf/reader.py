"""Reads PDF files (ISO 32000-1): pages, forms, notes, properties, attachments, XMP and XFA.

    pages        one text each: `pdf>page 3`; values of form fields stand where the page shows them
    forms        pages within pages, and what no page shows any more: `pdf>drawn 2`
    words        each text of each dictionary: properties, fields, notes, bookmarks, links
    attachments, XMP, XFA, pictures in JPEG: nested documents

This is no viewer. It is written in Python and shares nothing with one, so no file can take the
process down, and the clock is checked all the time. docs/decisions/0012 has the reasons.

A page without text that draws something is a picture: a gap, PIXELS, and so is any picture that is
large enough to show a line. A word in a font that does not say what its letters are is a gap too,
UNKNOWN_ENCODING. A file with a password is ENCRYPTED, also one that opens without it.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.containers import members
from phiscan.containers.pdf import layout, words
from phiscan.containers.pdf.document import Document, Object, Stream
from phiscan.containers.pdf.filters import PICTURES
from phiscan.containers.pdf.fonts import Font
from phiscan.containers.pdf.pages import Page
from phiscan.containers.pdf.syntax import Ref, Value
from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap
from phiscan.media_kind import MediaKind, Sample

_BEGINS: Final = b"%PDF-"
_EARLY: Final = 1024
"""Viewers accept so many bytes before the head (Adobe's implementation note 13)."""
# matches b"1 0 obj"; not b"obj"
_OBJECT: Final = re.compile(rb"\d[\x00\t\n\x0c\r ]{1,8}\d{1,5}[\x00\t\n\x0c\r ]{1,8}obj")
_SIDE, _STRIP = 32, 4
"""The most pixels of a side, or of the shorter side, of a picture that shows nothing. As in
`phiscan.readers.icon`."""
_NO_CONTENT: Final = (
    "Length1", "Length2", "Length3", "FunctionType", "ShadingType", "N", "CMapName", "HalftoneType",
)  # fmt: skip
"""Entries of streams that are font programs, functions, shadings, colours, code spaces, halftones.
"""
_PARTS_OF_FONTS: Final = (
    "ToUnicode", "CIDToGIDMap", "Encoding", "FontFile", "FontFile2", "FontFile3", "CIDSet",
)  # fmt: skip
_MAX_PAGES: Final = 5_000
_TEXT_SIGN: Final = re.compile(rb"T[jJ*]")


def sniff(data: bytes) -> bool:
    """Whether `data` is a PDF file.

    A text about the format has the head too, but no objects.
    """
    at = data.find(_BEGINS, 0, _EARLY)
    return at == 0 or (at > 0 and _OBJECT.search(data, at) is not None)


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the file says as nested documents."""
    document = Document(data, evidence.context)
    reader = _Reader(document, evidence)
    if document.is_encrypted:
        document.gap = Gap.ENCRYPTED
    else:
        reader.pages()
        reader.streams()
        reader.words()
    for start, end in document.between:
        reader.nest(data[start:end].strip(b"\x00 \r\n\t"), "between")
    if not document.objects:
        document.add_gap(Gap.MALFORMED)
    return document.gap


class _Reader:
    """Reads the parts of one file, each once."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._fonts: dict[int, Font] = {}
        self._all_fonts: dict[str, Font] | None = None
        self._read: set[int] = set()
        self._drawn = 0

    def pages(self) -> None:
        """Read the pages in the order in which they stand in the file."""
        number = 0
        for found in self._document.everything:
            if not isinstance(found, dict) or self._document.name(found.get("Type")) != "Page":
                continue
            number += 1
            if number > _MAX_PAGES:
                self._document.add_gap(Gap.OVER_LIMIT)
                return
            self._page(found, number)

    def streams(self) -> None:
        """Read the streams that are on no page: forms, attachments, XMP, old pages."""
        self._xfa()
        self._read |= self._parts_of_fonts()
        attached = self._attached()
        for found in self._document.everything:
            if not isinstance(found, Stream) or id(found) in self._read:
                continue
            self._evidence.context.check_clock()
            if id(found) in attached or found.entries.get("Type") == "EmbeddedFile":
                media = self._document.name(found.entries.get("Subtype"))
                self.nest(self._document.content(found), "attachment", media)
            else:
                self._stream(found)

    def words(self) -> None:
        """Read the texts of all dictionaries as one document."""
        lines = "\n".join(words.lines_of(self._document))
        members.add_text(lines, members.part("pdf", "words"), self._evidence)

    def nest(self, content: bytes, what: str, media: str = "", *, declared: bool = True) -> None:
        """Nest a file that is within this one."""
        if content:
            place = members.part("pdf", what)
            self._evidence.nested.append(Nested(content, place, media, declared))

    def _page(self, entries: dict[str, Value], number: int) -> None:
        document = self._document
        contents = [document.resolved(item) for item in document.items(entries.get("Contents"))]
        streams = [found for found in contents if isinstance(found, Stream)]
        page = Page(self._fonts_of(document.inherited(entries, "Resources")))
        content = b"\n".join(self._content(stream) for stream in streams)
        page.run(content, self._evidence.context)
        has_text = bool(page.runs)
        for text, x, y, size in words.on_page(document, entries):
            page.add_at(text, x, y, size)
        self._add_page(page, f"page {number}")
        if page.paints and not has_text and not self._draws_text(entries):
            document.add_gap(Gap.PIXELS)

    def _content(self, stream: Stream) -> bytes:
        self._read.add(id(stream))
        return self._document.content(stream)

    def _add_page(self, page: Page, what: str) -> None:
        for text in layout.texts_of(page.runs):
            members.add_text(text, members.part("pdf", what), self._evidence)
        if page.has_unknown:
            self._document.add_gap(Gap.UNKNOWN_ENCODING)
        if page.is_cut:
            self._document.add_gap(Gap.OVER_LIMIT)

    def _draws_text(self, page: dict[str, Value]) -> bool:
        """Whether a page draws a form. Its text is read with the form, or is a gap there."""
        document = self._document
        resources = document.entries(document.inherited(page, "Resources"))
        drawn = document.entries(resources.get("XObject"))
        return any(_subtype(document, each) == "Form" for each in drawn.values())

    def _fonts_of(self, resources: Value) -> dict[str, Font]:
        document = self._document
        listed = document.entries(document.entries(resources).get("Font"))
        return {name: self._font(value) for name, value in listed.items()}

    def _font(self, value: Value) -> Font:
        entries = self._document.entries(value)
        key = value.number if isinstance(value, Ref) else -id(entries)
        if key not in self._fonts:
            self._evidence.context.check_clock()
            self._fonts[key] = Font(self._document, entries)
        return self._fonts[key]

    def _any_fonts(self) -> dict[str, Font]:
        """Return the fonts of all resources by name, for a stream that no page names."""
        if self._all_fonts is None:
            self._all_fonts = {}
            for found in self._document.everything:
                entries = found.entries if isinstance(found, Stream) else found
                if isinstance(entries, dict) and "Font" in entries:
                    self._all_fonts = {**self._fonts_of(entries), **self._all_fonts}
                elif isinstance(entries, dict) and "Resources" in entries:
                    self._all_fonts = {**self._fonts_of(entries["Resources"]), **self._all_fonts}
        return self._all_fonts

    def _stream(self, stream: Stream) -> None:
        """Read a stream by what its dictionary says, or by its content."""
        document, entries = self._document, stream.entries
        kind, subtype = (document.name(entries.get(key)) for key in ("Type", "Subtype"))
        if subtype == "Image":
            self._picture(stream)
        elif subtype == "Form" or "PatternType" in entries:
            self._drawing(stream, self._fonts_of(entries.get("Resources")) or self._any_fonts())
        elif kind == "Metadata" or subtype == "XML":
            self.nest(document.content(stream), "XMP", "application/xml", declared=False)
        elif kind in ("XRef", "ObjStm") or any(key in entries for key in _NO_CONTENT):
            return
        else:
            self._other(stream)

    def _other(self, stream: Stream) -> None:
        """Read a stream that no dictionary explains: an old page, a script, an opened map."""
        if PICTURES.intersection(self._document.filters(stream)):
            self._picture(stream)
            return
        content = self._document.content(stream)
        if b"begincmap" in content[:4096] or stream.entries.get("Type") == "CMap":
            return
        if _TEXT_SIGN.search(content) and b"BT" in content:
            self._run(content, self._any_fonts())
        else:
            self.nest(content, "stream", declared=False)

    def _drawing(self, stream: Stream, fonts: dict[str, Font]) -> None:
        self._run(self._document.content(stream), fonts)

    def _run(self, content: bytes, fonts: dict[str, Font]) -> None:
        page = Page(fonts)
        page.run(content, self._evidence.context)
        if page.runs:
            self._drawn += 1
            self._add_page(page, f"drawn {self._drawn}")

    def _picture(self, stream: Stream) -> None:
        document, entries = self._document, stream.entries
        width, height = (
            document.number(entries.get(long, entries.get(short)))
            for long, short in (("Width", "W"), ("Height", "H"))
        )
        if min(width, height) > 0 and (max(width, height) <= _SIDE or min(width, height) <= _STRIP):
            return
        document.add_gap(Gap.PIXELS)
        if document.filters(stream) in (["DCTDecode"], ["JPXDecode"]):
            self.nest(document.data[stream.start : stream.end], "picture")

    def _attached(self) -> set[int]:
        """Return the streams that file specifications embed (7.11.4)."""
        document = self._document
        found: set[int] = set()
        for entries in _dictionaries(document.everything):
            for value in document.entries(entries.get("EF")).values():
                found.add(id(document.resolved(value)))
        return found

    def _parts_of_fonts(self) -> set[int]:
        """Return the streams that are a program, a map or the drawing of a glyph of a font."""
        document = self._document
        found: set[int] = set()
        for entries in _dictionaries(document.everything):
            parts = [entries.get(key) for key in _PARTS_OF_FONTS]
            parts += document.entries(entries.get("CharProcs")).values()
            found |= {id(document.resolved(part)) for part in parts if isinstance(part, Ref)}
        return found

    def _xfa(self) -> None:
        """Read a form in XML: one stream, or names and streams in turn (12.7.8)."""
        document = self._document
        for entries in _dictionaries(document.everything):
            if "XFA" not in entries:
                continue
            parts = [document.resolved(item) for item in document.items(entries["XFA"])]
            streams = [part for part in parts if isinstance(part, Stream)]
            content = b"\n".join(self._content(stream) for stream in streams)
            self.nest(content, "XFA", "application/xml", declared=False)


def _dictionaries(objects: list[Object]) -> Iterator[dict[str, Value]]:
    for found in objects:
        if isinstance(found, dict):
            yield found


def _subtype(document: Document, value: Value) -> str:
    return document.name(document.entries(value).get("Subtype"))


MEDIA: Final = MediaKind("pdf", read, is_searchable=False)


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the document begins with the head of a PDF file."""
    return MEDIA if sample.head.startswith(_BEGINS) else None


def look_behind(sample: Sample) -> MediaKind | None:
    """MEDIA if the head stands behind other bytes.

    They may be those of a format that holds a PDF file, so this look comes after those.
    """
    return MEDIA if _BEGINS in sample.head[:_EARLY] and sniff(sample.data) else None
