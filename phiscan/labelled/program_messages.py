"""Values in the messages of programs: error texts, and objects as programs print them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from phiscan.evidence import Evidence
from phiscan.labelled import error_texts, printed_objects
from phiscan.labelled.records import Labelled, read_records

_Reader = Callable[[bytes], Iterator[Labelled]]
MARKS: Final[tuple[tuple[str, _Reader], ...]] = (
    *((mark, error_texts.read) for mark in error_texts.MARKS),
    *((mark, printed_objects.read) for mark in printed_objects.MARKS),
)
"""Hyperscan expressions, caseless, and the reader to run if one occurs."""


def read(data: bytes, evidence: Evidence, marks: Iterable[int]) -> None:
    """Add what the messages in `data` say.

    `marks` are the indexes of the `MARKS` that occur in it.
    """
    for reader in dict.fromkeys(MARKS[number][1] for number in marks):
        read_records(reader(data), evidence, "program_message")
