"""Pictures with too few pixels to show a face or text: bullets, spacers, icons of trees and lists.

Web pages carry them as `data:` URIs, and so does the narrative of nearly every FHIR
StructureDefinition. If each were a gap, none of these documents could be scanned whole.

A picture may hold text besides its pixels (a PNG's `tEXt`, a GIF's comment), and that text is read.
A larger picture, one with other contents, or one with bytes after its end is a file like any other.
"""

import re
from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.media_kind import MediaKind, Sample

_SIDE: Final = 32
"""The most pixels of a side. Five letters of the smallest type fit in, but no face."""
_STRIP: Final = 4
"""The most pixels of the shorter side of a line or a margin. No letter fits in."""
_MOST_BYTES: Final = 4096
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_PLAIN_CHUNKS: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB pHYs bKGD tIME sBIT hIST oFFs tEXt iTXt".split()
)
"""Types of the chunks for pixels, for how to show them, and for text (PNG, ISO/IEC 15948)."""
# An `iTXt` chunk with compressed text: its keyword, a NUL and a set compression flag.
# matches b"Comment\x00\x01"; not b"Comment\x00\x00"
_PACKED_TEXT: Final = re.compile(rb"[^\x00]{1,79}\x00[^\x00]")
_GIF: Final = (b"GIF87a", b"GIF89a")
# matches b"Ana Ruiz"; not b"Ana", which may be pixels
_WORDS: Final = re.compile(rb"[\t\n\r\x20-\x7e]{6,}")


def sniff(data: bytes) -> bool:
    """Whether `data` is a small picture and nothing else."""
    if len(data) > _MOST_BYTES:
        return False
    if data.startswith(_PNG) and data.endswith(_PNG_END):
        width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
        return _is_small(width, height) and _has_plain_chunks(data)
    if data.startswith(_GIF) and data.endswith(b"\x00;"):
        return _is_small(int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"))
    return False


def _is_small(width: int, height: int) -> bool:
    return min(width, height) > 0 and (max(width, height) <= _SIDE or min(width, height) <= _STRIP)


def _has_plain_chunks(data: bytes) -> bool:
    """Whether `data` is chunks up to its end, all of known types and without compressed text."""
    at = 8
    while at < len(data):
        kind = data[at + 4 : at + 8]
        if kind not in _PLAIN_CHUNKS or (kind == b"iTXt" and _PACKED_TEXT.match(data, at + 8)):
            return False
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return at == len(data)


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the text among the bytes as a nested document."""
    words = b"\n".join(_WORDS.findall(data, len(_GIF[0])))
    if words:
        evidence.nested.append(
            Nested(words, Location("icon", 0, len(data)), "text/plain", declared=False)
        )
    return Gap.NONE


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the document is a small picture."""
    return MEDIA if sniff(sample.data) else None


MEDIA: Final = MediaKind("icon", read, is_searchable=False)
