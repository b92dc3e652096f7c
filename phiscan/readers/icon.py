"""Pictures with so few pixels that they show nobody and nothing can be read in them: the marks of trees and lists, spacers, bullets.

Pages carry them as `data:` URIs, and so does the narrative of nearly every FHIR StructureDefinition; were each a gap, none of
these documents would ever be seen whole. A picture's bytes may hold words beside its pixels (`tEXt`, a GIF's comment): those are
read. What holds more than that, a larger picture, a picture with something behind its end, is a file like any other.
"""

import re
from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.media_kind import MediaKind, Sample

_SIDE: Final = 32
"""Pixels of a side: five letters of the smallest type, and no face."""
_STRIP: Final = 4
"""Pixels of the narrower side of a line or a margin: no letter fits in."""
_MOST_BYTES: Final = 4096
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_PLAIN_CHUNKS: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB pHYs bKGD tIME sBIT hIST oFFs tEXt iTXt".split()
)
"""Chunks of pixels, of how to show them, and of texts (PNG, ISO/IEC 15948)."""
_PACKED_TEXT: Final = re.compile(rb"[^\x00]{1,79}\x00[^\x00]")
"""How an `iTXt` begins whose text is compressed."""
_GIF: Final = (b"GIF87a", b"GIF89a")
_WORDS: Final = re.compile(rb"[\t\n\r\x20-\x7e]{6,}")


def sniff(data: bytes) -> bool:
    """Whether `data` is such a picture, a whole one."""
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
    """Whether the chunks follow each other to the end, and none of them holds a document."""
    at = 8
    while at < len(data):
        kind = data[at + 4 : at + 8]
        if kind not in _PLAIN_CHUNKS or (kind == b"iTXt" and _PACKED_TEXT.match(data, at + 8)):
            return False
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return at == len(data)


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the words that stand among the bytes; the pixels say nothing."""
    words = b"\n".join(_WORDS.findall(data, len(_GIF[0])))
    if words:
        evidence.nested.append(
            Nested(words, Location("icon", 0, len(data)), "text/plain", declared=False)
        )
    return Gap.NONE


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the document is such a picture."""
    return MEDIA if sniff(sample.data) else None


MEDIA: Final = MediaKind("icon", read, is_searchable=False)
