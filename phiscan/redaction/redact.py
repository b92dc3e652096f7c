"""Masks the findings of a report. The receiver can still decode and parse the document.

The mask is `XXX`, because these letters are a delimiter in no format. A number of JSON or SQL
becomes `0`, because letters would make the document invalid. A number of a binary format becomes
zero in as many bytes. Masking twice changes nothing, and a scan finds no value in a mask.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import Final, Protocol

from phiscan.arguments import Bytes, as_bytes, need
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
# The bytes of a text as numbers.
# matches b"49, 50, 51"; not b"1949, 50", because a byte has at most three digits
_NUMBERS: Final = re.compile(rb"(?:-?\d{1,3}\s*,\s*)+-?\d{1,3}")
_LONG_LIST: Final = 8
"""The least bytes of a list of byte numbers. A shorter one may be a list in a sentence."""
# matches b"49" and b"-12"; not b"-"
_NUMBER: Final = re.compile(rb"-?\d+")
_ONE_OF_A_LIST: Final = b"%d" % MASK[0]
"""The mask of one number in a list of byte numbers: the code of the letter X."""


class RedactionError(Exception):
    """A finding cannot be masked. The message shows no value."""


class Mask(Protocol):
    """Makes the replacement of a value.

    A mask must hold nothing that a scan finds, and nothing that is a delimiter in some format.
    """

    def mask(self, value: bytes) -> bytes:
        """Return the mask of a value."""

    def mask_in_place(self, value: bytes) -> bytes:
        """Return a mask with as many bytes as the value."""


class _Crosses:
    """The same mask for all values."""

    def mask(self, _value: bytes) -> bytes:
        return MASK

    def mask_in_place(self, value: bytes) -> bytes:
        return b"X" * len(value)


CROSSES: Final[Mask] = _Crosses()
"""The mask `XXX` for every value. `phiscan.redaction.tokens` has another mask."""


def redact(data: Bytes, report: ScanReport, mask: Mask = CROSSES) -> bytes:
    """Mask every identifier of an individual and every credential.

    Identifiers of providers and health information are kept.

    Raises:
        RedactionError: the scan was incomplete, a finding is outside the body, or the document
            cannot be decoded or encoded again.
        TypeError: `data` is not bytes, or `report` is no report.
    """
    data = as_bytes("data", data)
    need("report", report, ScanReport)
    findings = [f for f in report.findings if _is_maskable(f) and f.subject is not Subject.PROVIDER]
    return _mask(data, report, findings, mask)


def redact_findings(data: bytes, report: ScanReport, info_types: Collection[str]) -> bytes:
    """Mask every finding of `info_types`.

    Raises:
        RedactionError: as for `redact`, or a finding is health information.
    """
    return _mask(data, report, [f for f in report.findings if f.info_type in info_types], CROSSES)


def _is_maskable(finding: Finding) -> bool:
    """Whether the finding is a value. Health information is a statement of the whole document."""
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
    """Replace each range of `data` by a mask."""
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
    """Extend the range to whole UTF-8 characters (RFC 3629: at most four bytes each).

    A part of a character would make the text invalid.
    """
    for _ in range(3):
        start -= start > 0 and data[start] & 0xC0 == 0x80
        end += end < len(data) and data[end] & 0xC0 == 0x80
    return start, end


def _mask_in_place(data: bytes, start: int, end: int, mask: Mask) -> bytes:
    """Return a mask with as many bytes as the value.

    A number of nested JSON (in a part of a multipart body) becomes a number, and a list of byte
    numbers becomes such a list.
    """
    if json_numbers.is_number_within(data, start, end):
        return b"0".ljust(end - start)
    if end - start >= _LONG_LIST and _NUMBERS.fullmatch(data, start, end):
        return _NUMBER.sub(
            lambda number: _ONE_OF_A_LIST.rjust(len(number[0]))[-len(number[0]) :], data[start:end]
        )
    return mask.mask_in_place(data[start:end])


def _merged(data: bytes, findings: Sequence[Finding]) -> list[tuple[int, int]]:
    """Return the ranges of the findings and of their other spellings, sorted.

    Overlapping ranges are merged.
    """
    if any(f.location.start < 0 for f in findings):
        raise RedactionError(
            "cannot redact a value that has no range in the body: it is outside the body, or in a "
            "container (a compressed archive, an office file, a PDF), which is not rewritten"
        )
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
