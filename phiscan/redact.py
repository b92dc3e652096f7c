"""Masks what a report found, in the same encoding and so that the receiver can still parse it.

The mask is `XXX`: letters that are a delimiter in no format. A JSON number becomes `0`, because a mask would end the document.
Masking twice changes nothing, and a scanner takes no mask for a value.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable
from typing import Final

from phiscan import decode, media
from phiscan.finding import Coverage, Finding, ScanReport, Subject

MASK: Final = b"XXX"
_LIMIT: Final = 64 << 20
# a JSON string, or a bare scalar
_JSON_SCALAR: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|([-+\w.]+)', re.DOTALL)


class RedactionError(Exception):
    """A finding cannot be masked; the message names no value."""


def redact(data: bytes, report: ScanReport) -> bytes:
    """`data` with every individual's identifier masked. A provider's own and health information stay.

    Raises:
        RedactionError: the report is of an incomplete scan, or a finding is not in the body.
    """
    return _mask(data, report, [f for f in report.findings if f.identifier and f.subject is not Subject.PROVIDER])


def redact_findings(data: bytes, report: ScanReport, info_types: Collection[str]) -> bytes:
    """`data` with every finding of `info_types` masked.

    Raises:
        RedactionError: as `redact`.
    """
    return _mask(data, report, [f for f in report.findings if f.info_type in info_types])


def _mask(data: bytes, report: ScanReport, findings: list[Finding]) -> bytes:
    if report.coverage is not Coverage.COMPLETE:
        raise RedactionError(f"cannot redact a document with coverage {report.coverage}")
    if not findings:
        return data
    if not all(f.identifier for f in findings):
        raise RedactionError(
            "cannot redact health information: a document's structure states it, and no mask unsays that"
        )
    decoded = decode.undo(data, report.encodings, _LIMIT)
    if decoded.gap:
        raise RedactionError(f"cannot redact: {decoded.gap}")
    bare = _bare_scalars(decoded.data) if report.media.endswith("json") else []
    same_length = report.media in media.SAME_LENGTH
    pieces, at = [], 0
    for start, end in _merged(findings):
        scalar = _containing(bare, start)
        first, last = scalar or (start, end)
        if first >= at:
            mask = b"0" if scalar else _mask_in_place(decoded.data, first, last) if same_length else MASK
            pieces += [decoded.data[at:first], mask]
            at = last
    return decode.encode(b"".join([*pieces, decoded.data[at:]]), report.encodings)


def _mask_in_place(data: bytes, start: int, end: int) -> bytes:
    """A mask of the value's own length; for a number of a JSON document within (a part of a multipart body) one that is a number."""
    around = data[max(0, start - 8) : start].rstrip()[-1:] + data[end : end + 1] if data[start:end].isdigit() else b""
    if len(around) == 2 and around[0] in b":[," and around[1] in b",]} \r\n":
        return b"0".ljust(end - start)
    return b"X" * (end - start)


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
