"""Values of XML elements: texts joined across markup, and documents within values.

`123-<!-- -->45-6789` and `123-<b>45</b>-6789` are one value to a reader of the document, but a
pattern does not find it in the bytes. The texts of a short element (`xml_elements.SHORT`) are
joined. A value that a pattern would miss becomes a nested text. Its findings get the range of the
whole value, so that a mask keeps the markup balanced.
"""

import base64
import binascii
import html
import re
from itertools import pairwise
from typing import Final

from phiscan.evidence import Evidence, Nested, shown_path
from phiscan.finding import Gap, Location
from phiscan.syntax.xml_elements import SHORT, Document, Element, Value
from phiscan.syntax.xml_tokens import Kind, Token
from phiscan.text.offsets import Derived, excerpt

# elements of HTML and of CDA narrative blocks that format a text and do not end a word
_INLINE: Final = frozenset(
    "a abbr b bdi bdo big cite code content del dfn em font i ins kbd mark q s samp small span "
    "strong sub sup tt u var".split()
)
# matches b"<a:b" and b"</b"; not b"<!--"
_TAG_NAME: Final = re.compile(rb"</?(?:[\w.-]+:)?([A-Za-z]\w*)")
# a character of a number, a word or an e-mail address: matches "5" and "@"; not " "
_JOINT: Final = re.compile(r"[\w@.+-]")
# matches b"&lt;" and b"&#60;"; not b"AT&T"
_REFERENCE: Final = re.compile(rb"&#?\w{1,31};")
_STARTS: Final = (
    b"&lt;",
    b"&#60;",
    b"&amp;lt;",
    b"<",
    b"{",
    b"[",
    b"MSH",
    b"FHS",
    b"BHS",
    b"ISA",
    b"msh|",
    b"isa*",
    b"GS*",
    b"ST*",
    b"UNB",
)
_MAX_ESCAPES: Final = 3
_MIN_DOCUMENT: Final = 20
_DIGITS: Final = 7
_MAX_PIECES: Final = 512


def text(document: Document, element: Element) -> Value | None:
    """Return the text of an element whose content is one value, or None.

    If the text has several pieces, the range is the whole content between the tags, so that a mask
    keeps the markup balanced.
    """
    if len(element.runs) == 1 and not element.inner:
        return document.run(element.runs[0])
    pieces = _pieces(document, element)
    if not pieces:
        return None
    raw = document.data[element.content : element.end]
    start = element.content + len(raw) - len(raw.lstrip())
    return Value(_join(document, pieces), start, element.content + len(raw.rstrip()))


def _pieces(document: Document, element: Element) -> list[Token]:
    """Return the texts of an element's value, in order. Empty when it is a group of values."""
    if not element.inner:
        return element.runs
    if element.end - element.content > SHORT or not (
        element.runs or _only_inline(document, element)
    ):
        return []
    return sorted(element.runs + element.inner, key=lambda token: token.start)


def _only_inline(document: Document, element: Element) -> bool:
    names = _TAG_NAME.findall(document.data, element.content, element.end)
    return all(name.decode("latin-1") in _INLINE for name in names)


def _join(document: Document, pieces: list[Token]) -> str:
    joined, at = [], pieces[0].start
    for piece in pieces:
        names = _TAG_NAME.findall(document.data, at, piece.start)
        if any(name.decode("latin-1") not in _INLINE for name in names):
            joined.append(" ")
        raw = document.data[piece.start : piece.end]
        joined.append(
            document.decode(raw)
            if piece.kind is Kind.TEXT
            else raw.decode(document.codec, "replace")
        )
        at = piece.end
    return "".join(joined).strip()


class Hidden:
    """Adds nested documents for values that cannot be read from the document's bytes."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._evidence = evidence
        self._left = _MAX_PIECES
        self._seen = -1

    def element(self, element: Element) -> None:
        """Read one element that has closed."""
        for run in element.runs:
            if run.end - run.start >= _MIN_DOCUMENT:
                self._embedded(run, element)
        if len(element.runs) + len(element.inner) > 1 and element.end - element.content <= SHORT:
            self._split(element)

    def finish(self) -> Gap:
        """Return OVER_LIMIT when there were more than `_MAX_PIECES` values in pieces."""
        return Gap.NONE if self._left >= 0 else Gap.OVER_LIMIT

    def _embedded(self, run: Token, element: Element) -> None:
        """Add a document that is escaped text or CDATA.

        One with an XML declaration counts as declared, so that it is a gap if it cannot be read.
        """
        data = self._document.data
        if data[run.start : run.start + 64].lstrip().startswith(_STARTS):
            origin = (
                unescaped(data, run.start, run.end)
                if run.kind is Kind.TEXT
                else excerpt(data, run.start, run.end)
            )
            inner, location = (
                origin.text(),
                Location(shown_path(element.path()), run.start, run.end),
            )
            again = inner
            for _ in range(_MAX_ESCAPES):
                if again.lstrip().startswith(b"&"):  # each of several envelopes escaped it
                    again = html.unescape(again.decode("utf-8", "replace")).encode(
                        "utf-8", "replace"
                    )
            declared = again.lstrip().startswith(b"<?xml")
            self._evidence.nested.append(
                Nested(again, location, "", declared, origin if again is inner else None)
            )

    def _split(self, element: Element) -> None:
        """Add a value whose pieces make up one word, if it may be an identifier or an e-mail."""
        pieces = _pieces(self._document, element)
        data = self._document.data
        for before, after in pairwise(pieces):
            if before.end <= self._seen:
                continue
            ends = (data[before.end - 1 : before.end] + data[after.start : after.start + 1]).decode(
                "latin-1"
            )
            if len(_JOINT.findall(ends)) == 2:
                whole = text(self._document, element)
                if whole is not None:
                    self._hand_on(whole, element)
                self._seen = element.end
                return

    def _hand_on(self, whole: Value, element: Element) -> None:
        if sum(c.isdigit() for c in whole.text) < _DIGITS and "@" not in whole.text:
            return
        self._left -= 1
        if self._left >= 0:
            location = Location(shown_path(element.path()), whole.start, whole.end)
            data = whole.text.encode("utf-8", "replace")
            self._evidence.nested.append(Nested(data, location, "text/plain", declared=False))


def unescaped(data: bytes, start: int, end: int) -> Derived:
    """Decode the entities of a text, with ranges mapped back."""
    origin = Derived()
    add_unescaped(origin, data, start, end)
    return origin


def add_unescaped(origin: Derived, data: bytes, start: int, end: int) -> None:
    """Append the text `data[start:end]` to `origin`, with its entities decoded."""
    at = start
    for match in _REFERENCE.finditer(data, start, end):
        origin.copy(data, at, match.start())
        origin.put(html.unescape(match[0].decode()).encode("utf-8", "replace"), *match.span())
        at = match.end()
    origin.copy(data, at, end)


def add_base64(evidence: Evidence, value: Value, field: str, content_type: str) -> None:
    """Add the nested document in a value that the format declares as base64.

    A value that is not valid base64 is added as text.
    """
    compact = "".join(value.text.split())
    try:
        data = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        data = value.text.encode("utf-8", "replace")
    if data:
        evidence.nested.append(Nested(data, Location(field, value.start, value.end), content_type))
