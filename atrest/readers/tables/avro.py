"""Apache Avro files (object container files): row numbers are drawn at random.

A first pass reads the headers of the blocks alone, and so counts the rows. A second one unpacks the
blocks that hold a row that is drawn, each under a limit.
https://avro.apache.org/docs/1.12.0/specification/#object-container-files
"""

import contextlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import fastavro
import orjson

from atrest.picks import Picks
from atrest.readers.tables import packed_blocks
from atrest.readers.tables.packed_blocks import TornError
from atrest.source import Budget, Item, Method, ReadError, Reason, Rows, Sampled

_SYNC: Final = 16
_LONGEST_HEADER: Final = 16 << 20
_MOST_ROWS: Final = 250
_MOST_ENTRIES: Final = 1000
_LONGEST_NUMBER: Final = 63


@dataclass(frozen=True, slots=True)
class _Block:
    """Some rows of a file.

    Args:
        start: the number of its first row.
        count: its rows.
        offset: of its bytes.
        size: of its bytes.
    """

    start: int
    count: int
    offset: int
    size: int


class File:
    """An opened Avro file.

    Args:
        file: at its beginning; it can seek.

    Attributes:
        total: its rows.
        metadata: what stands in its header.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        if file.read(4) != b"Obj\x01":
            raise TornError
        self.metadata = _header(file)
        schema = orjson.loads(self.metadata["avro.schema"])
        _takes_nothing(schema, set())
        self._schema = fastavro.parse_schema(schema)
        self._codec = self.metadata.get("avro.codec", b"null").decode("ascii", "replace")
        self._blocks = list(_blocks(file, file.read(_SYNC)))
        self.total = sum(block.count for block in self._blocks)

    def records(self, picks: Picks) -> Iterator[object]:
        """Yield the records that are drawn.

        Raises:
            TornError: a block cannot be read.
            ReadError: a block is too long, or its codec is unknown.
        """
        for block in self._blocks:
            drawn = picks.within(block.start, block.count)
            if not drawn:
                continue
            self._file.seek(block.offset)
            content = packed_blocks.unpacked(self._codec, self._file.read(block.size))
            if block.count > len(content):
                raise TornError  # a row that holds something takes a byte
            chosen, data = set(drawn), io.BytesIO(content)
            for number in range(block.count):
                record = fastavro.schemaless_reader(data, self._schema, None)
                if number in chosen:
                    yield record


def read(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield a uniform sample of the rows. Raises ReadError for a torn file."""
    with as_read_errors():
        found = File(file)
        picks = Picks(found.total, budget.rows, budget.seed)
        yield from _rows(found.records(picks))
        yield Sampled(Method.ALL if picks.is_all else Method.RANDOM, budget.seed)


@contextlib.contextmanager
def as_read_errors() -> Iterator[None]:
    """Raise ReadError for whatever torn bytes make the decoder raise."""
    try:
        yield
    except (ReadError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - the decoder names no class of its own
        raise ReadError(Reason.MALFORMED, type(error).__name__) from None


def _rows(records: Iterator[object]) -> Iterator[Item]:
    columns: tuple[str, ...] = ()
    waiting: list[tuple[object, ...]] = []
    for record in records:
        # records need not be records: a file of texts has one column
        named: Mapping[str, object] = record if isinstance(record, dict) else {"value": record}
        if waiting and (tuple(named) != columns or len(waiting) == _MOST_ROWS):
            yield Rows(columns, waiting)
            waiting = []
        columns = tuple(named)
        waiting.append(tuple(named.values()))
    if waiting:
        yield Rows(columns, waiting)


def _takes_nothing(schema: Any, empty: set[str]) -> bool:  # noqa: ANN401 - JSON
    """Return whether a value of a type takes no bytes.

    An array of such values may say that it has 2**60 of them, and takes ten bytes.

    Args:
        schema: the type.
        empty: names of types that take no bytes; it grows.

    Raises:
        ReadError: there is such an array.
    """
    if isinstance(schema, str):
        return schema == "null" or schema in empty
    if isinstance(schema, list):
        for each in schema:
            _takes_nothing(each, empty)
        return False
    kind = schema["type"]
    if not isinstance(kind, str):
        return _takes_nothing(kind, empty)
    inside = [each["type"] for each in schema.get("fields", ())]
    inside += [schema[key] for key in ("items", "values") if key in schema]
    takes_nothing = [_takes_nothing(each, empty) for each in inside]
    if kind == "array" and any(takes_nothing):
        raise ReadError(Reason.OVER_LIMIT, "an array of values without bytes")
    is_empty = (
        kind == "null"
        or (kind == "fixed" and schema.get("size") == 0)
        or (kind == "record" and all(takes_nothing))
    )
    if is_empty:
        empty.add(schema.get("name", ""))
    return is_empty


def _header(file: BinaryIO) -> dict[str, bytes]:
    """Read the map of the header: blocks of pairs, until an empty one."""
    found: dict[str, bytes] = {}
    while count := _number(file):
        if count < 0:
            count = -count
            _number(file)  # the size of the block in bytes
        if len(found) + count > _MOST_ENTRIES:
            raise TornError
        for _ in range(count):
            name = _bytes(file).decode("utf-8", "replace")
            found[name] = _bytes(file)
    return found


def _blocks(file: BinaryIO, sync: bytes) -> Iterator[_Block]:
    start = 0
    while first := file.read(1):
        count, size = _number(file, first), _number(file)
        offset = file.tell()
        file.seek(size, io.SEEK_CUR)
        if count < 0 or size < 0 or file.read(_SYNC) != sync:
            raise TornError
        yield _Block(start, count, offset, size)
        start += count


def _bytes(file: BinaryIO) -> bytes:
    size = _number(file)
    if not 0 <= size <= _LONGEST_HEADER:
        raise TornError
    data = file.read(size)
    if len(data) < size:
        raise TornError
    return data


def _number(file: BinaryIO, first: bytes = b"") -> int:
    """Read a long: groups of seven bits, the lowest first, with the sign in the lowest bit."""
    shift = value = 0
    byte = first or file.read(1)
    while byte and shift <= _LONGEST_NUMBER:
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return (value >> 1) ^ -(value & 1)
        shift += 7
        byte = file.read(1)
    raise TornError
