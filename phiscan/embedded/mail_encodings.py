"""Texts in the encodings of mail, where no header of a part declares them.

Quoted-printable (RFC 2045 section 6.7) and uuencode (POSIX.1-2017, uuencode). What is found is a
guess: an address has `=20` too, and a text may begin a line with `begin`.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.text.possessive import repeated

# A soft line break or an escape.
# matches b"=\n" and b"=3D"; not b"==\n", the end of a line under a title
_QUOTED: Final = re.compile(rb"(?<!=)=\r?\n|=[0-9A-F]{2}")
_LEAST_QUOTED: Final = 4
_CERTAIN: Final = (b"=\n", b"=\r\n", b"=3D")
"""What few other texts have. Two of them show quoted-printable."""
_WITHIN: Final = (
    "=2[DEF][0-9A-Za-z]",
    "=20[A-Za-z]",
    "=3[0-9A]=[23]",
    "=[4-7][0-9A-F]=[2-7][0-9A-F]",
)
# Escapes within words and numbers, as one who hides them writes: two of them are enough.
# matches b"=2D2" in b"541=2D27", b"=20M", b"=35=34"; not b"limit=20"
_HIDING: Final = re.compile("|".join(_WITHIN).encode())
# A name of a file, then lines that begin with their length.
# matches b"begin 644 a.txt\n#86YA\n`\nend"; not b"begin 644 a.txt\nabc\nend"
_UUENCODED: Final = re.compile(
    rb"begin [0-7]{3,4} [^\r\n]{1,255}\r?\n"
    rb"(" + repeated(rb"[!-M][ -`]{1,90}\r?\n", "{1,}") + rb")"
    rb"[ `]?\r?\n?end"
)
# The same within a string of JSON, up to the string's end.
# matches b"begin 644 a.txt\\n#86YA\\n`\\nend"; not b"begin 644 a.txt"
_IN_STRING: Final = re.compile(
    rb"begin [0-7]{3,4} [^\"\\\r\n]{1,255}\\[rn]" + repeated(rb"[^\"\\]|\\[nr\"\\/]", "*")
)
_ESCAPE: Final = re.compile(rb"\\(.)")
_ESCAPED: Final = {b"n": b"\n", b"r": b"\r"}

# Hyperscan expressions, one of which occurs in every text that the finder may find.
QUOTED_MARKS: Final = ("=3D", r"=\r?\n", *_WITHIN)
UUENCODED_MARK: Final = "begin [0-7]{3,4} "


def quoted_printable(data: bytes) -> Iterator[Nested]:
    """Yield the whole text with its escapes decoded."""
    is_certain = sum(map(data.count, _CERTAIN)) >= 2 and len(_QUOTED.findall(data)) >= _LEAST_QUOTED
    if is_certain or len(_HIDING.findall(data)) >= 2:
        location = Location("quoted_printable", 0, len(data))
        yield Nested(quopri.decodestring(data), location, declared=False)


def uuencoded(data: bytes) -> Iterator[Nested]:
    """Yield each file in uuencode."""
    for match in _UUENCODED.finditer(data):
        yield from _of_lines(match[1], Location("uuencoded", *match.span(1)))
    for string in _IN_STRING.finditer(data):
        text = _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), string[0])
        if found := _UUENCODED.match(text):
            yield from _of_lines(found[1], Location("uuencoded", *string.span()))


def _of_lines(lines: bytes, location: Location) -> Iterator[Nested]:
    try:
        content = b"".join(map(binascii.a2b_uu, lines.splitlines()))
    except binascii.Error:
        return
    yield Nested(content, location, declared=False)
