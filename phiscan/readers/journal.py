r"""The journal's export format of systemd, whose fields may be binary.

    __REALTIME_TIMESTAMP=1704164645000000
    MESSAGE=one line
    _PID=77

    MESSAGE
    <the length in 8 bytes, little-endian>several
    lines

A field without `=` on its line is binary: so the journal writes whatever has a line end in it. Each
may be a document, and the entries without their lengths are one text. https://systemd.io/JOURNAL_EXPORT_FORMATS/

Cost: one pass over the fields.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.media_kind import Masking, MediaKind, Sample
from phiscan.text.offsets import Derived, excerpt

# matches the first field of an entry: b"__CURSOR=s=1\n"; not b"__cursor"
_START: Final = re.compile(rb"__[A-Z_]{4,40}=[^\n]{1,400}\n")
# a binary field before its length: matches b"MESSAGE\n"; not b"MESSAGE=a\n"
_BINARY: Final = re.compile(rb"[A-Z0-9_]{1,64}\n")
_MARK: Final = re.compile(rb"\n[A-Z0-9_]{1,64}\n[\x00-\xff]{4}\x00\x00\x00\x00")
_LENGTH: Final = 8
_SHORTEST: Final = 12
"""The least bytes of a document. They hold a labelled number."""


def look(sample: Sample) -> MediaKind | None:
    """MEDIA for a journal with a binary field. Any other is a text like those of other logs."""
    if _START.match(sample.head) is None or b"\x00" not in sample.data:
        return None
    return MEDIA if _MARK.search(sample.data) is not None else None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the entries as one text. MALFORMED when a length reaches beyond the data."""
    text = Derived()
    gap = Gap.NONE
    for start, stated, is_binary in evidence.context.timed(_lines(data)):
        if stated > len(data):
            gap = Gap.MALFORMED
        end = min(stated, len(data))
        text.copy(data, start, end)
        if is_binary and end - start >= _SHORTEST:
            evidence.nested.append(
                Nested(data[start:end], Location("", start, end), origin=excerpt(data, start, end))
            )
    whole = Location("", 0, len(data))
    evidence.nested.append(Nested(text.text(), whole, "text/plain", origin=text))
    return gap


def _lines(data: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield the range of each line, and whether it is the value of a binary field.

    Such a value is one line. Its length is in none.
    """
    at = 0
    while at < len(data):
        name = _BINARY.match(data, at, len(data) - _LENGTH)
        if name is not None:
            yield at, name.end(), False
            at = name.end() + _LENGTH
            end = at + int.from_bytes(data[name.end() : at], "little") + 1
        else:
            end = data.find(b"\n", at) + 1 or len(data)
        yield at, end, name is not None
        at = end


MEDIA: Final = MediaKind("journal", read, is_searchable=False, masking=Masking(same_length=True))
