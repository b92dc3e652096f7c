"""Spreadsheets of Office Open XML (ECMA-376 part 1, chapter 18): each sheet becomes a table.

Shared strings, inline strings, numbers, dates and formulas are read, in hidden sheets, columns and
rows too.

Cost: one pass over the tokens. Empty cells before a filled one are bounded.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.containers.office.cell_formats import Styles, integer
from phiscan.finding import Gap
from phiscan.scan_context import ScanContext
from phiscan.syntax.xml_elements import Document
from phiscan.syntax.xml_tokens import Kind, Token, tokens

# matches "AB" in "AB12"; not "12"
_COLUMN: Final = re.compile(r"([A-Z]{1,3})\d")
_MOST_EMPTY: Final = 512
"""The most empty cells that are kept before a filled one."""
_SHOWN: Final = ("tooltip", "display", "location", "prompt", "promptTitle", "error", "errorTitle")
"""Attributes with words of a hyperlink or of a rule for values."""
# matches "Ana" in 'IF(A1="Ana",1)'; not an empty text
_STRING: Final = re.compile(r'"((?:[^"]|"")+)"')


def strings_of(data: bytes, context: ScanContext) -> list[str]:
    """Return the shared strings in order (18.4.8)."""
    document, found, parts = Document(data), list[str](), list[str]()
    last = Token(Kind.TEXT, 0, 0)
    for token in context.timed(tokens(data)):
        is_blank = last.kind is Kind.OPEN and last.name == "t" and token.name == "t"
        if token.kind <= Kind.CDATA:
            parts.append(_raw(document, token))
        elif is_blank and last.end < token.start:
            parts.append(" ")
        elif token.name == "si" and token.kind in (Kind.CLOSE, Kind.EMPTY):
            found.append("".join(parts))
            parts = []
        last = token
    return found


class Sheet:
    """The cells of one sheet (18.3.1).

    Attributes:
        rows: the texts of the cells.
        others: the texts that are in no cell: headers, footers, titles, strings of formulas.
        gap: MALFORMED when the markup is broken.
    """

    def __init__(self, strings: list[str], styles: Styles) -> None:
        self._strings = strings
        self._styles = styles
        self._document = Document(b"")
        self._within, self._kind, self._style = "", "n", 0
        self._texts: list[str] = []
        self.rows: list[list[str]] = []
        self.others: list[str] = []
        self.gap = Gap.NONE

    def read(self, data: bytes, context: ScanContext) -> None:
        """Read the part of a sheet."""
        self._document = Document(data)
        last = Token(Kind.TEXT, 0, 0)
        for token in context.timed(tokens(data)):
            if token.kind <= Kind.CDATA:
                self._text(_raw(self._document, token))
            elif token.kind is Kind.CLOSE:
                if token.name == "t" and last.kind is Kind.OPEN and last.end < token.start:
                    self._texts.append(" ")
                self._close(token.name)
            elif token.kind in (Kind.OPEN, Kind.EMPTY):
                self._open(token)
            elif token.kind is not Kind.DOCTYPE:
                self.gap = Gap.MALFORMED
            last = token

    def _text(self, text: str) -> None:
        if self._within in {"v", "t"}:
            self._texts.append(text)
        elif self._within == "f":
            self.others += (match[1] for match in _STRING.finditer(text))
        elif text.strip():
            self.others.append(text)

    def _close(self, name: str) -> None:
        if name == "c" and self.rows:
            self.rows[-1].append(self._value("".join(self._texts)))
            self._texts = []
        self._within = ""

    def _open(self, token: Token) -> None:
        self._within = token.name
        if token.name == "row":
            self.rows.append([])
        elif token.name == "c":
            self._begin(token)
        elif token.name in ("hyperlink", "dataValidation"):
            named = self._document.attributes_in(*token.attributes)
            self.others += (named[key].text for key in _SHOWN if key in named)

    def _begin(self, token: Token) -> None:
        """Note the type and the format of a cell, and fill its row up to its column."""
        named = self._document.attributes_in(*token.attributes)
        place = _COLUMN.match(named["r"].text) if "r" in named else None
        if not self.rows:
            self.rows.append([])
        if place is not None:
            missing = _column(place[1]) - len(self.rows[-1])
            self.rows[-1] += [""] * min(max(missing, 0), _MOST_EMPTY)
        self._kind = named["t"].text if "t" in named else "n"
        self._style = integer(named["s"].text) if "s" in named else 0

    def _value(self, text: str) -> str:
        if self._kind == "s":
            number = integer(text)
            return self._strings[number] if 0 <= number < len(self._strings) else text
        if self._kind == "n":
            return self._styles.shown(text, self._style)
        return text.replace("T00:00:00", "") if self._kind == "d" else text


def _raw(document: Document, token: Token) -> str:
    raw = document.data[token.start : token.end]
    return document.decode(raw) if token.kind is Kind.TEXT else raw.decode("utf-8", "replace")


def _column(letters: str) -> int:
    """Return the number of a column from 0: `A` is 0, `AA` is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def lines_of(texts: list[str]) -> Iterator[str]:
    """Yield texts that are in no cell, without the codes of headers and footers (18.3.1.46)."""
    for text in texts:
        # &L, &C and &R begin the three parts, &"Arial,Bold" and &12 set the font
        yield re.sub(r'&(?:"[^"]*+"|\d{1,3}|[A-Z])', " ", text)
