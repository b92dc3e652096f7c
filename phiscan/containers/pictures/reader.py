"""Reads the words in a picture: comments, captions, authors, places, XMP. Nobody reads its pixels.

So a picture is always a gap, PIXELS: a scanned page, a face (45 CFR 164.514(b)(2)(i)(Q)), a label
in an ultrasound. `phiscan.readers.icon` has the exception, pictures that are too small.
"""

import re
from collections.abc import Callable
from typing import Final

from phiscan.containers import members
from phiscan.containers.pictures import exif, formats
from phiscan.containers.pictures.written import Written
from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, worse
from phiscan.media_kind import MediaKind, Reader, Sample

_PREVIEW: Final = 512
"""The most pixels of a preview's side. A letter of a printed page is four or five of them high."""
# The header of a JPEG file's frame: its length, 8 bits a sample, height and width.
# matches b"\xff\xc0\x00\x11\x08\x01\x00\x01\x00"; not b"\xff\xc4\x00\x11"
_FRAME: Final = re.compile(rb"\xff[\xc0-\xc2]\x00[\x0b-\x14]\x08(.{2})(.{2})", re.DOTALL)
_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
)
"""Brands of files that hold pictures (ISO/IEC 23008-12). Others hold films."""


def add_words(written: Written, container: str, evidence: Evidence) -> Gap:
    """Nest the words of a picture. Returns why not all of them were read."""
    text = "\n".join(line for line in written.lines if line.strip())
    members.add_text(text, members.part(container, "words"), evidence)
    for packet in written.xmp:
        evidence.nested.append(
            Nested(packet.strip(b"\x00 \r\n"), members.part(container, "XMP"), declared=False)
        )
    if written.behind.strip(b"\x00"):
        evidence.nested.append(
            Nested(written.behind, members.part(container, "behind"), declared=False)
        )
    return written.gap


def add_preview(data: bytes, container: str, evidence: Evidence) -> Gap:
    """Nest the words of the preview that a program puts into a file.

    It shows the file's own first page, which was read, and is no gap. A picture with a side of more
    than `_PREVIEW` pixels is no preview.
    """
    kind = look(Sample.of(data, ""))
    if kind not in (_JPEG, _PNG) or max(_size(data)) > _PREVIEW:
        evidence.nested.append(Nested(data, members.part(container, "preview")))
        return Gap.NONE
    return add_words(formats.png(data) if kind is _PNG else formats.jpeg(data), container, evidence)


def _size(data: bytes) -> tuple[int, int]:
    """Return width and height of a PNG or JPEG file."""
    if data.startswith(b"\x89PNG"):
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    frame = _FRAME.search(data)
    if frame is None:
        return _PREVIEW + 1, 0
    return int.from_bytes(frame[2], "big"), int.from_bytes(frame[1], "big")


def _reader(name: str, words: Callable[[bytes], Written]) -> Reader:
    def read(data: bytes, evidence: Evidence) -> Gap:
        return worse(add_words(words(data), name, evidence), Gap.PIXELS)

    return read


def _kind(name: str, words: Callable[[bytes], Written]) -> MediaKind:
    return MediaKind(name, _reader(name, words), is_searchable=False)


_JPEG: Final = _kind("jpeg", formats.jpeg)
_PNG: Final = _kind("png", formats.png)
_GIF: Final = _kind("gif", formats.gif)
_WEBP: Final = _kind("webp", formats.webp)
_TIFF: Final = _kind("tiff", formats.tiff)
_HEIF: Final = _kind("heif", formats.items)
KINDS: Final = (_JPEG, _PNG, _GIF, _WEBP, _TIFF, _HEIF)
_SIGNS: Final = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
)


_FIRST: Final = frozenset((b"\xff", b"\x89", b"G", b"I", b"M", b"R"))
"""The first bytes of all pictures but HEIF."""


def look(sample: Sample) -> MediaKind | None:
    """One of KINDS if the document is a picture."""
    head = sample.head
    if head[:1] in _FIRST:
        for sign, kind in _SIGNS:
            if head.startswith(sign):
                return kind
        if exif.sniff(head):
            return _TIFF
        if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            return _WEBP
    return _HEIF if head[4:8] == b"ftyp" and head[8:12] in _BRANDS else None
