"""Turns ranges to mask into edits of a document, by its kind and by the form of each mask.

Numbers stay numbers, lists of byte numbers stay such lists, and where the format states lengths a
mask has the length of its value.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from phiscan.media_kind import Edit, MediaKind
from phiscan.redaction import masks
from phiscan.redaction.masks import MaskForm, Masks, strictest
from phiscan.redaction.patients import Patients
from phiscan.redaction.tokens import LENGTH, Tokens
from phiscan.syntax import json_numbers

MASK: Final = b"XXX"
# The bytes of a text as numbers.
# matches b"49, 50, 51"; not b"1949, 50", because a byte has at most three digits
_NUMBERS: Final = re.compile(rb"(?:-?\d{1,3}\s*,\s*)+-?\d{1,3}")
_LONG_LIST: Final = 8
"""The least bytes of a list of byte numbers. A shorter one may be a list in a sentence."""
# matches b"49" and b"-12"; not b"-"
_NUMBER: Final = re.compile(rb"-?\d+")
_BASE64: Final = re.compile(rb"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[A-Za-z0-9+/_-]{22,}={0,2}")
"""A value of type base64. matches b"UGF0aWVudDogQW5hIFJ1aXo="; not b"4111111111111111"."""
_ONE_OF_A_LIST: Final = b"%d" % MASK[0]
"""The mask of one number in a list of byte numbers: the code of the letter X."""


class RedactionError(Exception):
    """A finding cannot be masked. The message shows no value."""


class Target(NamedTuple):
    """A range to mask.

    Args:
        info_type: of the value; empty for other spellings of a value, and where findings differ.
    """

    start: int
    end: int
    form: MaskForm = MaskForm.PLAIN
    info_type: str = ""

    def joined(self, other: "Target") -> "Target":
        """Return one range for two that overlap."""
        return Target(
            min(self.start, other.start),
            max(self.end, other.end),
            strictest(self.form, other.form),
            self.info_type if self.info_type == other.info_type else "",
        )


class Masked(NamedTuple):
    """A masked document.

    Args:
        edits: what was replaced, in order, not overlapping.
        shown: ranges of `data` whose masks show a part of the value or look like one, in order.
    """

    data: bytes
    edits: tuple[Edit, ...] = ()
    shown: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        return f"Masked({len(self.data)} bytes, {len(self.edits)} edits)"

    def moved(self, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Yield where ranges of the original document are now, without those that an edit met."""
        starts = [edit.start for edit in self.edits]
        grown = [0]
        for edit in self.edits:
            grown.append(grown[-1] + len(edit.text) - (edit.end - edit.start))
        for start, end in ranges:
            before = bisect_right(starts, start)
            met = self.edits[before - 1].end > start if before else False
            if not met and (before == len(starts) or starts[before] >= end):
                yield start + grown[before], end + grown[before]


class Editor:
    """Masks values of one document.

    Args:
        data: the document, without content codings.
        kind: what it was read as.
        chosen: the form of each infoType.
        patients: whose dates are where; None where no date is shifted.
    """

    def __init__(
        self, data: bytes, kind: MediaKind, chosen: Masks, patients: Patients | None
    ) -> None:
        self._data = data
        self._how = kind.masking
        self._is_prose = kind.is_prose
        self._is_text = kind.is_searchable
        self._masks = chosen
        self._patients = patients
        self._tokens = None if chosen.key is None else Tokens(chosen.key)
        self._numbers = kind.masking.numbers(data)

    def mask(self, targets: Sequence[Target]) -> Masked:
        """Mask these ranges, which are sorted and do not overlap."""
        absent = self._absent(targets)
        covered = [(edit.start, edit.end) for edit in absent]
        left = [target for target in targets if not _within(covered, target)]
        edits = sorted([*((edit, False) for edit in absent), *self._plain(left)])
        return _applied(self._data, edits)

    def _absent(self, targets: Sequence[Target]) -> list[Edit]:
        """Return the edits that say in the format's own words that values are masked.

        An edit that covers another value too is dropped, and so is one that meets another edit:
        these values get the plain mask.
        """
        wanted = [(t.start, t.end) for t in targets if t.form is MaskForm.ABSENT]
        if not wanted:
            return []
        starts, ends = [t.start for t in targets], [t.end for t in targets]
        kept: list[Edit] = []
        for edit in self._how.absent(self._data, wanted):
            met = bisect_left(starts, edit.end) - bisect_right(ends, edit.start)
            if (not kept or kept[-1].end <= edit.start) and met <= (edit.start < edit.end):
                kept.append(edit)
        return kept

    def _plain(self, targets: Iterable[Target]) -> Iterator[tuple[Edit, bool]]:
        """Yield the edits of values that stay where they are, each with whether it is shown."""
        data, how, at = self._data, self._how, 0
        for start, end, form, info_type in targets:
            number = _containing(self._numbers, start)
            first, last = number or (
                (start, end) if self._keeps(start, end) else _whole_characters(data, start, end)
            )
            first = max(first, at)
            if first >= last:
                continue
            if number and number[1] < end and _NUMBERS.fullmatch(data, first, end):
                yield Edit(first, end, _NUMBER.sub(_ONE_OF_A_LIST, data[first:end])), False
                at = end
                continue
            is_number = number is not None or how.is_bare_number(data, first, last)
            target = Target(first, last, form, info_type)
            typed = self._typed(target, is_number=is_number)
            if typed is not None:
                yield Edit(first, last, typed), form is not MaskForm.TOKEN
            else:
                yield Edit(first, last, self._crosses(first, last, is_number=is_number)), False
            at = last

    def _crosses(self, start: int, end: int, *, is_number: bool) -> bytes:
        """Return the plain mask."""
        value = self._data[start:end]
        if is_number:
            return self._how.zero(value)
        if self._keeps(start, end):
            return _in_place(self._data, start, end)
        return _as_long_as_base64(MASK, value) + self._how.kept(value)

    def _typed(self, target: Target, *, is_number: bool) -> bytes | None:
        """Return the value in its form, or None when it cannot have that form in its place."""
        data, (start, end, form, _) = self._data, target
        value = data[start:end]
        if form in (MaskForm.PLAIN, MaskForm.ABSENT) or _is_list(value):
            return None
        if is_number and not self._is_text:
            return None  # the bytes of a binary number are no digits
        keeps = self._keeps(start, end)
        if keeps:
            is_number = json_numbers.is_number_within(data, start, end)
        mask = self._form(target, value)
        if mask is not None and is_number:
            mask = _as_number(mask)
        if mask is None:
            return None
        if not keeps:
            return mask + (b"" if is_number else self._how.kept(value))
        if form is MaskForm.TOKEN and len(mask) <= len(value):
            return mask.ljust(len(value), b"X")
        return mask if len(mask) == len(value) else None

    def _form(self, target: Target, value: bytes) -> bytes | None:
        form = target.form
        if form is MaskForm.ZEROS:
            return masks.zeros(value)
        if form is MaskForm.TOKEN and self._tokens is not None:
            if self._how.longest(target.info_type) < LENGTH:
                return None
            return _as_long_as_base64(self._tokens.mask(value), value)
        if form is MaskForm.LAST_FOUR:
            return masks.last_four(value)
        if form is MaskForm.SHIFTED and self._patients is not None:
            days = self._patients.days(target.start)
            if days is not None:
                return masks.shift(value, days)
        # also a date to shift without a patient: nobody could say how far it should move
        return self._year(value, target) if form.is_of_dates else None

    def _year(self, value: bytes, target: Target) -> bytes | None:
        alone = (self._is_prose or self._how.partial_dates) and not self._keeps(*target[:2])
        return masks.year(value, target.info_type, self._masks.first_year, alone=alone)

    def _keeps(self, start: int, end: int) -> bool:
        """Whether a mask here must have as many bytes as the value."""
        return self._how.same_length or self._how.is_fixed(self._data, start, end)


def _is_list(value: bytes) -> bool:
    """Whether a value is written as the numbers of its bytes."""
    return len(value) >= _LONG_LIST and _NUMBERS.fullmatch(value) is not None


def _as_number(mask: bytes) -> bytes | None:
    """Return a mask of digits as a number without a leading zero. None for any other mask.

    X, which stands for a hidden digit, becomes 0.
    """
    digits = mask.replace(b"X", b"0")
    return (
        b"1" + digits[1:]
        if digits.isdigit() and digits[:1] == b"0"
        else (digits if digits.isdigit() else None)
    )


def _as_long_as_base64(mask: bytes, value: bytes) -> bytes:
    """Return a mask of letters that is base64 where the value is: in groups of four.

    `"data": "XXX"` is no Attachment of FHIR, and receivers decode it.
    """
    is_base64 = len(value) % 4 == 0 and _BASE64.fullmatch(value) is not None
    return mask + b"X" * (-len(mask) % 4) if is_base64 else mask


def _in_place(data: bytes, start: int, end: int) -> bytes:
    """Return a plain mask with as many bytes as the value.

    A number of nested JSON (in a part of a multipart body) becomes a number, and a list of byte
    numbers becomes such a list.
    """
    value = data[start:end]
    if json_numbers.is_number_within(data, start, end):
        return b"0".ljust(end - start)
    if _is_list(value):
        return _NUMBER.sub(
            lambda number: _ONE_OF_A_LIST.rjust(len(number[0]))[-len(number[0]) :], value
        )
    return b"X" * len(value)


def _whole_characters(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Extend the range to whole UTF-8 characters (RFC 3629: at most four bytes each).

    A part of a character would make the text invalid.
    """
    for _ in range(3):
        start -= start > 0 and data[start] & 0xC0 == 0x80
        end += end < len(data) and data[end] & 0xC0 == 0x80
    return start, end


def _applied(data: bytes, edits: Iterable[tuple[Edit, bool]]) -> Masked:
    """Apply edits, which are sorted, each with whether its text is shown."""
    pieces: list[bytes] = []
    applied: list[Edit] = []
    shown: list[tuple[int, int]] = []
    at = length = 0
    for edit, is_shown in edits:
        if edit.start < at:
            raise RedactionError("cannot redact: two masks overlap")
        length += edit.start - at
        if is_shown:
            shown.append((length, length + len(edit.text)))
        pieces += [data[at : edit.start], edit.text]
        length += len(edit.text)
        applied.append(edit)
        at = edit.end
    return Masked(b"".join([*pieces, data[at:]]), tuple(applied), tuple(shown))


def _within(spans: Sequence[tuple[int, int]], target: Target) -> bool:
    span = _containing(spans, target.start)
    return span is not None and target.end <= span[1]


def _containing(spans: Sequence[tuple[int, int]], at: int) -> tuple[int, int] | None:
    index = bisect_right(spans, (at, len(spans) and 1 << 62)) - 1
    return spans[index] if index >= 0 and spans[index][0] <= at < spans[index][1] else None
