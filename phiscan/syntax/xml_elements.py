"""The elements of an XML document with byte ranges, in the order in which they close."""

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from phiscan.finding import Gap
from phiscan.media_kind import MediaKind
from phiscan.syntax.xml_tokens import Kind, Token, local_name, tokens
from phiscan.text.possessive import repeated

SHORT: Final = 400
"""The most bytes of content for which the texts within an element are joined to one value.

`123-<b>45</b>-6789` is one value, and a chapter is not.
"""
MAX_DEPTH: Final = 250
"""The most levels of nested elements. A deeper document is a gap. libxml2 stops at 256."""
_MAX_ATTRIBUTES: Final = 10_000
"""The most attributes of one element. More are a gap."""

# matches b' name="value"', b" name='value'" and, as in HTML, b" name=value"; not b"name=value",
# because it must begin after a blank or a quote, so that a long word is tried once
_ATTRIBUTE: Final = re.compile(
    rb"""(?<=[\s"'])([^\s"'=<>/]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]++))"""
)
# matches b'<?xml version="1.0" encoding="iso-8859-1"'; not b'<?xml version="1.0"?>'
_DECLARED: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})"""
)
# matches "iso-8859-1" and "utf-8"; not "cp037", which is EBCDIC
_ASCII_CODECS: Final = re.compile(
    r"(?:us-)?ascii|utf-?8|utf-?16(?:[lb]e)?"
    r"|iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]"
)
# matches b"<!-- a -->"; not b"<!-- a --"
_COMMENT: Final = re.compile(rb"<!--[^-]*+" + repeated(rb"-[^-]++", "*") + rb"-->")
# A DTD without entities and without values of attributes.
# matches b"<!DOCTYPE a [<!ELEMENT a EMPTY>]>"; not b'<!DOCTYPE a [<!ENTITY b "c">]>'
_DECLARES_ONLY: Final = re.compile(
    rb"<!DOCTYPE\s++[\w:.-]++\s*+\[\s*+"
    + repeated(rb"<!(?:ELEMENT|ATTLIST)\s[^<>\"'%&\[\]]*+>\s*+", "*")
    + rb"\]\s*+>"
)
_WHITE: Final = b" \t\r\n"


class Value(NamedTuple):
    """A value with its entities decoded, and its byte range in the document."""

    text: str
    start: int
    end: int


class XmlTooDeepError(Exception):
    """Elements are nested deeper than MAX_DEPTH."""


@dataclass(slots=True, eq=False)
class Element:
    """An element that is open or has just closed.

    Args:
        name: its name without prefix.
        parent: the enclosing element, or None for the root.
        start: the offset of its `<`.
        attributes: the byte range of its attributes.
        content: the offset of its content, after the start tag.
        end: the end of its content, or -1 while it is open.
        runs: its own texts and CDATA sections that are not blank, in order.
        inner: the texts and CDATA sections of the elements within it whose content is at most
            SHORT.
        leaf: whether it has no child elements.
        dialect: the vocabulary of the element, or None. Only the XML reader sets and reads it.
    """

    name: str
    parent: "Element | None"
    start: int
    attributes: tuple[int, int]
    content: int
    end: int = -1
    runs: list[Token] = field(default_factory=list)
    inner: list[Token] = field(default_factory=list)
    leaf: bool = True
    dialect: MediaKind | None = None

    def chain(self) -> "Iterator[Element]":
        """Yield this element and the enclosing ones, innermost first."""
        at: Element | None = self
        while at is not None:
            yield at
            at = at.parent

    def path(self) -> list[str]:
        """Return the names from the child of the root down to this element."""
        names = [element.name for element in self.chain()]
        return names[-2::-1] or names


class Document:
    """One XML document.

    Args:
        data: the document in an encoding that extends ASCII. UTF-16 must be converted before.

    Attributes:
        codec: the encoding with which values are decoded.
        gap: UNKNOWN_ENCODING when the declared encoding is not known. OVER_LIMIT once an element
            has too many attributes. MALFORMED once the internal subset of a DTD or a comment
            without an end has been read.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        declared = _DECLARED.match(data)
        codec = _codec(declared[1].decode("ascii", "replace").lower()) if declared else "utf-8"
        self.gap = Gap.NONE if codec else Gap.UNKNOWN_ENCODING
        self.codec = codec or "utf-8"

    def elements(self) -> Iterator[Element]:
        """Yield each element when it closes. Elements that never close are yielded at the end.

        Raises:
            XmlTooDeepError: elements are nested deeper than MAX_DEPTH.
        """
        stack: list[Element] = []
        names: dict[str, int] = {}
        for token in tokens(self.data):
            if token.kind <= Kind.CDATA:
                if stack:
                    stack[-1].runs.append(token)
            elif token.kind is Kind.OPEN:
                stack.append(_open(stack, token))
                names[token.name] = names.get(token.name, 0) + 1
            elif token.kind is Kind.EMPTY:
                yield _open(stack, token)
            elif token.kind is Kind.CLOSE:
                yield from _close_to(token.name, token.start, stack, names)
            else:
                self._other(token)
        while stack:
            yield _close(stack, len(self.data), names)

    def _other(self, token: Token) -> None:
        """Set a gap unless it is a DOCTYPE that defines no text.

        An internal subset could define entities and the values of attributes.
        """
        if token.kind is Kind.SUBSET and _DECLARES_ONLY.fullmatch(
            _COMMENT.sub(b"", self.data[token.start : token.end])
        ):
            return
        if token.kind is not Kind.DOCTYPE:
            self.gap = self.gap or Gap.MALFORMED

    def attributes(self, element: Element) -> dict[str, Value]:
        """Return the attributes of an element, by name without prefix.

        `xmlns` and each `xmlns:p` have the name "xmlns". The last of equal names counts.
        """
        start, end = element.attributes
        return self.attributes_in(start, end) if end - start > 3 else {}

    def attributes_in(self, start: int, end: int) -> dict[str, Value]:
        """Return the attributes in a byte range of a tag, named as in `attributes`."""
        found: dict[str, Value] = {}
        for match in _ATTRIBUTE.finditer(self.data, start, end):
            if len(found) == _MAX_ATTRIBUTES:
                self.gap = self.gap or Gap.OVER_LIMIT
                break
            group = match.lastindex or 2
            found[local_name(match[1])] = Value(
                self.decode(match[group]), match.start(group), match.end(group)
            )
        return found

    def decode(self, raw: bytes) -> str:
        """Return the text of a value with its entity and character references decoded."""
        text = raw.decode(self.codec, "replace")
        return html.unescape(text) if b"&" in raw else text

    def run(self, token: Token) -> Value:
        """Return one text without the blanks around it, or one CDATA section as it is."""
        raw = self.data[token.start : token.end]
        text = raw if token.kind is Kind.CDATA else raw.strip(_WHITE)
        start = token.start + raw.find(text)
        return Value(
            self.decode(text) if token.kind is Kind.TEXT else text.decode(self.codec, "replace"),
            start,
            start + len(text),
        )


def _codec(name: str) -> str:
    """Return the codec of a declared encoding that extends ASCII, or empty.

    Only names that libxml2 knows too are accepted.
    """
    if _ASCII_CODECS.fullmatch(name) is None:
        return ""
    if name.startswith("utf"):
        return "utf-8"  # a document that declares UTF-16 was converted to UTF-8 before
    try:
        # iso-8859-12 and windows-1259 match the expression but do not exist
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _open(stack: list[Element], token: Token) -> Element:
    if len(stack) >= MAX_DEPTH:
        raise XmlTooDeepError
    parent = stack[-1] if stack else None
    if parent is not None:
        parent.leaf = False
    end = token.end if token.kind is Kind.EMPTY else -1
    return Element(token.name, parent, token.start, token.attributes, token.end, end)


def _close_to(
    name: str, end: int, stack: list[Element], names: dict[str, int]
) -> Iterator[Element]:
    """Close the elements up to the innermost `name`. An end tag without a start tag is ignored.

    `names` counts the open elements by name. With it, many such end tags do not each search the
    stack.
    """
    while names.get(name):
        closed = _close(stack, end, names)
        yield closed
        if closed.name == name:
            return


def _close(stack: list[Element], end: int, names: dict[str, int]) -> Element:
    element = stack.pop()
    names[element.name] -= 1
    element.end = end
    if element.parent is not None and end - element.content <= SHORT:
        element.parent.inner += element.runs
        element.parent.inner += element.inner
    return element
