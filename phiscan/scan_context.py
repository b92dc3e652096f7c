"""What a scan knows of a document before it reads it, and how much time is left."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final, TypeVar

from phiscan.identifiers import INFO_TYPES, InfoType
from phiscan.protobuf.schemas import NO_SCHEMAS, Schemas

ItemT = TypeVar("ItemT")
_BATCH: Final = 128
"""Items between two checks of the clock. One check costs as much as a tenth of an item."""


class OutOfTimeError(Exception):
    """A document takes longer than its scan may. It counts as not seen whole."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ScanContext:
    """What readers and detectors may ask about the scan that they are part of.

    Args:
        content_type: the media type that the sender declares, with its parameters (`boundary`).
        info_types: the infoTypes that may be found, by name.
        schemas: the known protobuf message types.
        message: the full name of the document's protobuf message type, or empty.
        late: whether time is up. Readers check it through `timed`.
    """

    content_type: str = ""
    info_types: Mapping[str, InfoType] = field(default_factory=lambda: INFO_TYPES)
    schemas: Schemas = NO_SCHEMAS
    message: str = ""
    late: Callable[[], bool] = field(default=_never, repr=False)

    def timed(self, items: Iterable[ItemT]) -> Iterator[ItemT]:
        """The items, for as long as there is time. The outermost loop of every reader uses this.

        Raises:
            OutOfTimeError: time is up. Findings made before stay.
        """
        # chain and islice hand out the items in C: Python code runs once per batch, because most
        # items cost less than a line of Python
        return chain.from_iterable(self._batches(iter(items)))

    def _batches(self, items: Iterator[ItemT]) -> Iterator[Iterable[ItemT]]:
        for item in items:
            if self.late():
                raise OutOfTimeError
            yield (item,)
            yield islice(items, _BATCH - 1)
