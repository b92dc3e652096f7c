"""Walks XML and HTML text with byte offsets, which parsers do not give.

Redaction and locations need the offsets. It also reads what it can of broken markup, so that a
truncated document still shows whose record it is. `phiscan.readers.xml` checks whether the text is
well-formed. Comments and processing instructions are skipped, and a DTD is never processed.

Cost: linear, because the searches for the ends of tags read each byte at most three times. Theory:
such a search is in one of three states: outside quotes, within "" or within ''. Every character
permutes the states, so two searches that are in different states stay so. A search that is outside
quotes at a new `<` ends there. So the searches that reach a byte are all in different states, and
there are at most three.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from phiscan.memory import Memory
from phiscan.text.possessive import repeated

# matches b'<a:b c="d>e">', b"<br/>" and b"</p>"; not b"<!-- -->" or b"< 5"
_TAG: Final = re.compile(
    rb"""<(/?)([A-Za-z_\x80-\xff][^\s/><"'=]*+)("""
    + repeated(rb"""[^<>"'/]++|"[^"]*+"|'[^']*+'|/(?!>)""", "*")
    + b")(/?)>"
)
# matches the `>` of b"<!DOCTYPE html>", or the `[` that begins an internal subset; not b"]"
_DOCTYPE_END: Final = re.compile(rb"[\[>]")


class Kind(IntEnum):
    """The kind of a token.

    SUBSET is a DOCTYPE with an internal subset. BROKEN is markup without an end.
    """

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
        kind: the kind of the token.
        start: the offset of the token. For a CDATA section, that of its content.
        end: the end of the token. For a CDATA section, that of its content.
        name: the name of a tag without its namespace prefix.
        attributes: the byte range of a tag's attributes.
    """

    kind: Kind
    start: int
    end: int
    name: str = ""
    attributes: tuple[int, int] = (0, 0)


def local_name(raw: bytes) -> str:
    """Return a name without its prefix. Each declaration of a namespace has the name "xmlns"."""
    return _NAMES[raw]


def _local_name(raw: bytes) -> str:
    prefix, colon, name = raw.partition(b":")
    return "xmlns" if prefix == b"xmlns" else (name if colon else raw).decode("utf-8", "replace")


_NAMES: Final = Memory(_local_name, lambda _raw, _name: False)
"""The names of one document.

None outlives the scan. A test whether a name is a word of the tables would cost more than the name.
"""


def tokens(data: bytes, at: int = 0, size: int | None = None) -> Iterator[Token]:
    """Yield the tokens of `data` from `at` to `size`, in order.

    Blank text, comments and processing instructions are left out.
    """
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
    """Return the token at a `<` that begins no tag, or None to skip it, and the next offset."""
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
