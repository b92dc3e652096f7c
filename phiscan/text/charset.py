"""Character encodings. Text is converted to UTF-8 before a scan, and back after a redaction.

Readers and detectors know only UTF-8. What the bytes show (a byte order mark, every other byte NUL)
overrides what the Content-Type says, because senders mislabel. Where a text can be read in two
ways and one reading could hide the other, the result is a gap and not a guess.

`phiscan.text.content_coding` treats a charset as one more coding, named `charset:CODEC`. No
Content-Encoding header may name one.
"""

import codecs
import re
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import Final, NamedTuple

from phiscan import packed
from phiscan.finding import Gap

PREFIX: Final = "charset:"
_BOM: Final = "+bom"
# longest mark first: the mark of UTF-32LE begins with that of UTF-16LE
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# In UTF-16, UTF-32 and EBCDIC, an ASCII run with an ASCII word in it occurs by chance once in
# 100,000 letters. So where one occurs, a second text is hidden.
# matches b"SSN 536-90-4431"; not b"S\0S\0N\0", where each run is one byte long
_ASCII_RUN: Final = re.compile(rb"[\t\r\n\x20-\x7e]{12,}")
# matches b"name" and b"536"; not b"a1b2"
_ASCII_WORD: Final = re.compile(rb"[A-Za-z]{4}|\d{3}")
# matches "\x00"; not "\t", and not VT, FS and GS, which frame HL7 v2 and NCPDP
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1a\x1e\x1f]")
_CONTROL_BYTE: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1e\x1f]")
# a UTF-8 sequence: matches b"\xc3\xa9"; not b"\xe9s", which is Latin-1
_SEQUENCE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
# two bytes for an ASCII character: matches b"\xc0\xaf"; not b"\xc2\xaf"
_OVERLONG: Final = re.compile(rb"[\xc0\xc1][\x80-\xbf]")
# matches '; charset="iso-8859-1"'; not ' charset=iso-8859-1' without a semicolon
_PARAMETER: Final = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]+)", re.IGNORECASE)
_NO_CHARSET: Final = frozenset(
    ("binary", "none", "null", "undefined", "utf-8", "utf8", "us-ascii", "ascii")
)
_STATEFUL: Final = ("utf-7", "utf7", "iso-2022", "hz", "cp50220", "csiso2022")
"""Prefixes of encodings in which ASCII bytes can mean other letters.

They are not decoded, so a text that shifts to those letters is a gap.
"""
# matches b"+AGE-", a shift of UTF-7; not b"a + b"
_SHIFTS: Final = re.compile(rb"\x1b|~\{|\+[A-Za-z0-9/]")
_EBCDIC: Final = frozenset(("cp037", "cp500", "cp1140", "cp273", "cp424", "cp875", "cp1026"))
_EBCDIC_TEXT: Final = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;-/'\n\r\x85".encode("cp037")
)
_SAMPLE: Final = 4096
# The head of a PDF file. It is of text and of bytes, and only the first may come first.
# matches b"%PDF-1.7"; not b"a %PDF- file"
_PDF: Final = re.compile(rb"%PDF-\d\.\d")
_PDF_HEAD: Final = 1024
_WITHOUT_ALIAS: Final = frozenset(
    "charmap cp1006 cp65001 cp720 cp737 cp856 cp874 cp875 koi8_t koi8_u mac_arabic "
    "mac_croatian mac_farsi mac_romanian oem palmos raw_unicode_escape undefined "
    "unicode_escape utf_8_sig".split()
)
_CODECS: Final = frozenset((*aliases, *aliases.values(), *_WITHOUT_ALIAS))
"""The names of Python's encodings. Only these are passed to `codecs.lookup`.

Without those of domain names (idna, punycode): no body is written in them, and Python takes time by
the square of the length to decode one.

`codecs.lookup` caches each unknown name for the life of the process, and a Content-Type can hold
any text in place of a name.
"""


class Recoded(NamedTuple):
    """A text in UTF-8, or the reason why it could not be decoded.

    Args:
        data: the text in UTF-8. It is unchanged if it was UTF-8, is no text, or has a gap.
        coding: the coding that was removed, `charset:CODEC`, or empty.
        gap: why the text could not be decoded.
    """

    data: bytes
    coding: str = ""
    gap: Gap = Gap.NONE


# matches "application/grpc+proto" and "application/x-protobuf"; not "application/grpc-web-text"
_BINARY_TYPE: Final = re.compile(
    r"\s*application/(?:grpc(?!-web-text)|(?:x-|vnd\.google\.|x-google-)?protobuf\b|proto\b)",
    re.IGNORECASE,
)
"""Media types of binary messages, which have no charset.

Their bytes may look like text in some charset, and converting them would change the message.
"""


def to_utf8(data: bytes, content_type: str) -> Recoded:
    """Convert `data` to UTF-8 if it is text in another encoding. Data that is no text is kept."""
    declared = _declared(content_type)
    if not declared and data.isascii() and data.find(b"\x00", 0, _SAMPLE) < 0:
        return Recoded(data)  # the same in UTF-8, as all that follows would say
    for mark, codec in _MARKS:
        if data.startswith(mark) and len(data) > len(mark):
            return _strict(data, codec + _BOM)
    if _BINARY_TYPE.match(content_type) or (
        data.find(b"%PDF-", 0, _PDF_HEAD) >= 0 and _PDF.search(data, 0, _PDF_HEAD)
    ):
        return Recoded(data)
    codec = _by_nuls(data)
    if codec:
        recoded = _strict(data, codec)
        return Recoded(data) if recoded.gap and not _holds_ascii(data) else recoded
    if declared.startswith(_STATEFUL):
        return Recoded(data, "", Gap.UNKNOWN_ENCODING if _SHIFTS.search(data) else Gap.NONE)
    return _by_name(data, declared) if declared else _undeclared(data)


def from_coding(data: bytes, coding: str) -> bytes:
    """Convert `data` to UTF-8 from a coding that `to_utf8` named."""
    codec = coding.removeprefix(PREFIX)
    return data[len(_mark(codec)) :].decode(codec.removesuffix(_BOM)).encode()


def to_coding(data: bytes, coding: str) -> bytes:
    """Convert UTF-8 `data` back to a coding that `to_utf8` named."""
    codec = coding.removeprefix(PREFIX)
    return _mark(codec) + data.decode().encode(codec.removesuffix(_BOM))


def _mark(codec: str) -> bytes:
    return next((mark for mark, name in _MARKS if name + _BOM == codec), b"")


def _declared(content_type: str) -> str:
    found = _PARAMETER.search(content_type) if ";" in content_type else None
    name = found[1].lower().replace("_", "-") if found else ""
    return "" if name in _NO_CHARSET else name


def _strict(data: bytes, codec: str) -> Recoded:
    """Decode an encoding in which ASCII text has other bytes than in ASCII. Any doubt is a gap."""
    try:
        text = from_coding(data, codec)
    except UnicodeError:
        return Recoded(data, "", Gap.UNKNOWN_ENCODING)
    if _holds_ascii(data) or _CONTROL.search(text[:_SAMPLE].decode("utf-8", "ignore")):
        return Recoded(data, "", Gap.UNKNOWN_ENCODING)
    return Recoded(text, PREFIX + codec)


def _holds_ascii(data: bytes) -> bool:
    return any(_ASCII_WORD.search(run[0]) for run in _ASCII_RUN.finditer(data))


def _by_nuls(data: bytes) -> str:
    """Return the codec of UTF-16 or UTF-32 without a byte order mark, or empty.

    In Latin text, the high bytes of each unit are NUL, and no other bytes are.
    """
    head = data[: min(_SAMPLE, len(data) & ~3 or len(data) & ~1)]
    if len(head) < 4 or b"\x00" not in head:
        return ""
    nuls = [head[i::4].count(0) / len(head[i::4]) for i in range(4)]
    high, low = [n > 0.9 for n in nuls], [n < 0.02 for n in nuls]
    if low[0] and all(high[1:]):
        return "utf-32-le"
    if low[3] and all(high[:3]):
        return "utf-32-be"
    if low[0] and low[2] and min(nuls[1], nuls[3]) > 0.4:
        return "utf-16-le"
    return "utf-16-be" if low[1] and low[3] and min(nuls[0], nuls[2]) > 0.4 else ""


def codec_of(name: str) -> str:
    """Return Python's name of an encoding, or empty if Python has no such encoding."""
    known = normalize_encoding(name).lower()
    if "\0" in name or not {known, known.replace(".", "_")} & _CODECS:
        return ""
    try:
        return codecs.lookup(known).name
    except LookupError:  # an encoding of another platform
        return ""


def _by_name(data: bytes, declared: str) -> Recoded:
    codec = codec_of(declared)
    if not codec:
        return Recoded(data, "", Gap.UNKNOWN_ENCODING)
    if codec.startswith(("utf-16", "utf-32")):
        # no mark and no NULs: text in another script, or a wrong label
        width = codec if codec.endswith(("le", "be")) else codec + "-be"
        return _strict(data, width)
    if codec in _EBCDIC:
        return _strict(data, codec)
    return _convert(data, codec)


def _undeclared(data: bytes) -> Recoded:
    is_settled = _is_utf8(data) or _CONTROL_BYTE.search(data[:_SAMPLE]) is not None
    # XML declares its encoding, the parts of a multipart body have their own, and binary formats
    # have none
    if is_settled or data.startswith((b"<?xml", b"--")) or packed.sniff(data):
        return Recoded(data)
    if b" " not in data and len(data.translate(None, _EBCDIC_TEXT)) < len(data) * 0.1:
        return _strict(data, "cp037")
    # With one well-formed sequence, this is UTF-8 with an error elsewhere. Lenient receivers read
    # past the error.
    if _SEQUENCE.search(data) or _OVERLONG.search(data):
        return Recoded(data)
    recoded = _convert(data, "cp1252")
    return recoded if recoded.coding else _convert(data, "latin-1")


def _convert(data: bytes, codec: str) -> Recoded:
    """Convert from an encoding that extends ASCII. Data that is UTF-8 despite its label is kept."""
    if _is_utf8(data) or _CONTROL_BYTE.search(data[:_SAMPLE]):
        return Recoded(data)
    try:
        text = data.decode(codec)
        if text.encode(codec) == data:
            return Recoded(text.encode(), PREFIX + codec)
    except (UnicodeError, LookupError, TypeError):
        pass  # a wrong label, or no text codec: the data is read unchanged
    return Recoded(data)


def _is_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8. It may end within a sequence."""
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.end == len(data)
    return True
