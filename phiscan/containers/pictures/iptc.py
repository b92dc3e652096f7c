"""IPTC-IIM 4.2: captions, bylines, places; also within the resources of Photoshop.

block    = (0x1C record:1 dataset:1 length:2 value)*
resource = "8BIM" id:2 name size:4 data            the one with number 0x0404 is a block
"""

from collections.abc import Iterator
from typing import Final

_NAMES: Final = {
    5: "Title",
    25: "Keywords",
    40: "Instructions",
    80: "By-line",
    90: "City",
    92: "Sublocation",
    95: "State",
    101: "Country",
    105: "Headline",
    110: "Credit",
    116: "Copyright",
    118: "Contact",
    120: "Caption",
    122: "Writer",
}
_RESOURCE: Final = b"8BIM"
_IPTC: Final = 0x0404


def lines(data: bytes) -> Iterator[str]:
    """Yield the texts of a block, or of all blocks in resources of Photoshop."""
    if data.startswith(_RESOURCE):
        for number, content in _resources(data):
            if number == _IPTC:
                yield from _lines(content)
    else:
        yield from _lines(data)


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while data.startswith(_RESOURCE, at) and at + 12 <= len(data):
        name = (data[at + 6] + 2) & ~1  # a length and a name, padded to an even number
        start = at + 10 + name
        size = int.from_bytes(data[start - 4 : start], "big")
        yield int.from_bytes(data[at + 4 : at + 6], "big"), data[start : start + size]
        at = start + (size + 1 & ~1)


def _lines(data: bytes) -> Iterator[str]:
    at = 0
    while data[at : at + 1] == b"\x1c" and at + 5 <= len(data):
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        value = data[at + 5 : at + 5 + size]
        if data[at + 1] == 2 and (name := _NAMES.get(data[at + 2])):
            yield f"{name}: {value.decode('utf-8', 'replace')}"
        at += 5 + size
