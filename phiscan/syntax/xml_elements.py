"""The elements of an XML document, in the order in which they close, with the byte ranges of their texts and attributes."""

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from phiscan.finding import Gap
from phiscan.media_kind import MediaKind
from phiscan.syntax.xml_tokens import Kind, Token, local_name, tokens

SHORT: Final = 400
"""Bytes of content up to which the texts within an element are joined: `123-<b>45</b>-6789` is one
value, a chapter is none."""
MAX_DEPTH: Final = 250
"""Elements within elements; libxml2 stops at 256 too. Deeper documents are reported as not seen
whole."""
_MAX_ATTRIBUTES: Final = 10_000
"""Attributes of one element that are read; more are a gap."""

# name="value" | name='value' | name=value (HTML); begins after a blank or a quote, so that a long
# word is tried once
_ATTRIBUTE: Final = re.compile(
    rb"""(?<=[\s"'])([^\s"'=<>/]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]++))"""
)
_DECLARED: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})"""
)
_ASCII_CODECS: Final = re.compile(
    r"(?:us-)?ascii|utf-?8|utf-?16(?:[lb]e)?|iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]"
)
_WHITE: Final = b" \t\r\n"


class Value(NamedTuple):
    """A value with its entities decoded, and the byte range that holds it."""

    text: str
    start: int
    end: int


class XmlTooDeepError(Exception):
    """More than MAX_DEPTH elements within each other."""


@dataclass(slots=True, eq=False)
class Element:
    """An element that is open or has just closed.

    Args:
        start: offset of its `<`.
        attributes: byte range of its attributes.
        content, end: byte range of what is between its tags; `end` is -1 while it is open.
        runs: its own texts and CDATA sections that are not blank, in order.
        inner: those of the elements within it, where these are short.
        dialect: room for a reader to note what vocabulary the element belongs to.
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
        """This element and those around it, innermost first."""
        at: Element | None = self
        while at is not None:
            yield at
            at = at.parent

    def path(self) -> list[str]:
        """Names from the root's child down to this element."""
        names = [element.name for element in self.chain()]
        return names[-2::-1] or names


class Document:
    """One XML document: its elements in the order in which they close.

    Args:
        data: in an encoding that is ASCII for ASCII's characters. UTF-16 has been transcoded
            before.

    Attributes:
        codec: the encoding that values are decoded with.
        gap: UNKNOWN_ENCODING; OVER_LIMIT once an element has too many attributes; MALFORMED once a
            DTD's internal subset or an unending comment has been met.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        declared = _DECLARED.match(data)
        codec = _codec(declared[1].decode("ascii", "replace").lower()) if declared else "utf-8"
        self.gap = Gap.NONE if codec else Gap.UNKNOWN_ENCODING
        self.codec = codec or "utf-8"

    def elements(self) -> Iterator[Element]:
        """Each element when it closes; those that never close, at the end.

        Raises:
            XmlTooDeepError: see MAX_DEPTH.
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
        """A DTD may only be named: its internal subset could define what the text says."""
        if token.kind is not Kind.DOCTYPE:
            self.gap = self.gap or Gap.MALFORMED

    def attributes(self, element: Element) -> dict[str, Value]:
        """An element's attributes by name without prefix; each `xmlns` and `xmlns:p` is "xmlns",
        the last one wins."""
        start, end = element.attributes
        return self.attributes_in(start, end) if end - start > 3 else {}

    def attributes_in(self, start: int, end: int) -> dict[str, Value]:
        """The attributes in a byte range of a tag."""
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
        """The text of a value: references decoded."""
        text = raw.decode(self.codec, "replace")
        return html.unescape(text) if b"&" in raw else text

    def run(self, token: Token) -> Value:
        """One run of text without the blanks around it."""
        raw = self.data[token.start : token.end]
        text = raw if token.kind is Kind.CDATA else raw.strip(_WHITE)
        start = token.start + raw.find(text)
        return Value(
            self.decode(text) if token.kind is Kind.TEXT else text.decode(self.codec, "replace"),
            start,
            start + len(text),
        )


def _codec(name: str) -> str:
    """The codec of a declared encoding in which ASCII's bytes are ASCII, by the name that libxml2
    knows too; "" when it is none."""
    if _ASCII_CODECS.fullmatch(name) is None:
        return ""
    if name.startswith("utf"):
        return "utf-8"  # UTF-16 has been transcoded before
    try:
        # iso-8859-12 and windows-1259 have the form, and nobody knows them
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
    """Close elements up to the innermost `name`; an end tag that nothing opened is skipped.

    The count of open elements by name keeps a run of such tags from searching the stack each time.
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
