"""Walks XML and HTML text and keeps byte offsets, which no parser gives: redaction and locations need them.

It accepts what it can of broken markup too, so that a cut-off document still shows whose record it is; `xml_reader` decides
elsewhere whether the text is well-formed. Comments and processing instructions are skipped, a DTD is never processed.

Linear time: the search for a tag's end walks each byte at most three times. Outside of quotes, inside of "" and inside of ''
are three states, every character permutes them, and a walk that is outside at a new `<` ends there; so no two walks that are
still under way are in one state.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from phiscan.memory import Memory
from phiscan.text.possessive import repeated

_TAG: Final = re.compile(
    rb"""<(/?)([A-Za-z_\x80-\xff][^\s/><"'=]*+)("""
    + repeated(rb"""[^<>"'/]++|"[^"]*+"|'[^']*+'|/(?!>)""", "*")
    + b")(/?)>"
)
_DOCTYPE_END: Final = re.compile(rb"[\[>]")


class Kind(IntEnum):
    """What a token is."""

    TEXT = 0
    CDATA = 1
    OPEN = 2
    EMPTY = 3
    CLOSE = 4
    DOCTYPE = 5
    SUBSET = 6
    BROKEN = 7


class Token(NamedTuple):
    """A piece of markup or text.

    Args:
        start, end: byte range; of a CDATA section, its content.
        name: of a tag, without its namespace prefix.
        attributes: byte range of a tag's attributes.
    """

    kind: Kind
    start: int
    end: int
    name: str = ""
    attributes: tuple[int, int] = (0, 0)


def local_name(raw: bytes) -> str:
    """An element's or attribute's name without its prefix; each declaration of a namespace is
    "xmlns"."""
    return _NAMES[raw]


def _local_name(raw: bytes) -> str:
    prefix, colon, name = raw.partition(b":")
    return "xmlns" if prefix == b"xmlns" else (name if colon else raw).decode("utf-8", "replace")


_NAMES: Final = Memory(_local_name, lambda _raw, _name: False)
"""The names of one document: working one out costs less than asking whether it is a word of the
tables."""


def tokens(data: bytes, at: int = 0, size: int | None = None) -> Iterator[Token]:
    """The tokens of `data` from `at` to `size`, in order. Blank text, comments and processing
    instructions are left out."""
    size = len(data) if size is None else size
    while at < size:
        mark = data.find(b"<", at, size)
        end = size if mark < 0 else mark
        if end > at and not data[at:end].isspace():
            yield Token(Kind.TEXT, at, end)
        if mark < 0:
            return
        tag = _TAG.match(data, mark, size)
        if tag is not None:
            at = tag.end()
            kind = Kind.CLOSE if tag[1] else Kind.EMPTY if tag[4] else Kind.OPEN
            yield Token(kind, mark, at, local_name(tag[2]), tag.span(3))
            continue
        token, at = _markup(data, mark, size)
        if token is not None:
            yield token


def _markup(data: bytes, mark: int, size: int) -> tuple[Token | None, int]:
    """The token at a `<` that begins no tag (None when it is to be skipped), and where the next one
    begins."""
    for opening, closing in ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")):
        if data.startswith(opening, mark):
            inner = mark + len(opening)
            end = data.find(closing, inner, size)
            if end < 0:
                return Token(Kind.BROKEN, mark, size), size
            token = (
                Token(Kind.CDATA, inner, end) if opening == b"<![CDATA[" and end > inner else None
            )
            return token, end + len(closing)
    if data[mark : mark + 9].upper() == b"<!DOCTYPE":
        return _doctype(data, mark, size)
    end = data.find(b"<", mark + 1, size)
    end = size if end < 0 else end
    return Token(Kind.TEXT, mark, end), end


def _doctype(data: bytes, mark: int, size: int) -> tuple[Token, int]:
    stop = _DOCTYPE_END.search(data, mark, size)
    if stop is None:
        return Token(Kind.BROKEN, mark, size), size
    if stop[0] == b">":
        return Token(Kind.DOCTYPE, mark, stop.end()), stop.end()
    close = data.find(b"]", stop.end(), size)
    end = data.find(b">", close, size) + 1 if close >= 0 else 0
    return Token(Kind.SUBSET, mark, end or size), end or size
