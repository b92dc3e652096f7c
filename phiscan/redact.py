"""Masks what a report found, in the same encoding and so that the receiver can still parse it.

The mask is `XXX`: letters that are a delimiter in no format. A JSON number becomes `0`, because a mask would end the document.
Masking twice changes nothing, and a scanner takes no mask for a value.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable
from typing import Final, Protocol

from phiscan import decode, media
from phiscan.finding import Coverage, Finding, ScanReport, Subject
from phiscan.identifiers import CREDENTIALS

MASK: Final = b"XXX"
_LIMIT: Final = 64 << 20
# a JSON string, or a bare scalar
_JSON_SCALAR: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|([-+\w.]+)', re.DOTALL)


class RedactionError(Exception):
    """A finding cannot be masked; the message names no value."""


class Mask(Protocol):
    """What stands in the place of a value; nothing that a scanner takes for a value, and a delimiter in no format."""

    def mask(self, value: bytes) -> bytes:
        """The mask of a value."""

    def mask_in_place(self, value: bytes) -> bytes:
        """A mask of the value's own length."""


class _Crosses:
    """The same mask for all."""

    def mask(self, _value: bytes) -> bytes:
        return MASK

    def mask_in_place(self, value: bytes) -> bytes:
        return b"X" * len(value)


CROSSES: Final[Mask] = _Crosses()
"""`XXX` for every value; `phiscan.tokens` has another mask."""


def redact(data: bytes, report: ScanReport, mask: Mask = CROSSES) -> bytes:
    """`data` with every individual's identifier and every credential masked. A provider's own and health information stay.

    Raises:
        RedactionError: the report is of an incomplete scan, or a finding is not in the body.
    """
    findings = [f for f in report.findings if _is_maskable(f) and f.subject is not Subject.PROVIDER]
    return _mask(data, report, findings, mask)


def redact_findings(data: bytes, report: ScanReport, info_types: Collection[str]) -> bytes:
    """`data` with every finding of `info_types` masked.

    Raises:
        RedactionError: as `redact`.
    """
    return _mask(data, report, [f for f in report.findings if f.info_type in info_types], CROSSES)


def _is_maskable(finding: Finding) -> bool:
    """Whether it is a value; health information is a statement of the whole document."""
    return finding.identifier is not None or finding.info_type in CREDENTIALS


def _mask(data: bytes, report: ScanReport, findings: list[Finding], mask: Mask) -> bytes:
    if report.coverage is not Coverage.COMPLETE:
        raise RedactionError(f"cannot redact a document with coverage {report.coverage}")
    if not findings:
        return data
    if not all(map(_is_maskable, findings)):
        raise RedactionError(
            "cannot redact health information: a document's structure states it, and no mask unsays that"
        )
    decoded = decode.undo(data, report.encodings, _LIMIT)
    if decoded.gap:
        raise RedactionError(f"cannot redact: {decoded.gap}")
    masked = _masked(decoded.data, report.media, _merged(findings), mask)
    try:
        return decode.encode(masked, report.encodings)
    except UnicodeError:
        raise RedactionError("cannot redact: the document cannot be put back into its charset") from None


def _masked(data: bytes, kind: str, ranges: list[tuple[int, int]], mask: Mask) -> bytes:
    """`data`, which was read as `kind`, with a mask in the place of each range."""
    bare = _bare_scalars(data) if kind.endswith("json") else []
    same_length = kind in media.SAME_LENGTH
    pieces, at = [], 0
    for start, end in ranges:
        scalar = _containing(bare, start)
        first, last = scalar or ((start, end) if same_length else _whole_characters(data, start, end))
        first = max(first, at)
        if first < last:
            is_number = scalar is not None or (kind.endswith("json") and _is_number_within(data, first, last))
            in_its_place = _mask_in_place(data, first, last, mask) if same_length else mask.mask(data[first:last])
            pieces += [data[at:first], b"0" if is_number else in_its_place]
            at = last
    return b"".join([*pieces, data[at:]])


def _whole_characters(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The range with the UTF-8 characters that it begins and ends in (RFC 3629: at most four bytes); half of one is no text."""
    for _ in range(3):
        start -= start > 0 and data[start] & 0xC0 == 0x80
        end += end < len(data) and data[end] & 0xC0 == 0x80
    return start, end


def _mask_in_place(data: bytes, start: int, end: int, mask: Mask) -> bytes:
    """A mask of the value's own length; for a number of a JSON document within (a part of a multipart body) one that is a number."""
    if _is_number_within(data, start, end):
        return b"0".ljust(end - start)
    return mask.mask_in_place(data[start:end])


def _is_number_within(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a number of a JSON document within this one: in a string, or a part of a multipart body."""
    around = data[max(0, start - 8) : start].rstrip()[-1:] + data[end : end + 1] if data[start:end].isdigit() else b""
    return len(around) == 2 and around[0] in b":[," and around[1] in b",]} \\\r\n"


def _merged(findings: Iterable[Finding]) -> list[tuple[int, int]]:
    """The findings' ranges, in order, overlapping ones joined."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((f.location.start, f.location.end) for f in findings):
        if start < 0:
            raise RedactionError("cannot redact a value outside of the body")
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _bare_scalars(data: bytes) -> list[tuple[int, int]]:
    return [m.span(1) for m in _JSON_SCALAR.finditer(data) if m.lastindex]


def _containing(spans: list[tuple[int, int]], at: int) -> tuple[int, int] | None:
    index = bisect_right(spans, (at, len(spans) and 1 << 62)) - 1
    return spans[index] if index >= 0 and spans[index][0] <= at < spans[index][1] else None
