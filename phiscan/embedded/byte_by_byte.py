r"""Documents written byte by byte: hex with separators, lists of numbers, base85, UTF-7 and others.

    53 53 4e 3a    0x53,0x53    [83, 83, 78, 58]    ;DKgN/hSb...    SSN+ADoAIA-    \x22ssn\x22
    shc:/5676290952...    (the digits of a SMART Health Card)

What does not decode to text is no document. Where each byte is written by itself (lists of numbers,
UTF-7, `\x22`), ranges are mapped back, and redaction masks single values. In the other encodings,
redaction masks the whole run.
"""

import re
import struct
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from phiscan.embedded import opaque
from phiscan.embedded.base64_and_hex import judged, readable
from phiscan.evidence import Nested, Opaque
from phiscan.finding import Location
from phiscan.formats.hl7v2 import messages as hl7v2
from phiscan.syntax import xml_values
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

_LEAST: Final = 12
"""The least bytes of a document. They hold a labelled number."""
_BYTES: Final = rb"(?:[0-9A-Fa-f]{2}){1,2}(?![0-9A-Za-z])"
# matches b"53:53:4e:3a:20:31", b"5353 4e3a 2031 3233 3435 3637" (also over the lines of a dump),
# and 12 or more of b"0x53, " or b"\\x53"; not b"53:53:4e", which is too short
_HEX: Final = re.compile(
    rb"(?<![0-9A-Za-z])"
    + _BYTES
    + repeated(rb"(?:[ :-]{1,2}|\\n|\s{1,9})" + _BYTES, "{5,}")
    + b"|"
    + repeated(rb"0x[0-9A-Fa-f]{2}[\s,;]{0,9}", "{12,}")
    + b"|"
    + repeated(rb"\\{1,2}x[0-9A-Fa-f]{2}", "{12,}")
)
# what is no digit of a byte: matches b"0x", b"\\x", b"\\n" and b","; not b"53"
_HEX_PREFIX: Final = re.compile(rb"0x|\\+[xnr]|[^0-9A-Fa-f]")
# a byte, signed or unsigned: matches b"255" and b"-128"; not b"256"
_VALUE: Final = rb"(?:25[0-5]|2[0-4]\d|1\d\d|\d\d?|-(?:12[0-8]|1[01]\d|\d\d?))"
# matches a list of 12 or more such as b"[83, 83, 78, ...]"; not b"[83, 83]"
_NUMBERS: Final = re.compile(
    rb"[\[{(]\s*+" + repeated(_VALUE + rb"\s*+,\s*+", "{11,}") + _VALUE + rb"\s*+[\])}]"
)
# The same with blanks between, and no brackets. A form writes a blank as a plus sign.
# matches b"83 83 78 ..."; not b"83.5 78 ..."
_SPACED: Final = re.compile(
    rb"(?<![\d.-])" + _VALUE + rb"(?![\d.])" + repeated(rb"[ +]" + _VALUE + rb"(?![\d.])", "{11,}")
)
_NUMBER: Final = re.compile(rb"-?\d+")
# matches b".-. -- / -." and so on, 60 letters; not b"..... -----"
_MORSE: Final = re.compile(rb"[.-]{1,6}" + repeated(rb"[ +](?:(?:/|%2F)[ +])?[.-]{1,6}", "{59,}"))
# A run of one kind of character: a word, a number, signs. Text has long ones. In random bytes, the
# kind changes with every second character.
# matches b"Ruiz" as one piece; b"Rx7" as two
_PIECE: Final = re.compile(rb"[A-Z]?[a-z\x80-\xff]+|[A-Z]+|[0-9]+|[^A-Za-z0-9\x80-\xff]+")
_MEAN_PIECE: Final = 2
"""The least mean length of such runs in text, in bytes."""
_SHORT: Final = 30
_MEAN_RUN: Final = 2.3
_MEAN_RUN_OF_SHORT: Final = 2.9
"""The largest mean length of such runs in base85, and in a word of fewer than `_SHORT` letters."""
_SMALL: Final = bytes(range(ord("a"), ord("z") + 1))
# A fifth of the characters of base85. A word of a text seldom has three of them.
_SIGNS: Final = "!#$();*<>?@^`|~"
_RARE: Final = re.compile(f"[{_SIGNS}]".encode())
_RARELY: Final = 3
_THRICE: Final = rf"[{_SIGNS}]" + rf"[^{_SIGNS}\s\"]*[{_SIGNS}]" * (_RARELY - 1)
_BLANK: Final = b" \t\n\v\f\r"
_OTHERS: Final = bytes(set(range(256)) - set(_SIGNS.encode() + _BLANK + b'"'))
_SHAPE: Final = bytes.maketrans(
    _SIGNS.encode() + _BLANK + _OTHERS,
    b"!" * len(_SIGNS) + b" " * len(_BLANK) + b"a" * len(_OTHERS),
)
"""Translates a text to `!` for each of `_SIGNS`, a blank for white space, and `a` for all else.

Quotes stay.
"""
_MARKUP_SHAPE: Final = bytes(0x20 if c in b"<>" else _SHAPE[c] for c in range(256))
"""The same for markup, where `<` and `>` end a text."""
# Three rare signs within one word, in a text translated by _SHAPE. There the expression begins with
# one fixed byte, so `re` searches at the speed of a byte search.
# matches b"!aa!a!"; not b"!aa! a!"
_DENSE: Final = re.compile(b"!" + b"a*+!" * (_RARELY - 1))
_WORDS: Final = (
    # a JSON string without blanks: matches b"a" * 20 between double quotes; not b"a" * 19
    re.compile(rb"(?<=\")" + repeated(rb"[!#-\[\]-~]|\\[\"\\/]", "{20,}") + rb"(?=\")"),
    # a word of a text: matches b"a" * 20 between blanks; not b"a" * 19
    re.compile(rb"(?:(?<=[\s=>])|\A)[!-~]{20,}+(?=\s|\Z)"),
)
_MARKUP_WORDS: Final = (
    # a word of a text of markup: matches b"a" * 20 between tags or blanks; not b"a" * 19
    re.compile(rb"(?<=[\s>])[!-;=?-~]{20,}+(?=[\s<])"),
    # an attribute's value without blanks: matches b"a" * 20 between quotes; not b"a" * 19
    re.compile(rb"(?<==\")[!#-;=?-~]{20,}+(?=\")"),
)
_PLAIN_TEXTS: Final = (b"<![CDATA[", b"<script")
"""What begins a part of markup in which `<` and `&` stand for themselves."""
# matches b"<~;DKgN/hSb9Z+0E\"A~>"; not b"<~~>"
_ADOBE: Final = re.compile(rb"<~([!-uz\s]{15,}+)~>")
# matches b"\\n" and the backslash of b"\\/"; not that of b"\\t"
_ESCAPES: Final = re.compile(rb"\\n|\\(?=[\"\\/])")
_SAMPLE: Final = 40
_CONTINUATION: Final = bytes(range(0x80, 0xC0))
_BASE85: Final = (
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
)
_Z85: Final = (
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
)
_ASCII85: Final = bytes(range(0x21, 0x76))
_ALPHABETS: Final = (_BASE85, _Z85, _ASCII85)
# A shift to base64 of UTF-16 (RFC 2152). The high byte of an ASCII character is 0, so its base64
# begins with A.
# matches b"+ADEAMg-", which is 12; not b"+1-515"
_UTF7: Final = re.compile(rb"\+(A[A-H][AEIMQUYcgkosw048][A-Za-z0-9+/]*+)-?")
# matches b"\\x22"; not b"\\x2"
_BYTE_ESCAPE: Final = re.compile(rb"\\{1,2}x([0-9A-Fa-f]{2})")
# matches b"\\101" and b"\\\\101"; not b"\\400", which is no byte
_OCTAL: Final = re.compile(rb"\\{1,2}([0-3][0-7]{2})")
# matches b"shc:/" and 40 digits, also b"shc:/1/2/" and 40 digits; not 39 digits
_HEALTH_CARD: Final = re.compile(rb"shc:/(?:\d{1,2}/\d{1,2}/)?(\d{40,}+)")

# Below: Hyperscan expressions, one of which occurs in every document that the finder may find.
_DIGITS: Final = "[2-7][0-9a-fA-F]"  # a printable ASCII byte in hex
_PAIR: Final = 2 * _DIGITS
# Every useful text has a blank, a quote, a colon or a vertical bar. Searching for these bytes costs
# nothing, but searching for any byte in hex does.
# The first matches "4e 3a 20 31"; not "4e 41 4d 45"
HEX_MARKS: Final = (
    *(rf"{_DIGITS}{sign}(?:20|22|3a|3A|7c|7C){sign}{_DIGITS}{sign}{_DIGITS}" for sign in " :-"),
    *(rf"{_PAIR} {byte}{_DIGITS} {_PAIR} " for byte in ("20", "22")),
    *(rf"{_PAIR} {_DIGITS}{byte} {_PAIR} " for byte in ("20", "22")),
    r"0x[0-9a-fA-F]{2}[\s,;]{0,9}0x[0-9a-fA-F]{2}",
    r"\\x[0-9a-fA-F]{2}\\{1,2}x[0-9a-fA-F]{2}",
)
NUMBER_MARKS: Final = tuple(
    rf"[1-9][0-9]{{1,2}}(?:,\s*|[ +]){byte}(?:,\s*|[ +])[1-9][0-9]" for byte in b'\t "*,:=|'
)
MORSE_MARK: Final = r"[.-][ +](?:(?:/|%2F)[ +])?[.-]"
BASE85_MARKS: Final = ("<~", _THRICE)
BYTE_ESCAPE_MARK: Final = r"\\x[0-9a-fA-F]{2}"
OCTAL_MARK: Final = r"\\[01][0-7]{2}\\{1,2}[01][0-7]{2}"
UTF7_MARK: Final = r"\+A[A-H][AEIMQUYcgkosw048]"
HEALTH_CARD_MARK: Final = r"shc:/\d"


def hexes(data: bytes) -> Iterator[Nested | None]:
    """Yield documents in hex with separators or prefixes, and None for other runs."""
    for match in _HEX.finditer(data):
        prefixed = b"x" in match[0] or b"\\" in match[0]
        digits = (
            _HEX_PREFIX.sub(b"", match[0])
            if prefixed
            else match[0].translate(None, b" :-\r\n\t\v\f")
        )
        content = bytes.fromhex(digits.decode())
        found = judged(content) if len(content) >= _LEAST else None
        location = Location("encoded", *match.span())
        yield Nested(found.data, location, declared=False, coding=found.coding) if found else None


def number_lists(data: bytes) -> Iterator[Nested | Opaque | None]:
    """Yield lists of numbers that are the bytes of a text, and None after each number.

    A list whose bytes are spread as those of encrypted data are is opaque.
    """
    for match in chain(_NUMBERS.finditer(data), _SPACED.finditer(data)):
        text = Derived()
        for number in _NUMBER.finditer(data, *match.span()):
            text.put(bytes((int(number[0]) % 256,)), *number.span())
            yield None
        if _is_writing(text.text()):
            yield Nested(
                text.text(), Location("encoded", *match.span()), declared=False, origin=text
            )
        elif opaque.is_spread(list(text.text())) and not opaque.is_named(
            opaque.before_of(data, match.start())
        ):
            yield Opaque(Location("encoded", *match.span()))


def morse(data: bytes) -> Iterator[Opaque]:
    """Yield texts in Morse. They are not decoded: nobody sends them but to hide something."""
    for match in _MORSE.finditer(data):
        if opaque.is_morse(match[0]):
            yield Opaque(Location("encoded", *match.span()))


def base85(data: bytes) -> Iterator[Nested | Opaque | None]:
    """Yield documents in Ascii85, the base85 of RFC 1924, or Z85 (ZeroMQ RFC 32).

    Words that decode to nothing but look encrypted are opaque. For other words yields None.
    """
    for match in chain(_ADOBE.finditer(data), _dense(data, _SHAPE, _WORDS)):
        word = match[1] if match.re is _ADOBE else match[0]
        yield _of_base85(data, word, *match.span())


def base85_in_markup(data: bytes) -> Iterator[Nested | Opaque | None]:
    """Yield the same in XML and HTML: in texts and attributes, whose references are decoded."""
    if any(sign in data for sign in _PLAIN_TEXTS):
        yield from base85(data)
    for match in _dense(data, _MARKUP_SHAPE, _MARKUP_WORDS):
        word = xml_values.unescaped(data, *match.span()).text()
        yield _of_base85(data, word, *match.span())


def _of_base85(data: bytes, word: bytes, start: int, end: int) -> Nested | Opaque | None:
    content, location = _of_word(word), Location("encoded", start, end)
    if content:
        return Nested(content, location, declared=False)
    is_opaque = opaque.is_dense(word) and not opaque.is_named(opaque.before_of(data, start))
    return Opaque(location) if is_opaque else None


def _dense(
    data: bytes, to_shape: bytes, expressions: tuple[re.Pattern[bytes], ...]
) -> Iterator[re.Match[bytes]]:
    """Yield the words that may be base85, in ranges without a blank that have three rare signs.

    Few texts have such a range, and all other words cost nothing.
    """
    shape, at = data.translate(to_shape), 0
    while (dense := _DENSE.search(shape, at)) is not None:
        begin, end = shape.rfind(b" ", at, dense.start()) + 1 or at, shape.find(b" ", dense.end())
        at = len(data) if end < 0 else end
        for words in expressions:
            yield from words.finditer(data, begin, at + 1)


def _of_word(word: bytes) -> bytes:
    """Decode a word of base85, with its backslashes as escapes or as characters.

    Empty when it does not decode to text.
    """
    if len(_RARE.findall(word, 0, 2 * _SAMPLE)) < _RARELY or not _is_mixed(word[: 2 * _SAMPLE]):
        return b""
    spellings = (_ESCAPES.sub(b"", word), word) if b"\\" in word else (word,)
    for spelled in (spelling.translate(None, b" \t\r\n") for spelling in spellings):
        for alphabet in _ALPHABETS:
            if _is_writing(_from_base85(spelled[:_SAMPLE], alphabet)):
                content = _from_base85(spelled, alphabet)
                if readable(content[-2 * _SAMPLE :].lstrip(_CONTINUATION)):
                    return content
    return b""


def _is_mixed(word: bytes) -> bool:
    """Whether small letters occur and the kind of character changes as in base85.

    There, a fourth of the characters are small letters and a run of one kind has 1.5 characters. A
    row of HL7 v2 or X12 fields has longer runs, and often nearly no small letters.
    """
    size = len(word)
    small, longest = (size // 12, _MEAN_RUN) if size >= _SHORT else (1, _MEAN_RUN_OF_SHORT)
    if size - len(word.translate(None, _SMALL)) < small:
        return False
    return size <= longest * len(_PIECE.findall(word))


def utf7(data: bytes) -> Iterator[Nested | None]:
    """Yield the whole text with its UTF-7 decoded, and None for each shifted piece."""
    return _whole(data, _UTF7, _from_utf7)


def byte_escapes(data: bytes) -> Iterator[Nested | None]:
    """Yield the whole text with `\\x22` and the like decoded, as in logs of web servers."""
    return _whole(data, _BYTE_ESCAPE, bytes.fromhex)


def octal_escapes(data: bytes) -> Iterator[Nested | None]:
    """Yield the whole text with `\\042` and the like decoded, as C, shells and databases write."""
    return _whole(data, _OCTAL, lambda digits: bytes((int(digits, 8),)))


def _whole(
    data: bytes, pieces: re.Pattern[bytes], decode: Callable[[str], bytes]
) -> Iterator[Nested | None]:
    """Yield the whole text with each match of `pieces` replaced by what its group 1 decodes to."""
    text, at = Derived(), 0
    for match in pieces.finditer(data):
        yield None
        if piece := decode(match[1].decode()):
            text.copy(data, at, match.start())
            text.put(piece, *match.span())
            at = match.end()
    if at:
        text.copy(data, at, len(data))
        yield Nested(text.text(), Location("escaped", 0, len(data)), declared=False, origin=text)


def health_cards(data: bytes) -> Iterator[Nested]:
    """Yield the JWS of each SMART Health Card in the form of its QR code.

    There, each character of the JWS is two digits: its code minus 45.
    """
    for match in _HEALTH_CARD.finditer(data):
        digits = match[1]
        letters = (int(digits[i : i + 2]) + 45 for i in range(0, len(digits) - 1, 2))
        yield Nested(bytes(letters), Location("health_card", *match.span(1)), "text/plain")


def _from_utf7(letters: str) -> bytes:
    """Decode a shifted piece of UTF-7 to UTF-8. Empty when it is not printable text."""
    try:
        text = f"+{letters}-".encode().decode("utf-7")
    except UnicodeDecodeError:
        return b""
    return text.encode("utf-8", "replace") if text.isprintable() or text.isspace() else b""


def _from_base85(word: bytes, alphabet: bytes) -> bytes:
    """Decode base85. Empty when `word` is invalid.

    The last group may have n of five characters, which hold n - 1 bytes.
    """
    if word.translate(None, alphabet) or len(word) % 5 == 1:
        return b""
    short = -len(word) % 5
    values = (word + alphabet[-1:] * short).translate(_values(alphabet))
    groups = [
        (((a * 85 + b) * 85 + c) * 85 + d) * 85 + e
        for a, b, c, d, e in zip(*(values[i::5] for i in range(5)), strict=True)
    ]
    if max(groups, default=1 << 32) >= 1 << 32:
        return b""
    content = struct.pack(f">{len(groups)}I", *groups)
    return content[: len(content) - short]


def _values(alphabet: bytes) -> bytes:
    return bytes.maketrans(alphabet, bytes(range(85)))


def _is_writing(content: bytes) -> bool:
    """Whether bytes are text with blanks, quotes or lines and with words.

    Any numbers decode to some characters, but few to such text.
    """
    head = content[:256]
    if not readable(content):
        return False
    if hl7v2.sniff(head):
        return True
    if not any(sign in head for sign in (b" ", b'"', b"\n")):
        return False
    return len(head) >= _MEAN_PIECE * len(_PIECE.findall(head))
