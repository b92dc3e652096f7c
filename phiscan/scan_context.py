"""What a scan knows about a document before it reads it, and whether its time is up."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final, TypeVar

from phiscan.identifiers import INFO_TYPES, InfoType
from phiscan.protobuf.schemas import NO_SCHEMAS, Schemas

ItemT = TypeVar("ItemT")
_BATCH: Final = 128
"""Items between two checks of the clock. One check costs a tenth of what an item costs."""


class OutOfTimeError(Exception):
    """The scan of a document takes too long. The report says that it was not scanned whole."""


def _never() -> bool:
    return False


def _not_known(_data: bytes) -> None:
    return None


@dataclass(slots=True)
class Room:
    """How many bytes a scan may still decode: nested documents and the parts of containers.

    One scan has one, so all its documents together stay within the limit.

    Args:
        left: the bytes.
    """

    left: int = 32 << 20

    def take(self, size: int) -> bool:
        """Take so many bytes. Return whether they fit; if not, nothing fits any more."""
        self.left -= size
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class ScanContext:
    """What readers and detectors may ask about the scan that they are part of.

    Args:
        content_type: the media type that the sender declares, with its parameters (`boundary`).
        info_types: the infoTypes that may be found, by name.
        schemas: the known protobuf message types.
        message: the full name of the document's protobuf message type, or empty.
        path: the path of the request whose body the document is, or empty. A search by POST has
            the resource type there, and its parameters in the body.
        late: returns whether time is up. Readers check it through `timed`.
        room: what readers may still decode. A reader that decodes parts by itself takes from it.
        label_values: returns where the strings of a JSON text end that may be labels: the offsets
            of their closing quotes. None when each string has to be looked at.
    """

    content_type: str = ""
    info_types: Mapping[str, InfoType] = field(default_factory=lambda: INFO_TYPES)
    schemas: Schemas = NO_SCHEMAS
    message: str = ""
    path: str = field(default="", repr=False)
    late: Callable[[], bool] = field(default=_never, repr=False)
    room: Room = field(default_factory=Room)
    label_values: Callable[[bytes], Collection[int] | None] = field(default=_not_known, repr=False)

    def timed(self, items: Iterable[ItemT]) -> Iterator[ItemT]:
        """Yield the items and check the clock once per 128 of them.

        The outermost loop of every reader uses this.

        Raises:
            OutOfTimeError: time is up. Findings made before stay.
        """
        # Most items cost less than a line of Python. So chain and islice pass them on in C, and
        # Python code runs once per batch.
        return chain.from_iterable(self._batches(iter(items)))

    def check_clock(self) -> None:
        """Raise OutOfTimeError if time is up. For steps that each cost more than a batch."""
        if self.late():
            raise OutOfTimeError

    def _batches(self, items: Iterator[ItemT]) -> Iterator[Iterable[ItemT]]:
        for item in items:
            if self.late():
                raise OutOfTimeError
            yield (item,)
            yield islice(items, _BATCH - 1)
