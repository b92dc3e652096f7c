"""The text of a part of an office file, as HTML.

WordprocessingML, DrawingML and OpenDocument call a paragraph `p`, and differ in the names of few
other elements. Runs of one word (`<w:t>123-45</w:t>...<w:t>-6789</w:t>`) become one word again.
Deleted text counts: it is in the file. Attributes count where people write them: alternative texts,
titles of fields, authors of comments.

Cost: one pass over the tokens.
"""

import html
from collections.abc import Iterator
from typing import Final

from phiscan.containers import tables
from phiscan.finding import Gap
from phiscan.scan_context import ScanContext
from phiscan.syntax.xml_elements import Document, Element, Value
from phiscan.syntax.xml_tokens import Kind, Token, tokens

_PARAGRAPHS: Final = frozenset("p h si comment cm author title".split())
_TABLES: Final = frozenset(("tbl", "table"))
_ROWS: Final = frozenset(("tr", "table-row"))
_CELLS: Final = frozenset(("tc", "table-cell", "covered-table-cell"))
_SPACES: Final = {
    "tab": "\t",
    "br": "\n",
    "cr": "\n",
    "line-break": "\n",
    "s": " ",
    "noBreakHyphen": "-",
}
_WORDS: Final = {
    "gridSpan": (),
    "alias": (),
    "docPr": ("descr", "title"),
    "cNvPr": ("descr", "title"),
    "comment": ("author",),
    "cmAuthor": ("name",),
    "default": ("val",),
    "listEntry": ("val",),
    "hyperlink": ("tooltip", "display", "href"),
    "a": ("href",),
    "fldSimple": ("instr",),
}
"""Attributes that people write, by element."""
_SILENT: Final = frozenset("binData binary-data posOffset pctWidth pctHeight align".split())
"""Elements whose text is no text: pictures, places."""
_RUNS: Final = frozenset(("t", "delText", "instrText"))
"""Elements of Office Open XML with text in which blanks count."""
_OPEN_DOCUMENT: Final = b"urn:oasis:names:tc:opendocument"
_HEAD: Final = 4096
_MOST_REPEATED: Final = 64
"""The most columns that a repeated cell keeps. A row may say that it has 16,384 empty ones."""


def text_of(data: bytes, context: ScanContext) -> tuple[str, Gap]:
    """Return the text of a part as HTML, and why not all of it was read."""
    writer = _Writer(data)
    for token in context.timed(tokens(data)):
        writer.take(token)
    return writer.text(), writer.gap


def sheets_of(data: bytes, context: ScanContext) -> tuple[list[list[list[str]]], str, Gap]:
    """Return the tables of a part as rows of cells, its other text as HTML, and a gap."""
    writer = _Writer(data, keeps_tables=True)
    for token in context.timed(tokens(data)):
        writer.take(token)
    text = writer.text()
    return writer.tables, text, writer.gap


class _Writer:
    """Collects paragraphs and tables. A table within a cell comes before the table around it.

    Args:
        keeps_tables: whether tables are kept as rows in `tables`, and are not part of the text.
    """

    def __init__(self, data: bytes, *, keeps_tables: bool = False) -> None:
        self._document = Document(data)
        self._data = data
        self._keeps_tables = keeps_tables
        self._is_mixed = _OPEN_DOCUMENT in data[:_HEAD]
        self._out: list[str] = []
        self._text: list[str] = []
        self._open: list[list[list[str]]] = []
        self._last = Token(Kind.TEXT, 0, 0)
        self._silent = 0
        self._blank_cells = 0
        self._is_dated = False
        self.tables: list[list[list[str]]] = []
        self.gap = self._document.gap

    def text(self) -> str:
        """Return everything collected."""
        self._end_paragraph()
        while self._open:
            self._end_table()
        return "".join(self._out)

    def take(self, token: Token) -> None:
        """Read one token."""
        self._blanks(token)
        self._last = token
        if token.kind <= Kind.CDATA:
            self._characters(token)
        elif token.kind is Kind.CLOSE:
            self._close(token.name)
        elif token.kind in (Kind.OPEN, Kind.EMPTY):
            self._start(token)
        elif token.kind is not Kind.DOCTYPE:
            self.gap = self.gap or Gap.MALFORMED

    def _blanks(self, token: Token) -> None:
        """Add blank text, which is no token. It stands between two words.

        In Office Open XML it counts only in a run.
        """
        last = self._last
        if last.end >= token.start or not (self._text or last.name in _RUNS):
            return
        is_run = last.kind is Kind.OPEN and last.name in _RUNS
        if (self._is_mixed or is_run) and self._data[last.end : token.start].isspace():
            self._text.append(" ")

    def _characters(self, token: Token) -> None:
        if self._silent:
            return
        raw = self._data[token.start : token.end]
        is_text = token.kind is Kind.TEXT
        self._text.append(self._document.decode(raw) if is_text else raw.decode("utf-8", "replace"))

    def _start(self, token: Token) -> None:
        name = token.name
        if name in _SILENT:
            self._silent += token.kind is Kind.OPEN
        elif name in _PARAGRAPHS:
            self._end_paragraph()
        elif name in _TABLES:
            self._end_paragraph()
            self._open.append([])
        elif name in _ROWS and self._open:
            self._end_paragraph()
            self._open[-1].append([])
        elif name in _CELLS and self._open:
            self._end_paragraph()
            self._cell(token)
        elif name in _SPACES:
            self._text.append(_SPACES[name])
        elif name in _WORDS:
            self._attributes(token)

    def _cell(self, token: Token) -> None:
        """Begin a cell. What repeats or spans columns keeps the columns after it in place."""
        if not self._open[-1]:
            self._open[-1].append([])
        named = self._document.attributes(_element(token))
        date = named.get("date-value")
        self._is_dated = date is not None
        self._open[-1][-1].append(date.text.replace("T00:00:00", "") if date else "")
        self._blank_cells = _times(named.get("number-columns-repeated"))
        if token.kind is Kind.EMPTY:
            self._end_cell()

    def _end_cell(self) -> None:
        self._end_paragraph()
        if self._open and self._open[-1]:
            self._open[-1][-1] += [""] * self._blank_cells
        self._blank_cells, self._is_dated = 0, False

    def _attributes(self, token: Token) -> None:
        named = self._document.attributes(_element(token))
        if token.name == "gridSpan":
            self._blank_cells = _times(named.get("val"))
            return
        if token.name == "alias" and "val" in named:  # the title of a field, whose value follows
            self._end_paragraph()
            self._text.append(named["val"].text.rstrip(": ") + ": ")
            return
        for key in _WORDS[token.name]:
            if key in named:
                self._text.append(f" {named[key].text} ")

    def _close(self, name: str) -> None:
        if name in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif name in _TABLES and self._open:
            self._end_table()
        elif name in _CELLS:
            self._end_cell()
        elif name in _PARAGRAPHS:
            self._end_paragraph()

    def _end_paragraph(self) -> None:
        text, self._text = "".join(self._text).strip(), []
        if not text or self._is_dated:
            return
        if self._open and self._open[-1] and self._open[-1][-1]:
            row = self._open[-1][-1]
            row[-1] = f"{row[-1]}\n{text}" if row[-1] else text
        else:
            self._out += _lines(text)

    def _end_table(self) -> None:
        self._end_paragraph()
        rows = self._open.pop()
        if self._keeps_tables:
            self.tables.append(rows)
        else:
            self._out.append(tables.as_html(rows) + "\n")


def _element(token: Token) -> Element:
    return Element(token.name, None, token.start, token.attributes, token.end)


def _times(value: Value | None) -> int:
    """Return how many cells follow one that is repeated or spans columns."""
    if value is None or not value.text.isdecimal():
        return 0
    return min(max(int(value.text[:6]) - 1, 0), _MOST_REPEATED)


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.strip():
            yield f"<p>{html.escape(line, quote=False)}</p>\n"
