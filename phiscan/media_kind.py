"""A media kind: what a document can be read as, and everything that the rest of the scan asks about it.

Each format's module defines its own kind beside its reader. `phiscan.readers.registry` lists them. No other module
knows media by their names: it asks for a trait.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap

Reader = Callable[[bytes, Evidence], Gap]
"""Adds what the structure of a document says to the evidence. Returns why not all of it was read."""


def _nowhere(_data: bytes) -> list[tuple[int, int]]:
    return []


def _never(_data: bytes, _start: int, _end: int) -> bool:
    return False


def _zero(_number: bytes) -> bytes:
    return b"0"


def _nothing(_value: bytes) -> bytes:
    return b""


@dataclass(frozen=True, slots=True, eq=False)
class Masking:
    """How a value is masked so that the receiver can still parse the document.

    Args:
        same_length: a mask needs as many bytes as its value, because the format states the lengths
            of values, or holds parts that do.
        numbers: the byte ranges of the document's numbers, in order. Letters in their place would
            end the document.
        is_bare_number: whether the value from `start` to `end` of `data` stands without quotes
            where a number stands. It covers the numbers that `numbers` does not list.
        zero: the mask of a number.
        kept: what must stay of a masked value, behind its mask.
    """

    same_length: bool = False
    numbers: Callable[[bytes], list[tuple[int, int]]] = _nowhere
    is_bare_number: Callable[[bytes, int, int], bool] = _never
    zero: Callable[[bytes], bytes] = _zero
    kept: Callable[[bytes], bytes] = _nothing


@dataclass(frozen=True, slots=True, eq=False)
class MediaKind:
    """One kind of media.

    Args:
        name: as in `ScanReport.media`.
        read: its reader.
        check: the only work left for a document in which no known label occurs, for a reader that
            reads nothing but labels.
        is_readable: whether it is a document at all. What turns out not to be one was a wrong guess
            and no gap.
        is_searchable: whether the detectors run over the bytes as they stand. They do not where the
            bytes are no text; there they run over what the reader takes out.
        is_unstructured: the whole document is one text, and no structure names its values.
        is_prose: the whole document is passages of words.
        may_hold_prose: whether people are looked for in its prose. The formats of health care name
            their people by structure.
        is_markup: whether `<!--` and `-->` are no part of its text.
        plus_is_blank: whether `+` stands for a blank.
        names_providers: whether its structure says who gives care.
        masking: how its values are masked.
    """

    name: str
    read: Reader
    check: Callable[[bytes], Gap] | None = None
    is_readable: bool = True
    is_searchable: bool = True
    is_unstructured: bool = False
    is_prose: bool = False
    may_hold_prose: bool = False
    is_markup: bool = False
    plus_is_blank: bool = False
    names_providers: bool = False
    masking: Masking = Masking()


_HEAD: Final = 4096


@dataclass(frozen=True, slots=True)
class Sample:
    """What a format is told by.

    Args:
        data: the whole document.
        head: its first 4,096 bytes.
        declared: the sender's media type, in small letters and without parameters.
    """

    data: bytes
    head: bytes
    declared: str

    @classmethod
    def of(cls, data: bytes, content_type: str) -> "Sample":
        """A sample of a document with this Content-Type."""
        return cls(data, data[:_HEAD], content_type.partition(";")[0].strip().lower())


Look = Callable[[Sample], MediaKind | None]
"""Tells a document's kind, or None when it is none of those that this look knows."""


def _unsupported(_data: bytes, _evidence: Evidence) -> Gap:
    return Gap.UNSUPPORTED_MEDIA


def _nothing_to_read(_data: bytes, _evidence: Evidence) -> Gap:
    return Gap.NONE


EMPTY: Final = MediaKind("empty", _nothing_to_read)
"""A document without bytes, or of white space alone."""
UNKNOWN: Final = MediaKind("unknown", _unsupported, is_readable=False, is_searchable=False)
"""A document that could not be examined to its end."""
BINARY: Final = MediaKind("binary", _unsupported, is_readable=False, is_searchable=False)
"""Bytes of a file that nothing here reads."""
