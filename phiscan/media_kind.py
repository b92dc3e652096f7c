"""A media kind: what a document is read as, with every trait that the rest of the scan asks for.

The module of each format defines its kind beside its reader. `phiscan.readers.registry` lists all
kinds. No other module compares a kind's name: it asks for a trait.
"""

import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.text.offsets import Derived

Reader = Callable[[bytes, Evidence], Gap]
"""Reads the structure of a document and adds findings and nested documents to the evidence.

Returns why not all of the document was read, or `Gap.NONE`.
"""


Fields = Callable[[bytes, Sequence[int]], Iterable[str]]
"""Returns the field of a document that holds each of some offsets, which ascend.

The field is named as it may be shown, or is empty where none is known.
"""


class Edit(NamedTuple):
    """Replaces `data[start:end]` by `text`."""

    start: int
    end: int
    text: bytes

    def __repr__(self) -> str:
        return f"Edit({self.start}, {self.end})"


def _without_limit(_info_type: str) -> int:
    return sys.maxsize


def _nowhere(_data: bytes) -> list[tuple[int, int]]:
    return []


def _never(_data: bytes, _start: int, _end: int) -> bool:
    return False


def _zero(_number: bytes) -> bytes:
    return b"0"


def _nothing(_value: bytes) -> bytes:
    return b""


def _as_it_stands(_data: bytes) -> None:
    return None


def _no_edits(_data: bytes, _ranges: Collection[tuple[int, int]]) -> list[Edit]:
    return []


@dataclass(frozen=True, slots=True, eq=False)
class Masking:
    """How a value is masked so that the receiver can still parse the document.

    Args:
        same_length: whether a mask must have as many bytes as its value. So it is where the format
            states the lengths of values, or may hold parts that do.
        is_fixed: returns whether `data[start:end]` stands where values have fixed lengths, in a
            format that has other places too.
        longest: returns the most bytes that a value of an infoType may have. Tokens that are longer
            are not used.
        numbers: returns the byte ranges of the document's numbers, in order. Letters in place of a
            number would make the document invalid.
        is_bare_number: returns whether `data[start:end]` is a number without quotes. It covers the
            numbers that `numbers` does not list.
        zero: returns the mask of a number.
        kept: returns what must follow the mask of a value.
        absent: returns the edits that say of these values, in the format's own words, that they are
            masked. A value gets none where the format has no such words.
        partial_dates: whether a date may be a year alone.
    """

    same_length: bool = False
    is_fixed: Callable[[bytes, int, int], bool] = _never
    longest: Callable[[str], int] = _without_limit
    numbers: Callable[[bytes], list[tuple[int, int]]] = _nowhere
    is_bare_number: Callable[[bytes, int, int], bool] = _never
    zero: Callable[[bytes], bytes] = _zero
    kept: Callable[[bytes], bytes] = _nothing
    absent: Callable[[bytes, Collection[tuple[int, int]]], list[Edit]] = _no_edits
    partial_dates: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MediaKind:
    """One kind of media.

    Args:
        name: the value of `ScanReport.media`.
        read: the reader.
        check: for a reader that reads nothing but labels: what to run in its place when no known
            label occurs in the document. None for other readers.
        is_readable: whether this is a document that can be read. When a guessed nested document is
            not, the guess was wrong, and that is no gap.
        is_searchable: whether the detectors run over the document's bytes. They do not where the
            bytes are not text. There they run over the texts that the reader extracts.
        is_unstructured: whether the whole document is one text without structure that names values.
        is_prose: whether the whole document is prose.
        may_hold_prose: whether the scan looks for people in its prose. The formats of health care
            name people by structure instead.
        is_container: whether it has no content of its own but its parts, whose kinds are reported.
        is_markup: whether `<!--` and `-->` are comment marks and no part of the text.
        plus_is_blank: whether `+` stands for a blank.
        unescaped: returns the document without the format's own escape sequences, or None if it has
            none. The detectors run over that text.
        names_providers: whether its structure says who gives care.
        reads_references: whether its reader reads the references to patients, `Patient/77`.
        fields: says which field holds a value in a text. None where no field does.
        masking: how redaction masks its values.
    """

    name: str
    read: Reader
    check: Callable[[bytes], Gap] | None = None
    is_readable: bool = True
    is_searchable: bool = True
    is_unstructured: bool = False
    is_prose: bool = False
    may_hold_prose: bool = False
    is_container: bool = False
    is_markup: bool = False
    plus_is_blank: bool = False
    unescaped: Callable[[bytes], Derived | None] = _as_it_stands
    names_providers: bool = False
    reads_references: bool = False
    fields: Fields | None = None
    masking: Masking = Masking()


_HEAD: Final = 4096


@dataclass(frozen=True, slots=True)
class Sample:
    """What the kind of a document is recognised by.

    Args:
        data: the whole document.
        head: its first 4,096 bytes.
        declared: the media type of its Content-Type, in lower case and without parameters.
    """

    data: bytes
    head: bytes
    declared: str

    @classmethod
    def of(cls, data: bytes, content_type: str) -> "Sample":
        """Return the sample of a document with this Content-Type."""
        return cls(data, data[:_HEAD], content_type.partition(";")[0].strip().lower())


Look = Callable[[Sample], MediaKind | None]
"""Returns the kind of a document, or None when it is of no kind that this function knows."""


def _unsupported(_data: bytes, _evidence: Evidence) -> Gap:
    return Gap.UNSUPPORTED_MEDIA


def _nothing_to_read(_data: bytes, _evidence: Evidence) -> Gap:
    return Gap.NONE


EMPTY: Final = MediaKind("empty", _nothing_to_read)
"""A document that is empty or only white space."""
UNKNOWN: Final = MediaKind("unknown", _unsupported, is_readable=False, is_searchable=False)
"""A document whose examination was stopped or could not begin."""
BINARY: Final = MediaKind("binary", _unsupported, is_readable=False, is_searchable=False)
"""A file that no reader reads."""
