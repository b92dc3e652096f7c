"""Mailboxes of the kind mbox (RFC 4155): messages, each behind a line `From sender date`.

    From ana@example.org Mon Jan  1 00:00:00 2024
    From: Ana <ana@example.org>
    ...

Each message is a nested document, and keeps its ranges.
"""

import re
from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.media_kind import Masking, MediaKind
from phiscan.text.offsets import excerpt

_BEGINS: Final = b"From "
# The line before a message, and the first header of it.
# matches b"From a@b.org Mon Jan  1 00:00:00 2024\nFrom: a\n"; not b"From a@b.org we got\nthis"
_START: Final = re.compile(
    rb"From \S{1,200} [A-Z][a-z]{2} [A-Z][a-z]{2} [^\r\n]{0,60}\r?\n[!-9;-~]{2,60}:"
)
# The line of a later message stands behind an empty line.
_NEXT: Final = re.compile(rb"(?<=\n\n)From |(?<=\n\r\n)From ")
_MAX_MESSAGES: Final = 10_000


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is a mailbox."""
    return head.startswith(_BEGINS) and _START.match(head) is not None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the messages as nested documents."""
    starts = [0, *(m.start() for m in evidence.context.timed(_NEXT.finditer(data)))]
    ends = [*starts[1:], len(data)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        if number > _MAX_MESSAGES:
            return Gap.OVER_LIMIT
        line = data.find(b"\n", start, end) + 1 or end
        _nest(data, Location(f"mbox>line {number}", start, line), "text/plain", evidence)
        _nest(data, Location(f"mbox>message {number}", line, end), "message/rfc822", evidence)
    return Gap.NONE


def _nest(data: bytes, place: Location, media: str, evidence: Evidence) -> None:
    content = data[place.start : place.end]
    if content.strip():
        origin = excerpt(data, place.start, place.end)
        evidence.nested.append(Nested(content, place, media, origin=origin, is_part=True))


MEDIA: Final = MediaKind(
    "mbox", read, is_searchable=False, is_container=True, masking=Masking(same_length=True)
)
