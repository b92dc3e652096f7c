r"""Documents written byte by byte: hex with separators, lists of numbers, base85, UTF-7, the digits of a SMART Health Card.

    53 53 4e 3a    0x53,0x53    [83, 83, 78, 58]    ;DKgN/hSb...    SSN+ADoAIA-    shc:/5676290952...

What decodes to no text is no document. Where each byte stands by itself (numbers, UTF-7) its place is kept, and redaction masks
the values within; else it masks the whole run.
"""

import re
import struct
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from phiscan.embedded.base64_and_hex import judged, readable
from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.formats.hl7v2 import messages as hl7v2
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

_LEAST: Final = 12
"""Bytes that hold a labelled number."""
# 53:53:4e, 5353 4e3a 2031 (lines of a dump too), 0x53, 0x53 and \x53\x53
_BYTES: Final = rb"(?:[0-9A-Fa-f]{2}){1,2}(?![0-9A-Za-z])"
_HEX: Final = re.compile(
    rb"(?<![0-9A-Za-z])"
    + _BYTES
    + repeated(rb"(?:[ :-]{1,2}|\\n|\s{1,9})" + _BYTES, "{5,}")
    + b"|"
    + repeated(rb"0x[0-9A-Fa-f]{2}[\s,;]{0,9}", "{12,}")
    + b"|"
    + repeated(rb"\\{1,2}x[0-9A-Fa-f]{2}", "{12,}")
)
_HEX_PREFIX: Final = re.compile(rb"0x|\\+[xnr]|[^0-9A-Fa-f]")
_VALUE: Final = rb"(?:25[0-5]|2[0-4]\d|1\d\d|\d\d?|-(?:12[0-8]|1[01]\d|\d\d?))"
_NUMBERS: Final = re.compile(
    rb"[\[{(]\s*+" + repeated(_VALUE + rb"\s*+,\s*+", "{11,}") + _VALUE + rb"\s*+[\])}]"
)
_NUMBER: Final = re.compile(rb"-?\d+")
# what a text has long ones of: words, numbers, signs; random bytes change their kind at every other
# place
_PIECE: Final = re.compile(rb"[A-Z]?[a-z\x80-\xff]+|[A-Z]+|[0-9]+|[^A-Za-z0-9\x80-\xff]+")
_MEAN_PIECE: Final = 2
_SIGNS: Final = "!#$();*<>?@^`|~"  # a fifth of base85's letters, and seldom three within a word
_RARE: Final = re.compile(f"[{_SIGNS}]".encode())
_RARELY: Final = 3
_THRICE: Final = rf"[{_SIGNS}]" + rf"[^{_SIGNS}\s\"]*[{_SIGNS}]" * (_RARELY - 1)
_BLANK: Final = b" \t\n\v\f\r"
_OTHERS: Final = bytes(set(range(256)) - set(_SIGNS.encode() + _BLANK + b'"'))
_SHAPE: Final = bytes.maketrans(
    _SIGNS.encode() + _BLANK + _OTHERS,
    b"!" * len(_SIGNS) + b" " * len(_BLANK) + b"a" * len(_OTHERS),
)
"""A text with `!` for each sign, blanks and quotes, and `a` for all else."""
_DENSE: Final = re.compile(b"!" + b"a*+!" * (_RARELY - 1))
"""Rare signs within one word, in the shape of a text: there it begins with one letter, and is found
as fast as that."""
# a string of JSON, without blanks, in which \" and \\ stand for " and \; and a word of a text
_WORDS: Final = (
    re.compile(rb"(?<=\")" + repeated(rb"[!#-\[\]-~]|\\[\"\\/]", "{20,}") + rb"(?=\")"),
    re.compile(rb"(?:(?<=[\s=>])|\A)[!-~]{20,}+(?=\s|\Z)"),
)
_ADOBE: Final = re.compile(rb"<~([!-uz\s]{15,}+)~>")
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
# +ADEAMg- is 12 in UTF-7: an ASCII letter's high byte is 0, so its base64 begins with A (RFC 2152)
_UTF7: Final = re.compile(rb"\+(A[A-H][AEIMQUYcgkosw048][A-Za-z0-9+/]*+)-?")
_BYTE_ESCAPE: Final = re.compile(rb"\\{1,2}x([0-9A-Fa-f]{2})")
_HEALTH_CARD: Final = re.compile(rb"shc:/(?:\d{1,2}/\d{1,2}/)?(\d{40,}+)")

_DIGITS: Final = "[2-7][0-9a-fA-F]"  # a byte of a text
_PAIR: Final = 2 * _DIGITS
# a text of any use holds a blank, a quote, a colon or a bar; asking for one as it is spelled costs
# nothing, asking for any byte does
HEX_MARKS: Final = (
    *(rf"{_DIGITS}{sign}(?:20|22|3a|3A|7c|7C){sign}{_DIGITS}{sign}{_DIGITS}" for sign in " :-"),
    *(rf"{_PAIR} {byte}{_DIGITS} {_PAIR} " for byte in ("20", "22")),
    *(rf"{_PAIR} {_DIGITS}{byte} {_PAIR} " for byte in ("20", "22")),
    r"0x[0-9a-fA-F]{2}[\s,;]{0,9}0x[0-9a-fA-F]{2}",
    r"\\x[0-9a-fA-F]{2}\\{1,2}x[0-9a-fA-F]{2}",
)
NUMBER_MARKS: Final = tuple(rf"[1-9][0-9]{{1,2}},\s*{byte},\s*[1-9][0-9]" for byte in (32, 34, 58))
BASE85_MARKS: Final = ("<~", _THRICE)
BYTE_ESCAPE_MARK: Final = r"\\x[0-9a-fA-F]{2}"
UTF7_MARK: Final = r"\+A[A-H][AEIMQUYcgkosw048]"
HEALTH_CARD_MARK: Final = r"shc:/\d"


def hexes(data: bytes) -> Iterator[Nested | None]:
    """Pairs of hex digits with something between them."""
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


def number_lists(data: bytes) -> Iterator[Nested | None]:
    """Lists of numbers that are the bytes of a text, signed or not."""
    for match in _NUMBERS.finditer(data):
        text = Derived()
        for number in _NUMBER.finditer(data, *match.span()):
            text.put(bytes((int(number[0]) % 256,)), *number.span())
            yield None
        if _is_writing(text.text()):
            yield Nested(
                text.text(), Location("encoded", *match.span()), declared=False, origin=text
            )


def base85(data: bytes) -> Iterator[Nested | None]:
    """Ascii85, RFC 1924's base85 and Z85 (ZeroMQ RFC 32)."""
    for match in chain(_ADOBE.finditer(data), _dense(data)):
        content = _of_word(match[1] if match.re is _ADOBE else match[0])
        yield (
            Nested(content, Location("encoded", *match.span()), declared=False) if content else None
        )


def _dense(data: bytes) -> Iterator[re.Match[bytes]]:
    """Words of those stretches without a blank that have enough rare signs: few texts have one, and
    all other words cost nothing."""
    shape, at = data.translate(_SHAPE), 0
    while (dense := _DENSE.search(shape, at)) is not None:
        begin, end = shape.rfind(b" ", at, dense.start()) + 1 or at, shape.find(b" ", dense.end())
        at = len(data) if end < 0 else end
        for words in _WORDS:
            yield from words.finditer(data, begin, at)


def _of_word(word: bytes) -> bytes:
    """What a word spells in base85, with its escapes or without; nothing when it is none."""
    if len(_RARE.findall(word, 0, 2 * _SAMPLE)) < _RARELY:
        return b""
    spellings = (_ESCAPES.sub(b"", word), word) if b"\\" in word else (word,)
    for spelled in (spelling.translate(None, b" \t\r\n") for spelling in spellings):
        for alphabet in _ALPHABETS:
            if _is_writing(_from_base85(spelled[:_SAMPLE], alphabet)):
                content = _from_base85(spelled, alphabet)
                if readable(content[-2 * _SAMPLE :].lstrip(_CONTINUATION)):
                    return content
    return b""


def utf7(data: bytes) -> Iterator[Nested | None]:
    """A text with pieces of UTF-7, as a whole: what stands between them belongs to it."""
    return _whole(data, _UTF7, _from_utf7)


def byte_escapes(data: bytes) -> Iterator[Nested | None]:
    """A text with escapes of single bytes, as a web server's log has them: `{\\x22ssn\\x22:
    ...}`."""
    return _whole(data, _BYTE_ESCAPE, bytes.fromhex)


def _whole(
    data: bytes, pieces: re.Pattern[bytes], decode: Callable[[str], bytes]
) -> Iterator[Nested | None]:
    """All of a text, with what group 1 of each piece stands for in its place."""
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
    """SMART Health Cards as a QR code holds them: two digits for each letter of a JWS, its code
    less 45."""
    for match in _HEALTH_CARD.finditer(data):
        digits = match[1]
        letters = (int(digits[i : i + 2]) + 45 for i in range(0, len(digits) - 1, 2))
        yield Nested(bytes(letters), Location("health_card", *match.span(1)), "text/plain")


def _from_utf7(letters: str) -> bytes:
    """The text of one shifted piece; nothing when it is none of at least one printable
    character."""
    try:
        text = f"+{letters}-".encode().decode("utf-7")
    except UnicodeDecodeError:
        return b""
    return text.encode("utf-8", "replace") if text.isprintable() or text.isspace() else b""


def _from_base85(word: bytes, alphabet: bytes) -> bytes:
    """The bytes of base85; empty when `word` is none. A last group of n letters holds n - 1
    bytes."""
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
    """Whether bytes are a text that somebody wrote: any numbers are some letters, few of them are
    words with blanks or quotes."""
    head = content[:256]
    if not (b" " in head or b'"' in head or hl7v2.sniff(head)) or not readable(content):
        return False
    return len(head) >= _MEAN_PIECE * len(_PIECE.findall(head))
