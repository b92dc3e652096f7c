"""Tape archives: ustar and pax (POSIX.1-2001), GNU, and the one before them (V7).

    archive = (header:512, data, padding to 512)* zero blocks

Members are not packed, so their values keep their ranges, and redaction masks them in place: a
checksum covers the header only, and sizes stay. A name cannot be masked there. It is found, and has
no range, as all names of members.

GNU and pax write a long name, and anything else that an attribute can say, as a member before the
one that it is about. Those are read as texts.
"""

import re
from typing import Final, NamedTuple

from phiscan.containers import members
from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.media_kind import Masking, MediaKind, Sample
from phiscan.text.offsets import excerpt

_BLOCK: Final = 512
_MAX_MEMBERS: Final = 10_000
_WITHOUT_DATA: Final = frozenset(b"123456")
"""Types of links, devices, folders and pipes."""
_TEXTS: Final = frozenset(b"LKxgXNE")
"""Types of GNU's long names and of pax's attributes."""
_REGULAR: Final = frozenset(b"\x000 7SVDM")
"""Types of files: plain, contiguous, sparse; volume label and parts of GNU's dumps."""


# The size of the next member in pax, in place of the one in its header.
# matches b"20 size=8589934592\n"; not b"13 path=size=\n"
_OTHER_SIZE: Final = re.compile(rb"(?<=[\n\x00])\d{1,9} (?:GNU\.sparse\.(?:real)?)?size=")


class _Header(NamedTuple):
    """One header.

    Args:
        texts: the name, the link's target, the names of owner and group.
        kind: the type of the member.
        start: the first byte of its data.
        size: the bytes of its data.
    """

    texts: tuple[str, ...]
    kind: int
    start: int
    size: int


_ZIP: Final = b"PK\x03\x04"
"""How a ZIP archive begins. No name of a member does."""


def sniff(data: bytes) -> bool:
    """Whether `data` begins with a header, which its checksum shows."""
    if len(data) < _BLOCK:
        return False
    return _has_checksum(data, 0) and data[0] != 0 and not data.startswith(_ZIP)


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the members as nested documents. MALFORMED if the archive does not end as it must."""
    names: list[str] = []
    gap, at = Gap.NONE, 0
    for number in evidence.context.timed(range(1, _MAX_MEMBERS + 2)):
        if number > _MAX_MEMBERS:
            gap = Gap.OVER_LIMIT
            break
        header = _header(data, at)
        if header is None:
            gap = gap or _end(data, at, evidence)
            break
        names += header.texts
        end = header.start + header.size
        if end > len(data):
            gap, end = gap or Gap.MALFORMED, len(data)
        gap = gap or _member(data, header, end, number, evidence)
        at = header.start + -(-header.size // _BLOCK) * _BLOCK
    members.add_names(names, "tar", evidence)
    return gap


def _member(data: bytes, header: _Header, end: int, number: int, evidence: Evidence) -> Gap:
    """Nest the data of one member."""
    if end <= header.start or header.kind in _WITHOUT_DATA:
        return Gap.NONE
    is_text = header.kind in _TEXTS
    if is_text and _OTHER_SIZE.search(data, header.start, end):
        return Gap.MALFORMED  # a reader that knows pax takes other bytes for the next member
    if not is_text and header.kind not in _REGULAR:
        return Gap.UNSUPPORTED_MEDIA
    media = "text/plain" if is_text else members.media_type(header.texts[0])
    evidence.nested.append(
        Nested(
            data[header.start : end],
            Location(f"tar>member {number}", header.start, end),
            media,
            origin=excerpt(data, header.start, end),
            is_part=not is_text,
        )
    )
    return Gap.NONE


def _end(data: bytes, at: int, evidence: Evidence) -> Gap:
    """Read what stands where no header is: the end, or something that a reader may skip."""
    rest = data[at:].lstrip(b"\x00")
    if not rest:
        # without zero blocks, the archive may have been cut off between two members
        return Gap.NONE if at < len(data) else Gap.CUT_OFF
    at = max(at, (len(data) - len(rest)) // _BLOCK * _BLOCK)
    rest = data[at:]
    evidence.nested.append(
        Nested(
            rest,
            Location("tar>rest", at, len(data)),
            origin=excerpt(data, at, len(data)),
            is_part=True,
        )
    )
    return Gap.MALFORMED


def _header(data: bytes, at: int) -> _Header | None:
    """Return the header at `at`, or None where there is none."""
    if at + _BLOCK > len(data) or not _has_checksum(data, at) or not data[at]:
        return None
    size = _number(data, at + 124, 12)
    if size is None:
        return None
    name, link = (_text(data, at + start, 100) for start in (0, 157))
    prefix = owner = group = ""
    if data.startswith(b"ustar", at + 257):
        owner, group = (_text(data, at + start, 32) for start in (265, 297))
        # GNU uses these bytes for times
        prefix = _text(data, at + 345, 155) if data[at + 262] == 0 else ""
    whole = f"{prefix}/{name}" if prefix else name
    kind = data[at + 156]
    return _Header((whole, link, owner, group), kind, at + _BLOCK, size)


def _has_checksum(data: bytes, at: int) -> bool:
    """Whether the header's checksum is right: the sum of its bytes, with blanks for itself."""
    stated = _number(data, at + 148, 8)
    if stated is None:
        return False
    block = data[at : at + _BLOCK]
    return sum(block) - sum(block[148:156]) + 8 * 0x20 == stated


def _number(data: bytes, at: int, size: int) -> int | None:
    """Return an octal number, or one of GNU's in base 256, or None when it is neither."""
    raw = data[at : at + size]
    if raw[:1] == b"\x80":
        return int.from_bytes(raw[1:], "big")
    digits = raw.strip(b" \x00") or b"0"
    return int(digits, 8) if not digits.strip(b"01234567") else None


def _text(data: bytes, at: int, size: int) -> str:
    return data[at : at + size].partition(b"\x00")[0].decode("utf-8", "replace")


MEDIA: Final = MediaKind(
    "tar", read, is_searchable=False, is_container=True, masking=Masking(same_length=True)
)


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the document is a tape archive."""
    return MEDIA if sniff(sample.data) else None
