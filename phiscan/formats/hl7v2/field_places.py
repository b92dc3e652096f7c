"""The field of an HL7 v2 message that holds a place: `OBX-5`.

Cost: one count of the delimiters between two places.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from phiscan.formats.hl7v2.delimiters import V2Delimiters
from phiscan.formats.hl7v2.splitting import HEADERS, is_published

_BREAKS: Final = (b"\r", b"\n", b"\x0b")


def fields(data: bytes, offsets: Sequence[int]) -> Iterator[str]:
    """Yield the segment and the number of the field that holds each offset.

    A segment that no version of the standard has is written `*`.

    Args:
        offsets: in ascending order.
    """
    header = data.find(b"MSH")
    delimiters = V2Delimiters.of(data[header : header + 8]) if header >= 0 else None
    mark = (delimiters or V2Delimiters()).field
    begin, reached, count = 0, 0, 0
    for offset in offsets:
        found = max(data.rfind(at, reached, offset) for at in _BREAKS) + 1
        if found:
            begin, reached, count = found, found, 0
        count += data.count(mark, reached, offset)
        reached = max(reached, offset)
        name = data[begin : begin + 3]
        # the delimiter behind MSH is its first field
        number = count + (name in HEADERS)
        yield f"{name.decode() if is_published(name) else '*'}-{number}"
