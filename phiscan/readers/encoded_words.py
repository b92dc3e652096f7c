"""Encoded words in the headers of e-mail (RFC 2047): `=?utf-8?Q?Ana_Ru=C3=ADz?=`.

Words with only blanks between them are one text, so that a long value may be cut anywhere.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from phiscan.text import charset

# matches b"=?utf-8?Q?Ana?=" and b"=?utf-8*en?B?QW5h?="; not b"=?utf-8?Q?Ana"
_WORD: Final = re.compile(rb"=\?([\w.:-]{1,40})(?:\*[\w-]{1,20})?\?([BbQq])\?([^?\s]*+)\?=")


class Decoded(NamedTuple):
    """A run of encoded words.

    Args:
        text: what they say.
        start: the first byte of the first one.
        end: the byte after the last one.
    """

    text: str
    start: int
    end: int


def find(data: bytes, start: int, end: int) -> Iterator[Decoded]:
    """Yield the runs of encoded words between two offsets."""
    run: Decoded | None = None
    for match in _WORD.finditer(data, start, end):
        text = _decoded(match)
        if run is not None and not data[run.end : match.start()].strip():
            run = Decoded(run.text + text, run.start, match.end())
            continue
        if run is not None:
            yield run
        run = Decoded(text, *match.span())
    if run is not None:
        yield run


def _decoded(match: re.Match[bytes]) -> str:
    """Return the text of one word. Where that is impossible, the word itself."""
    content = match[3]
    if match[2] in b"Qq":
        raw = quopri.decodestring(content, header=True)
    else:
        try:
            raw = base64.b64decode(content + b"=" * (-len(content) % 4))
        except binascii.Error:
            return match[0].decode("latin-1")
    codec = charset.codec_of(match[1].decode()) or "latin-1"
    try:
        return raw.decode(codec, "replace")
    except (LookupError, UnicodeError, TypeError):  # a codec of no text
        return raw.decode("latin-1")
