r"""Normalises text: decodes escapes, replaces look-alike characters, and maps ranges back.

Detectors must see two spellings of one value as the same value. `\u0031`, `&#49;`, `%31`, the
full-width 1 and the Arabic 1 all become 1. A zero-width blank within a number is removed. A
Cyrillic letter within a Latin word becomes the Latin letter that it looks like.
docs/detection-evasion.md lists what is normalised and what is not.

Cost: a cheap test first finds out whether there is anything to normalise, and without it nothing
is copied. Otherwise linear, in at most `_MAX_LAYERS` passes for escapes and one for look-alikes.
"""

import re
import unicodedata
from dataclasses import dataclass
from html.entities import html5
from typing import Final

from phiscan.text.offsets import Derived

_MAX_LAYERS: Final = 3
"""The most levels of escapes within escapes (`&amp;#49;`, `%2531`) that are decoded."""
# An escaped control character becomes blanks, so that the next word begins a word.
# matches \n; not \d or \s, which occur only in regular expressions
_CONTROL: Final = re.compile(rb'\\[nrtbf"]')
_ESCAPES: Final = (
    # matches \u0031, \\u0031 and \/; not \u003
    (b"\\", re.compile(rb"\\(?<!\\\\)\\*+(?:u(?P<u>[0-9A-Fa-f]{4})|/)")),
    # matches &#49; &#x31; and &nbsp; not AT&T
    (
        b"&",
        re.compile(
            rb"&(?:#(?P<dec>\d{1,7})|#[xX](?P<hex>[0-9A-Fa-f]{1,6})|(?P<name>[A-Za-z]{2,12}));"
        ),
    ),
    # matches %31%32; not the % of "100% of"
    (b"%", re.compile(rb"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2}){0,63}")),
)
"""The first byte of each kind of escape, and its expression.

One expression for each first byte, because `re` searches for a fixed first byte at the speed of a
byte search.
"""
# A run of non-ASCII bytes with short Latin pieces in between: a word that may mix scripts.
# matches all of "ѕmithѕ" with Cyrillic ѕ; of "smithѕ" only the last letter
_RUN: Final = re.compile(rb"[\x80-\xff]+(?:[A-Za-z]{1,16}[\x80-\xff]+)*")
# RFC 3629 section 3 forbids more bytes than a code point needs, but lenient decoders accept them.
# matches b"\xc0\xaf", an overlong "/"; not b"\xc0/"
_SEQUENCE: Final = re.compile(
    rb"[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}"
)
_LOOKALIKES: Final = {
    ord(c): latin
    for letters, plain in (
        ("АВЕЅІЈКМНОРСТХУҮԌаеіјорсѕхуһԁԛԝӏвкмнт", "ABESIJKMHOPCTXYYGaeijopcsxyhdqwlbkmht"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορτυχκϲϳ", "ABEZHIKMNOPTYXaivoptuxkcj"),
        ("ɡɑıʟʀɴօսոաԱՍՕ", "gailrnounwUSO"),
    )
    for c, latin in zip(letters, plain, strict=True)
}
"""Letters of other scripts and the Latin letter that each looks like.

A subset of Unicode's confusables: the letters that a label can be spelled with.
"""
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_STRUCK: Final = frozenset(map(chr, range(0x334, 0x339)))
_QUOTES: Final = frozenset("\u2018\u2019\u201b\u02bc\u02b9\u2032\uff07")
_MINUS: Final = frozenset("\u2212\u2043\u02d7\u2796\u30fc")
_DOTS: Final = frozenset("\u00b7\u2022\u2027\u2219\u22c5\u30fb")
"""Dots in the middle of a line, which separate the groups of a number: `740·384·9871`."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text to run detectors over.

    Args:
        text: the normalised text.
        layers: the passes that changed the text, in order. Empty if none did.
    """

    text: bytes
    layers: tuple[Derived, ...] = ()

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Map the range from `start` to `end` of the text to the document."""
        for layer in reversed(self.layers):
            start, end = layer.origin(start, end)
        return start, end


def normalise(
    data: bytes, *, plus_is_blank: bool = False, unescaped: Derived | None = None
) -> Normalised:
    """Return `data` with escapes decoded and look-alike characters replaced.

    Args:
        plus_is_blank: whether `+` stands for a blank, as in form data.
        unescaped: `data` without the escape sequences of its format, if it has any.
    """
    if plus_is_blank:
        data = data.replace(b"+", b" ")
    layers = [] if unescaped is None else [unescaped]
    text = data if unescaped is None else unescaped.text()
    text = _CONTROL.sub(b"  ", text) if b"\\" in text else text
    for _ in range(_MAX_LAYERS):
        layer = _unescaped(text) if _may_hold_escapes(text) else None
        if layer is None:
            break
        layers.append(layer)
        text = layer.text()
    if not text.isascii() and (layer := _plain_runs(text)) is not None:
        layers.append(layer)
        text = layer.text()
    return Normalised(text, tuple(layers))


def plain(text: str) -> str:
    """Return a label or a value with look-alike characters replaced."""
    if text.isascii():
        return text
    normalised = text.translate(_TABLE)
    return normalised.translate(_LOOKALIKES) if _mixes_scripts(normalised) else normalised


def unaccented(text: str) -> str:
    """Return a label without look-alike characters, accents and the sharp s: `Diagnostico`."""
    if text.isascii():
        return text
    folded = plain(text)
    split = unicodedata.normalize("NFKD", folded.replace("ß", "ss"))
    return "".join(c for c in split if not unicodedata.combining(c))


def _may_hold_escapes(text: bytes) -> bool:
    return b"\\" in text or b"%" in text or (b"&" in text and b";" in text)


def _unescaped(data: bytes) -> Derived | None:
    found = [match for mark, escape in _ESCAPES if mark in data for match in escape.finditer(data)]
    out, at = Derived(), 0
    for match in sorted(found, key=re.Match.start):
        start, end = match.span()
        text = _unescape(match)
        if text is not None and start >= at:
            out.copy(data, at, start)
            if match[0].startswith(b"%"):
                for i, byte in enumerate(text):
                    out.put(bytes((byte,)), start + 3 * i, start + 3 * i + 3)
            else:
                out.put(text, start, end)
            at = end
    if not at:
        return None
    out.copy(data, at, len(data))
    return out


def _unescape(match: re.Match[bytes]) -> bytes | None:
    """Return the text that an escape stands for, or None when it is no escape."""
    escape = match[0]
    if escape.startswith(b"%"):
        return bytes.fromhex(escape.replace(b"%", b"").decode())
    if escape.endswith(b"/"):
        return b"/"
    parts = match.groupdict()
    if parts.get("name"):
        named = html5.get(parts["name"].decode() + ";")
        return named.encode() if named else None
    point = int(parts["dec"]) if parts.get("dec") else int(parts.get("u") or parts["hex"], 16)
    if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        return None
    return chr(point).encode() if point else b" "


def _plain_runs(data: bytes) -> Derived | None:
    out, at = Derived(), 0
    for match in _RUN.finditer(data):
        start, end = match.span()
        try:
            run = match[0].decode()
        except UnicodeDecodeError:
            at = _lenient(data, match.span(), at, out)
            continue
        if run in _DOTS and _is_in_number(data, start, end):
            out.copy(data, at, start)
            out.put(b"-", start, end)
            at = end
            continue
        around = data[start - 1 : start] + data[end : end + 1] if start else data[end : end + 1]
        table = _MIXED if _mixes_scripts(run + around.decode("latin-1")) else _TABLE
        if run.translate(table) == run:
            continue
        out.copy(data, at, start)
        at = _put_run(run, table, start, out)
    if not at:
        return None
    out.copy(data, at, len(data))
    return out


def _is_in_number(data: bytes, start: int, end: int) -> bool:
    """Whether digits stand on both sides of a range, perhaps behind one blank."""
    before, after = data[max(0, start - 2) : start].rstrip(b" "), data[end : end + 2].lstrip(b" ")
    return before[-1:].isdigit() and after[:1].isdigit()


def _put_run(run: str, table: "_Table", start: int, out: Derived) -> int:
    """Append the replacement of each character of `run` to `out`.

    Args:
        start: the offset of the run in the document, in UTF-8.

    Returns:
        The offset of its end.
    """
    for character in run:
        size = len(character.encode())
        out.put(table[ord(character)].encode(), start, start + size)
        start += size
    return start


def _lenient(data: bytes, span: tuple[int, int], at: int, out: Derived) -> int:
    """Replace the look-alikes in a run that is not valid UTF-8 throughout.

    Bytes that form no sequence are kept.

    Args:
        span: the range of the run in `data`.
        at: the end of the bytes that `out` has so far.

    Returns:
        The end of the bytes that `out` has now.
    """
    for match in _SEQUENCE.finditer(data, *span):
        sequence = match[0]
        point = sequence[0] & (0x1F if len(sequence) == 2 else 0x0F if len(sequence) == 3 else 0x07)
        for byte in sequence[1:]:
            point = point << 6 | byte & 0x3F
        if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
            continue
        normalised = _TABLE[point].encode()
        if normalised != sequence:
            out.copy(data, at, match.start())
            out.put(normalised, *match.span())
            at = match.end()
    return at


def _mixes_scripts(word: str) -> bool:
    """Whether one word mixes Latin, Cyrillic and Greek letters, which no language does."""
    latin = any(c.isascii() and c.isalpha() for c in word)
    cyrillic = any("\u0400" <= c <= "\u052f" for c in word)
    greek = any("\u0370" <= c <= "\u03ff" for c in word)
    return latin + cyrillic + greek > 1 or (latin and any(ord(c) in _LOOKALIKES for c in word))


def _plain_character(character: str) -> str:
    """Return the ASCII form of a character that is not ASCII, or itself when it has none."""
    digit = unicodedata.digit(character, None)
    category = unicodedata.category(character)
    if digit is not None:
        return str(digit)
    if (
        category in ("Cf", "Me")
        or character in _INVISIBLE
        or character in _STRUCK
        or 0xFE00 <= ord(character) <= 0xFE0F
    ):
        return ""
    if category in ("Zs", "Zl", "Zp") or character == "\u2800":
        return " "
    if category == "Pd" or character in _MINUS:
        return "-"
    if character in _QUOTES:
        return "'"
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if compatible.isascii() else character


class _Table(dict[int, str]):
    """A `str.translate` table that fills itself on use, with at most one entry per code point."""

    def __init__(self, first: dict[int, str]) -> None:
        super().__init__(first)

    def __missing__(self, point: int) -> str:
        normalised = chr(point) if point < 0x80 else _plain_character(chr(point))
        self[point] = normalised
        return normalised


_TABLE: Final = _Table({})
_MIXED: Final = _Table(_LOOKALIKES)
