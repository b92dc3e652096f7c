r"""String literals of programs and logs: what the escapes behind backslashes stand for.

Python, JavaScript, Java, Go, C and shells share most of them, and those of JSON are among them
(RFC 8259 section 7; ECMA-262 section 12.9.4; Python Language Reference 2.4.1). An escape that none
of them has is kept as it stands: `\d` of a regular expression, `\F\` of HL7 v2.

Cost: one pass.
"""

import re
from types import MappingProxyType
from typing import Final

from phiscan.syntax.json_places import decode
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

# matches rb"\xc3\xa9", rb"\ud83d\ude00", rb"\u{e9}", rb"\U000000e9", rb"\015" and rb"\n" whole; not
# b"x"
_ESCAPE: Final = re.compile(
    repeated(rb"\\x[89a-fA-F][0-9A-Fa-f]", "+") + rb"|\\x[0-7][0-9A-Fa-f]"
    rb"|\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}"
    rb"|\\u\{(?P<point>[0-9A-Fa-f]{1,6})\}|\\U(?P<long>[0-9A-Fa-f]{8})"
    rb"|\\(?P<octal>[0-3][0-7]{2})|\\.",
    re.DOTALL,
)
_SIMPLE: Final = MappingProxyType(
    {
        b"\\" + name: value
        for name, value in {
            b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"v": b"\v",
            b"a": b"\a", b"0": b"\0", b'"': b'"', b"'": b"'", b"`": b"`", b"/": b"/",
            b"\\": b"\\", b"\n": b"",
        }.items()
    }
)  # fmt: skip


def unescaped(data: bytes, start: int, end: int) -> Derived:
    """Decode the content of a literal from `start` to `end`, with ranges mapped back."""
    out = Derived()
    add_unescaped(out, data, start, end)
    return out


def add_unescaped(out: Derived, data: bytes, start: int, end: int) -> None:
    """Append the decoded content of a literal from `start` to `end`."""
    at = start
    for match in _ESCAPE.finditer(data, start, end):
        text = _meaning(match)
        if text is not None:
            out.copy(data, at, match.start())
            out.put(text, *match.span())
            at = match.end()
    out.copy(data, at, end)


def _meaning(match: re.Match[bytes]) -> bytes | None:
    """Return what an escape stands for, or None when it is no escape."""
    escape = match[0]
    simple = _SIMPLE.get(escape)
    if simple is not None:
        return simple
    if escape.startswith(b"\\x") and len(escape) > 2:
        return _of_bytes(bytes.fromhex(escape.replace(b"\\x", b"").decode()))
    if match["octal"]:
        return _of_bytes(bytes((int(match["octal"], 8),)))
    point = match["point"] or match["long"]
    if point:
        number = int(point, 16)
        valid = number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
        return chr(number).encode() if valid else None
    return decode(escape).encode("utf-8", "replace") if len(escape) > 2 else None


def _of_bytes(raw: bytes) -> bytes:
    """Return bytes that a literal spells as UTF-8. A text spells characters below U+0100 so too."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1").encode()
    return raw
