"""Reads Office Open XML (ECMA-376) and OpenDocument (ISO/IEC 26300): text, tables, and the rest.

    docx, pptx, odt, odp   one page of HTML for each part with text
    xlsx, ods              one table for each sheet, as CSV, and as a form if it is one
    properties             lines `name: value`
    everything else        nested as a member of an archive: pictures, embedded files, other XML

What a part is, its root element says, because its name may be anything. Comments, headers, footers,
notes, deleted text and hidden sheets count. Macros are not read, and neither are the styles, themes
and settings that a program writes. A password makes the file an OLE file, and is a gap there.
"""

import re
from typing import Final

from phiscan.containers import members, tables, zip_archive, zip_directory
from phiscan.containers.office import markup, properties, sheets
from phiscan.containers.office.cell_formats import Styles
from phiscan.containers.office.package import Package
from phiscan.containers.pictures import reader as pictures
from phiscan.containers.zip_directory import Member
from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.media_kind import MediaKind, Sample
from phiscan.syntax.xml_tokens import Kind, tokens

_TEXTS: Final = frozenset(
    "document hdr ftr comments footnotes endnotes glossaryDocument sld notes sldMaster sldLayout "
    "handoutMaster notesMaster cmLst cmAuthorLst wsDr chartSpace ThreadedComments personList "
    "document-content document-styles dataModel drawing userShapes".split()
)
"""Root elements of parts with text."""
_DULL: Final = frozenset(
    "styles theme themeOverride settings webSettings fonts fontTable numbering Types viewPr "
    "presProps tableStyleLst presentation calcChain styleSheet document-settings manifest "
    "stylesWithEffects colorsDef styleDef layoutDef chartStyle colorStyle metadata "
    "wordSettings taskpanes sst workbook".split()
)
"""Root elements of parts that a program writes."""
_PROPERTIES: Final = frozenset(("coreProperties", "Properties", "document-meta"))
_MACROS: Final = re.compile(r"(?:vbaProject|vbaProjectSignature|printerSettings\d*)\.bin$")
_PREVIEW: Final = re.compile(r"(?:^docProps|^Thumbnails)/thumbnail\.(?:jpe?g|png)$")
_HEAD: Final = 2048
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument."


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the texts, tables and parts as nested documents."""
    package = Package(data, evidence)
    reader = _Reader(data, package, evidence, _kind(data) or zip_archive.MEDIA)
    members.add_names(package.directory.texts, reader.name, evidence)
    reader.parts()
    zip_archive.add_rest(data, package.directory, evidence, reader.name)
    return package.gap


class _Reader:
    """Reads part by part. Shared strings and styles are read when the first sheet needs them."""

    def __init__(self, data: bytes, package: Package, evidence: Evidence, kind: MediaKind) -> None:
        self._data = data
        self._package = package
        self._evidence = evidence
        self._tools: tuple[list[str], Styles] | None = None
        self._counts: dict[str, int] = {}
        self.name = kind.name

    def parts(self) -> None:
        """Read all parts."""
        encrypted = False
        for name, member in self._package.parts():
            self._evidence.context.check_clock()
            if name == "META-INF/manifest.xml":
                encrypted = b"encryption-data" in self._package.text_of(member)
            elif name.endswith((".xml", ".rels", ".vml")) and not encrypted:
                self._xml(member)
            elif _PREVIEW.search(name) is not None:
                data = self._package.content_of(member)
                gap = pictures.add_preview(data, self.name, self._evidence)
                self._package.add_gap(gap)
            elif _MACROS.search(name) is None and name != "mimetype":
                self._as_member(member)
        if encrypted:
            self._package.gap = Gap.ENCRYPTED

    def _as_member(self, member: Member) -> None:
        self._package.add_gap(zip_archive.add_member(self._data, member, self._evidence, self.name))

    def _xml(self, member: Member) -> None:
        data = self._package.text_of(member)
        root = _root(data)
        if root in _TEXTS:
            self._text(root, data)
        elif root == "worksheet":
            self._sheet(data)
        elif root in _PROPERTIES:
            self._add("\n".join(properties.lines_of(data)), "properties", "text/plain")
        elif root == "Relationships":
            self._add("\n".join(_targets(data)), "links", "text/plain")
        elif root not in _DULL:
            self._add(data.decode("utf-8", "replace"), "part", "application/xml")
        if root == "workbook":
            self._add("\n".join(_names(data)), "sheets", "text/plain")

    def _text(self, root: str, data: bytes) -> None:
        if root == "document-content" and self.name == "ods":
            found, text, gap = markup.sheets_of(data, self._evidence.context)
            for rows in found:
                self._table(rows)
        else:
            text, gap = markup.text_of(data, self._evidence.context)
        self._package.add_gap(gap)
        self._add(text, _PART_NAMES.get(root, "text"), "text/html")

    def _sheet(self, data: bytes) -> None:
        strings, styles = self._shared()
        sheet = sheets.Sheet(strings, styles)
        sheet.read(data, self._evidence.context)
        self._package.add_gap(sheet.gap)
        self._table(sheet.rows)
        self._add("\n".join(sheets.lines_of(sheet.others)), "sheet texts", "text/plain")

    def _shared(self) -> tuple[list[str], Styles]:
        if self._tools is None:
            text, context = self._package.text, self._evidence.context
            is_1904 = re.search(rb"date1904=[\"'](?:1|true)", text("xl/workbook.xml")) is not None
            self._tools = (
                sheets.strings_of(text("xl/sharedStrings.xml"), context),
                Styles(text("xl/styles.xml"), starts_1904=is_1904),
            )
        return self._tools

    def _table(self, rows: list[list[str]]) -> None:
        self._add(tables.as_csv(rows), "sheet", "text/csv")
        self._add(tables.form_of(rows), "form", "text/html")

    def _add(self, text: str, what: str, media: str) -> None:
        """Nest a text, with its number among those of its sort: `xlsx>sheet 2`."""
        if not text.strip():
            return
        number = self._counts[what] = self._counts.get(what, 0) + 1
        shown = f"{what} {number}" if what in ("sheet", "slide", "part") else what
        members.add_text(text, members.part(self.name, shown), self._evidence, media)


_PART_NAMES: Final = {
    "document": "text",
    "document-content": "text",
    "sld": "slide",
    "comments": "comments",
    "ThreadedComments": "comments",
    "cmLst": "comments",
    "hdr": "header",
    "ftr": "footer",
    "document-styles": "header",
    "footnotes": "notes",
    "endnotes": "notes",
    "notes": "notes",
}
"""What a location calls a part, by its root element."""


def _root(data: bytes) -> str:
    """Return the name of a part's root element, or empty."""
    opening = (t for t in tokens(data[:_HEAD]) if t.kind in (Kind.OPEN, Kind.EMPTY))
    return next((token.name for token in opening), "")


def _targets(data: bytes) -> list[str]:
    """Return the addresses that are outside the file: web pages, e-mail addresses, folders."""
    pattern = rb"""<[^<>]*\bTargetMode=["']External["'][^<>]*>"""
    found = (re.search(rb"""\bTarget=["']([^"']*)""", tag[0]) for tag in re.finditer(pattern, data))
    return [match[1].decode("utf-8", "replace") for match in found if match]


def _names(data: bytes) -> list[str]:
    """Return the names of the sheets, and the values of defined names."""
    found = re.findall(rb"""<(?:\w+:)?(?:sheet|definedName)\b[^<>]*?\bname=["']([^"']*)""", data)
    return [name.decode("utf-8", "replace") for name in found]


def _kind(data: bytes) -> MediaKind | None:
    """Return the kind by the names of the parts, or by the type that OpenDocument puts first."""
    if not data.startswith(zip_directory.LOCAL):
        return None
    at = data.find(_OPEN_DOCUMENT, 0, 200)
    if at >= 0:
        at += len(_OPEN_DOCUMENT)
        return next((kind for mark, kind in _OPEN_KINDS if data.startswith(mark, at)), None)
    if b"[Content_Types].xml" not in data:
        return None
    names = {member.name.lstrip("/") for member in zip_directory.read(data).members}
    if "[Content_Types].xml" not in names:
        return None
    found = (kind for prefix, kind in _FOLDERS if any(name.startswith(prefix) for name in names))
    return next(found, None)


def look(sample: Sample) -> MediaKind | None:
    """One of KINDS if the document is an office file."""
    return _kind(sample.data)


def _media(name: str) -> MediaKind:
    return MediaKind(name, read, is_searchable=False)


KINDS: Final = tuple(map(_media, ("docx", "xlsx", "pptx", "odt", "ods", "odp", "odg")))
_DOCX, _XLSX, _PPTX, _ODT, _ODS, _ODP, _ODG = KINDS
_FOLDERS: Final = (("word/", _DOCX), ("xl/", _XLSX), ("ppt/", _PPTX))
_OPEN_KINDS: Final = (
    (b"text", _ODT),
    (b"spreadsheet", _ODS),
    (b"presentation", _ODP),
    (b"graphics", _ODG),
)
