"""Character encodings: a text that is not UTF-8 is made UTF-8 before a scan and its own again after a redaction.

Readers and detectors know UTF-8 only. What the bytes show (a byte order mark, NULs at every other place) goes before what the
Content-Type says, because senders mislabel. Where two readings are possible and one of them could hide the other, that is
a gap and not a guess.

A charset is one more coding to `phiscan.text.content_coding`, named `charset:CODEC`; no Content-Encoding header may name one.
"""

import codecs
import re
from dataclasses import dataclass
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import Final

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
_ASCII_RUN: Final = re.compile(rb"[\t\r\n\x20-\x7e]{12,}")
_ASCII_WORD: Final = re.compile(rb"[A-Za-z]{4}|\d{3}")
"""In UTF-16 and UTF-32, and in EBCDIC, such a run with such a word in it is chance once in 100,000
letters: a second text hides there."""
# not VT, FS and GS, which frame HL7 v2 and NCPDP
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1a\x1e\x1f]")
_CONTROL_BYTE: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1e\x1f]")
_SEQUENCE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_OVERLONG: Final = re.compile(rb"[\xc0\xc1][\x80-\xbf]")
_PARAMETER: Final = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]+)", re.IGNORECASE)
_NO_CHARSET: Final = frozenset(
    ("binary", "none", "null", "undefined", "utf-8", "utf8", "us-ascii", "ascii")
)
_STATEFUL: Final = ("utf-7", "utf7", "iso-2022", "hz", "cp50220", "csiso2022")
"""ASCII bytes that mean other letters: we do not read them, so their shift bytes are a gap."""
_SHIFTS: Final = re.compile(rb"\x1b|~\{|\+[A-Za-z0-9/]")
_EBCDIC: Final = frozenset(("cp037", "cp500", "cp1140", "cp273", "cp424", "cp875", "cp1026"))
_EBCDIC_TEXT: Final = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;-/'\n\r\x85".encode("cp037")
)
_SAMPLE: Final = 4096
_WITHOUT_ALIAS: Final = frozenset(
    "charmap cp1006 cp65001 cp720 cp737 cp856 cp874 cp875 idna koi8_t koi8_u mac_arabic "
    "mac_croatian mac_farsi mac_romanian oem palmos punycode raw_unicode_escape undefined "
    "unicode_escape utf_8_sig".split()
)
_CODECS: Final = frozenset((*aliases, *aliases.values(), *_WITHOUT_ALIAS))
"""Names of Python's encodings. `codecs.lookup` keeps each other name that it is asked for, for the
life of the process; a Content-Type can hold any text there."""


@dataclass(frozen=True, slots=True)
class Recoded:
    """A text in UTF-8 and the coding that it had (empty when it was UTF-8, or is no text), or the
    gap that kept us from it."""

    data: bytes
    coding: str = ""
    gap: Gap = Gap.NONE


_BINARY_TYPE: Final = re.compile(
    r"\s*application/(?:grpc(?!-web-text)|(?:x-|vnd\.google\.|x-google-)?protobuf\b|proto\b)",
    re.IGNORECASE,
)
"""Media types of what has no charset: its bytes may look like a text in one, and recoded they would
be another message."""


def to_utf8(data: bytes, content_type: str) -> Recoded:
    """Make `data` UTF-8 if it is a text in another encoding. What is not a text stays as it is."""
    declared = _declared(content_type)
    for mark, codec in _MARKS:
        if data.startswith(mark) and len(data) > len(mark):
            return _strict(data, codec + _BOM)
    if _BINARY_TYPE.match(content_type):
        return Recoded(data)
    codec = _by_nuls(data)
    if codec:
        recoded = _strict(data, codec)
        return Recoded(data) if recoded.gap and not _holds_ascii(data) else recoded
    if declared.startswith(_STATEFUL):
        return Recoded(data, "", Gap.UNKNOWN_ENCODING if _SHIFTS.search(data) else Gap.NONE)
    return _by_name(data, declared) if declared else _undeclared(data)


def from_coding(data: bytes, coding: str) -> bytes:
    """`data` in UTF-8, by a coding's name that `to_utf8` gave."""
    codec = coding.removeprefix(PREFIX)
    return data[len(_mark(codec)) :].decode(codec.removesuffix(_BOM)).encode()


def to_coding(data: bytes, coding: str) -> bytes:
    """UTF-8 `data` in the encoding that it had."""
    codec = coding.removeprefix(PREFIX)
    return _mark(codec) + data.decode().encode(codec.removesuffix(_BOM))


def _mark(codec: str) -> bytes:
    return next((mark for mark, name in _MARKS if name + _BOM == codec), b"")


def _declared(content_type: str) -> str:
    found = _PARAMETER.search(content_type)
    name = found[1].lower().replace("_", "-") if found else ""
    return "" if name in _NO_CHARSET else name


def _strict(data: bytes, codec: str) -> Recoded:
    """Decode an encoding in which ASCII text does not look like ASCII; anything doubtful is a
    gap."""
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
    """UTF-16 or UTF-32 without a mark: in Latin text, NUL is at every other place and nowhere
    else."""
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
    """Python's name of an encoding; "" when there is none."""
    known = normalize_encoding(name).lower()
    if "\0" in name or not {known, known.replace(".", "_")} & _CODECS:
        return ""
    try:
        return codecs.lookup(known).name
    except LookupError:  # of another platform
        return ""


def _by_name(data: bytes, declared: str) -> Recoded:
    codec = codec_of(declared)
    if not codec:
        return Recoded(data, "", Gap.UNKNOWN_ENCODING)
    if codec.startswith(("utf-16", "utf-32")):
        # the mark is missing and so are the NULs: text in another script, or not what it says
        width = codec if codec.endswith(("le", "be")) else codec + "-be"
        return _strict(data, width)
    if codec in _EBCDIC:
        return _strict(data, codec)
    return _convert(data, codec)


def _undeclared(data: bytes) -> Recoded:
    is_settled = _is_utf8(data) or _CONTROL_BYTE.search(data[:_SAMPLE]) is not None
    # XML names its own encoding, each part of a multipart body has one, and a binary format has
    # none
    if is_settled or data.startswith((b"<?xml", b"--")) or packed.sniff(data):
        return Recoded(data)
    if b" " not in data and len(data.translate(None, _EBCDIC_TEXT)) < len(data) * 0.1:
        return _strict(data, "cp037")
    # one well-formed sequence of UTF-8 and it is UTF-8 with an error, which lenient receivers read
    # on
    if _SEQUENCE.search(data) or _OVERLONG.search(data):
        return Recoded(data)
    recoded = _convert(data, "cp1252")
    return recoded if recoded.coding else _convert(data, "latin-1")


def _convert(data: bytes, codec: str) -> Recoded:
    """An encoding that extends ASCII. UTF-8 that is labelled so is read as what it is."""
    if _is_utf8(data) or _CONTROL_BYTE.search(data[:_SAMPLE]):
        return Recoded(data)
    try:
        text = data.decode(codec)
        if text.encode(codec) == data:
            return Recoded(text.encode(), PREFIX + codec)
    except (UnicodeError, LookupError, TypeError):
        pass  # not what it says, or no text codec: read as it stands
    return Recoded(data)


def _is_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8; a sequence that is cut off at the end is none the less."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.end == len(data)
    return True
