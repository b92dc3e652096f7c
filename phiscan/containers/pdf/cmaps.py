"""What the codes of a font mean: ToUnicode maps and the code spaces of encodings (9.7.5, 9.10.3).

1 begincodespacerange <0000> <ffff> endcodespacerange
2 beginbfchar <0003> <0020> <0024> <0041> endbfchar
1 beginbfrange <0041> <005a> <0061> endbfrange
"""

import re
from dataclasses import dataclass, field
from typing import Final

from phiscan.containers.pdf.syntax import BrokenError, EndlessError, Word, value_at

_SECTION: Final = re.compile(rb"begin(bfchar|bfrange|codespacerange)\b")
MAX_CODES: Final = 200_000
"""The most codes of one map. A font has at most 65,536 glyphs."""


@dataclass(slots=True)
class CMap:
    """A map from codes to texts.

    Args:
        texts: by code.
        widths: how many bytes a code may have.
        work: how many codes were read. Ranges may repeat each other.
    """

    texts: dict[int, str] = field(default_factory=dict)
    widths: set[int] = field(default_factory=set)
    work: int = 0


def parse(data: bytes) -> CMap:
    """Return the map that a stream holds. Sections that are broken are left out."""
    cmap = CMap()
    for match in _SECTION.finditer(data):
        items = _items(data, match.end())
        if match[1] == b"bfchar":
            for code, text in zip(items[::2], items[1::2], strict=False):
                if isinstance(code, bytes) and isinstance(text, bytes):
                    cmap.texts[int.from_bytes(code)] = _text(text)
        elif match[1] == b"bfrange":
            for first, last, text in zip(items[::3], items[1::3], items[2::3], strict=False):
                _add_range(cmap, first, last, text)
        else:
            cmap.widths |= {len(item) for item in items if isinstance(item, bytes)}
        if cmap.work > MAX_CODES or len(cmap.texts) > MAX_CODES:
            break
    return cmap


def _items(data: bytes, at: int) -> list[object]:
    """Return the values up to the word that ends the section."""
    found: list[object] = []
    while len(found) < MAX_CODES:
        try:
            value, at = value_at(data, at)
        except (BrokenError, EndlessError):
            break
        if isinstance(value, Word):
            break
        found.append(value)
    return found


def _add_range(cmap: CMap, first: object, last: object, text: object) -> None:
    if not isinstance(first, bytes) or not isinstance(last, bytes):
        return
    start, end = int.from_bytes(first), int.from_bytes(last)
    cmap.work += max(end - start, 1)
    if end - start > 0xFFFF or cmap.work > MAX_CODES:
        return
    if isinstance(text, list):
        for code, each in zip(range(start, end + 1), text, strict=False):
            if isinstance(each, bytes):
                cmap.texts[code] = _text(each)
    elif isinstance(text, bytes) and text:
        head, sign = text[:-2], int.from_bytes(text[-2:])
        for code in range(start, end + 1):
            cmap.texts[code] = _text(head + (sign + code - start & 0xFFFF).to_bytes(2))


def _text(raw: bytes) -> str:
    if len(raw) == 1:
        return chr(raw[0])
    return raw.decode("utf-16-be", "replace").replace("\x00", "")
