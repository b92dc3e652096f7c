"""Where each picture format keeps words.

JPEG   segments APP1 (Exif, XMP), APP13 (IPTC), COM       ITU-T T.81, CIPA DC-008
PNG    chunks tEXt, zTXt, iTXt, eXIf                      ISO/IEC 15948
GIF    comments, plain text, XMP                          GIF89a
WebP   chunks EXIF, XMP                                   RFC 9649
TIFF   tags                                               TIFF 6.0
HEIC, AVIF  items, found by their marks                   ISO/IEC 23008-12
"""

import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Final

from phiscan.containers.pictures.written import Written
from phiscan.finding import Gap

_MAX_TEXT: Final = 1 << 20
"""The most bytes of an unpacked text, and of an item."""
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_MORE_XMP: Final = b"http://ns.adobe.com/xmp/extension/\x00"
_MORE_XMP_HEAD: Final = len(_MORE_XMP) + 32 + 4 + 4
_PHOTOSHOP: Final = b"Photoshop 3.0\x00"
_WITHOUT_LENGTH: Final = frozenset((0x01, *range(0xD0, 0xD8)))
_APP1, _APP13, _COMMENT, _SCAN, _END = 0xE1, 0xED, 0xFE, 0xDA, 0xD9
# A marker that ends a scan of entropy-coded data: not a stuffed zero, a restart or a fill byte.
# matches b"\xff\xd9"; not b"\xff\x00"
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_EXIF: Final = re.compile(rb"Exif\x00\x00(?=II|MM)")
_MAX_ITEMS: Final = 8
"""The most blocks of Exif, and packets of XMP, in one file of items."""
_PACKET: Final = re.compile(rb"<x:xmpmeta[^>]*+>")
_PROFILE: Final = b"Raw profile type "


def jpeg(data: bytes) -> Written:
    """Return the words of a JPEG file."""
    written, more, at = Written(), [], 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            written.gap = Gap.MALFORMED
            break
        marker = data[at + 1]
        if marker == _END:
            written.behind = data[at + 2 :]
            break
        if marker == 0xFF or marker in _WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        content = data[at + 4 : at + 2 + size]
        if marker == _APP1 and content.startswith(_MORE_XMP):
            more.append(content[_MORE_XMP_HEAD:])
        else:
            _segment(marker, content, written)
        at += 2 + size
        if marker == _SCAN:
            found = _MARKER.search(data, at)
            at = found.start() if found else len(data)
    if more:
        written.xmp.append(b"".join(more))
    return written


def _segment(marker: int, content: bytes, written: Written) -> None:
    if marker == _COMMENT:
        written.add_text(content)
    elif marker == _APP1 and content.startswith(_XMP):
        written.xmp.append(content[len(_XMP) :])
    elif marker == _APP1:
        written.add_exif(content)
    elif marker == _APP13 and content.startswith(_PHOTOSHOP):
        written.add_iptc(content[len(_PHOTOSHOP) :])


def png(data: bytes) -> Written:
    """Return the words of a PNG file."""
    written, at = Written(), 8
    while at + 12 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        content = data[at + 8 : at + 8 + size]
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            _png_text(kind, content, written)
        elif kind == b"eXIf":
            written.add_exif(content)
        at += 12 + size
        if kind == b"IEND":
            written.behind = data[at:]
            return written
    written.gap = Gap.MALFORMED
    return written


def _png_text(kind: bytes, content: bytes, written: Written) -> None:
    """Read keyword, NUL, and a text: plain, packed, or with flags and a language before it."""
    keyword, _, text = content.partition(b"\x00")
    is_packed = kind == b"zTXt"
    if kind == b"iTXt":
        is_packed, text = text[:1] == b"\x01", text[2:]
        text = text.split(b"\x00", 2)[-1]
    elif is_packed:
        text = text[1:]
    if is_packed:
        stream = zlib.decompressobj()
        try:
            text = stream.decompress(text, _MAX_TEXT)
        except zlib.error:
            written.gap = Gap.MALFORMED
            return
        if not stream.eof:
            written.gap = Gap.OVER_LIMIT
    if keyword == b"XML:com.adobe.xmp":
        written.xmp.append(text)
    elif keyword.startswith(_PROFILE):
        _profile(keyword.removeprefix(_PROFILE), text, written)
    else:
        codec = "utf-8" if kind == b"iTXt" else "latin-1"
        written.lines.append(f"{keyword.decode('latin-1')}: {text.decode(codec, 'replace')}")


def _profile(name: bytes, text: bytes, written: Written) -> None:
    """Read a profile that ImageMagick writes: its name, its size, and its bytes in hexadecimal."""
    letters = b"".join(text.split()[2:])
    try:
        content = bytes.fromhex(letters.decode("ascii", "replace"))
    except ValueError:
        written.gap = Gap.MALFORMED
        return
    if name in (b"exif", b"APP1"):
        written.add_exif(content)
    elif name in (b"iptc", b"8bim"):
        written.add_iptc(content)
    elif name == b"xmp":
        written.xmp.append(content)


def gif(data: bytes) -> Written:
    """Return the words of a GIF file."""
    written = Written()
    at = 13 + _colours(data[10:11])
    while at < len(data):
        sign = data[at]
        if sign == 0x3B:
            written.behind = data[at + 1 :]
            return written
        if sign == 0x2C:
            at += 10 + _colours(data[at + 9 : at + 10]) + 1
            at = _after_blocks(data, at)
        elif sign == 0x21:
            at = _gif_extension(data, at, written)
        else:
            break
    written.gap = Gap.MALFORMED
    return written


def _colours(flags: bytes) -> int:
    """Return the bytes of a colour table by the flags before it."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def _gif_extension(data: bytes, at: int, written: Written) -> int:
    """Read one extension. Returns the offset after it."""
    label = data[at + 1 : at + 2]
    if label == b"\xff" and data[at + 3 : at + 14] == b"XMP DataXMP":
        # the packet is no blocks: a row of numbers after it leads every reader to the end
        end = data.find(b"\x01\xff\xfe", at)
        written.xmp.append(data[at + 14 : end if end >= 0 else len(data)])
        end = _after_blocks(data, end + 258) if end >= 0 else len(data)
        return min(end, len(data))
    if label in (b"\xfe", b"\x01"):
        written.add_text(b"".join(_blocks(data, at + 2)))
    return _after_blocks(data, at + 2)


def _blocks(data: bytes, at: int) -> Iterator[bytes]:
    while at < len(data) and data[at]:
        yield data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]


def _after_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def webp(data: bytes) -> Written:
    """Return the words of a WebP file."""
    written, at = Written(), 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        content = data[at + 8 : at + 8 + size]
        if data.startswith(b"EXIF", at):
            written.add_exif(content)
        elif data.startswith(b"XMP ", at):
            written.xmp.append(content)
        at += 8 + size + (size & 1)
    return written


def tiff(data: bytes) -> Written:
    """Return the words of a TIFF file."""
    written = Written()
    written.add_exif(data)
    return written


def items(data: bytes) -> Written:
    """Return the words of a HEIC or AVIF file. Its items are found by what they begin with."""
    written = Written()
    for match in islice(_EXIF.finditer(data), _MAX_ITEMS):
        written.add_exif(data[match.start() : match.start() + _MAX_TEXT])
    for match in islice(_PACKET.finditer(data), _MAX_ITEMS):
        end = data.find(b"</x:xmpmeta>", match.end(), match.end() + _MAX_TEXT)
        written.xmp.append(data[match.start() : end + 12 if end >= 0 else match.end() + _MAX_TEXT])
    return written
