"""Masks what a report found, in the same encoding and so that the receiver can still parse it.

The mask is `XXX`: letters that are a delimiter in no format. A number of JSON or SQL becomes `0`, because a mask would end the document;
so does one of a binary format, in as many bytes.
Masking twice changes nothing, and a scanner takes no mask for a value.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import Final, Protocol

from phiscan.finding import Coverage, Finding, ScanReport, Subject
from phiscan.identifiers import InfoTypeKind
from phiscan.media_kind import Masking
from phiscan.readers import registry
from phiscan.redaction import spellings
from phiscan.syntax import json_numbers
from phiscan.text import content_coding

MASK: Final = b"XXX"
_LIMIT: Final = 64 << 20
_MASKABLE: Final = frozenset((InfoTypeKind.IDENTIFIER, InfoTypeKind.CREDENTIAL))
# 49, 50, 51: the bytes of a text
_NUMBERS: Final = re.compile(rb"(?:-?\d{1,3}\s*,\s*)+-?\d{1,3}")
_LONG_LIST: Final = 8
"""Bytes of a list of numbers that is no list in a sentence."""
_NUMBER: Final = re.compile(rb"-?\d+")
_ONE_OF_A_LIST: Final = b"%d" % MASK[0]
"""A list of numbers stays a list of as many: an X for each byte, as the mask is in letters."""


class RedactionError(Exception):
    """A finding cannot be masked; the message names no value."""


class Mask(Protocol):
    """What stands in the place of a value; nothing that a scanner takes for a value, and a
    delimiter in no format."""

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
"""`XXX` for every value; `phiscan.redaction.tokens` has another mask."""


def redact(data: bytes, report: ScanReport, mask: Mask = CROSSES) -> bytes:
    """`data` with every individual's identifier and every credential masked. A provider's own and
    health information stay.

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
    return finding.kind in _MASKABLE


def _mask(data: bytes, report: ScanReport, findings: list[Finding], mask: Mask) -> bytes:
    if report.coverage is not Coverage.COMPLETE:
        raise RedactionError(f"cannot redact a document with coverage {report.coverage}")
    if not findings:
        return data
    if not all(map(_is_maskable, findings)):
        raise RedactionError(
            "cannot redact health information: a document's structure states it, and no mask "
            "unsays that"
        )
    decoded = content_coding.undo(data, report.encodings, _LIMIT)
    if decoded.gap:
        raise RedactionError(f"cannot redact: {decoded.gap}")
    kind = registry.MEDIA.kinds.get(report.media)
    if kind is None:
        raise RedactionError("cannot redact: the report names a media kind that does not exist")
    masked = _masked(decoded.data, kind.masking, _merged(decoded.data, findings), mask)
    try:
        return content_coding.encode(masked, report.encodings)
    except UnicodeError:
        raise RedactionError(
            "cannot redact: the document cannot be put back into its charset"
        ) from None


def _masked(data: bytes, how: Masking, ranges: list[tuple[int, int]], mask: Mask) -> bytes:
    """`data` with a mask in the place of each range."""
    numbers = how.numbers(data)
    pieces, at = [], 0
    for start, end in ranges:
        number = _containing(numbers, start)
        first, last = number or (
            (start, end) if how.same_length else _whole_characters(data, start, end)
        )
        first = max(first, at)
        if (
            first < last
            and number is not None
            and number[1] < end
            and _NUMBERS.fullmatch(data, first, end)
        ):
            pieces += [data[at:first], _NUMBER.sub(_ONE_OF_A_LIST, data[first:end])]
            at = end
        elif first < last:
            value = data[first:last]
            if number is not None or how.is_bare_number(data, first, last):
                in_its_place = how.zero(value)
            elif how.same_length:
                in_its_place = _mask_in_place(data, first, last, mask)
            else:
                in_its_place = mask.mask(value) + how.kept(value)
            pieces += [data[at:first], in_its_place]
            at = last
    return b"".join([*pieces, data[at:]])


def _whole_characters(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The range with the UTF-8 characters that it begins and ends in (RFC 3629: at most four
    bytes); half of one is no text."""
    for _ in range(3):
        start -= start > 0 and data[start] & 0xC0 == 0x80
        end += end < len(data) and data[end] & 0xC0 == 0x80
    return start, end


def _mask_in_place(data: bytes, start: int, end: int, mask: Mask) -> bytes:
    """A mask of the value's own length; for a number of a JSON document within (a part of a
    multipart body) one that is a number."""
    if json_numbers.is_number_within(data, start, end):
        return b"0".ljust(end - start)
    if end - start >= _LONG_LIST and _NUMBERS.fullmatch(data, start, end):
        return _NUMBER.sub(
            lambda number: _ONE_OF_A_LIST.rjust(len(number[0]))[-len(number[0]) :], data[start:end]
        )
    return mask.mask_in_place(data[start:end])


def _merged(data: bytes, findings: Sequence[Finding]) -> list[tuple[int, int]]:
    """The ranges of the findings and of their other spellings, in order, overlapping ones
    joined."""
    if any(f.location.start < 0 for f in findings):
        raise RedactionError("cannot redact a value outside of the body")
    found = {(f.location.start, f.location.end) for f in findings}
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found.union(spellings.others(data, findings))):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _containing(spans: list[tuple[int, int]], at: int) -> tuple[int, int] | None:
    index = bisect_right(spans, (at, len(spans) and 1 << 62)) - 1
    return spans[index] if index >= 0 and spans[index][0] <= at < spans[index][1] else None
