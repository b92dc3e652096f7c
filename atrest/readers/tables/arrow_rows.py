"""Batches of Apache Arrow as rows. Batches are cut so that few large cells are values at a time."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from atrest.picks import Picks
from atrest.source import Method, ReadError, Reason, Rows

_MOST_ROWS: Final = 250
_MOST_BYTES: Final = 4 << 20


def method_of(picks: Picks) -> Method:
    """Return how rows were chosen: row numbers drawn at random are uniform."""
    return Method.ALL if picks.is_all else Method.RANDOM


def drawn(batches: Iterable[Any], picks: Picks, start: int, limit: int) -> Iterator[Rows]:
    """Yield the rows that are drawn.

    Args:
        batches: `pyarrow.RecordBatch`, in the order of their rows.
        picks: which rows.
        start: the number of the first row of the first batch.
        limit: of a cell at most one byte more is kept.
    """
    for batch in batches:
        chosen = picks.within(start, batch.num_rows)
        start += batch.num_rows
        if chosen:
            yield from rows_of(batch if picks.is_all else batch.take(pa.array(chosen)), limit)


def rows_of(batch: Any, limit: int) -> Iterator[Rows]:  # noqa: ANN401 - pyarrow has no types
    """Yield a batch in pieces of at most 250 rows, and of at most 4 MiB where it has more rows."""
    for piece in _pieces(batch):
        columns = [_values(_cut(column, limit)) for column in piece.columns]
        yield Rows(tuple(piece.schema.names), list(zip(*columns, strict=True)))


def _pieces(batch: Any) -> Iterator[Any]:  # noqa: ANN401
    rows = batch.num_rows
    is_small = rows <= _MOST_ROWS and sum(map(_bytes, batch.columns)) <= _MOST_BYTES
    if rows <= 1 or is_small:
        yield batch
        return
    yield from _pieces(batch.slice(0, rows // 2))
    yield from _pieces(batch.slice(rows // 2))


def _bytes(array: Any) -> int:  # noqa: ANN401
    """Return about how many bytes an array takes once its dictionaries are written out."""
    kind = array.type
    if pa.types.is_dictionary(kind) and _is_text(kind.value_type):
        return _sum(pc.binary_length(array.dictionary).take(array.indices))
    if _is_text(kind):
        return _sum(pc.binary_length(array))
    if inside := _inside(array):
        return sum(map(_bytes, inside))
    return int(array.nbytes)


def _inside(array: Any) -> list[Any]:  # noqa: ANN401
    """Return the arrays that a nested array is made of, for its own rows."""
    kind = array.type
    if pa.types.is_struct(kind):
        return list(array.flatten())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [array.flatten()]
    if pa.types.is_map(kind):
        # unlike the elements of a list, keys and items are not cut to the rows of a slice
        first, last = array.offsets[0].as_py(), array.offsets[-1].as_py()
        return [each.slice(first, last - first) for each in (array.keys, array.items)]
    return []


def _sum(lengths: Any) -> int:  # noqa: ANN401
    return pc.sum(lengths).as_py() or 0


def _is_text(kind: Any) -> bool:  # noqa: ANN401
    return any(
        test(kind)
        for test in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_binary,
            pa.types.is_large_binary,
        )
    )


def _cut(array: Any, limit: int) -> Any:  # noqa: ANN401
    """Cut cells that are longer than a document may be. One byte more says that they were cut."""
    if pa.types.is_dictionary(array.type):
        return _cut(array.dictionary, limit).take(array.indices)
    if not _is_text(array.type) or (pc.max(pc.binary_length(array)).as_py() or 0) <= limit:
        return array
    short = pc.binary_slice(array.cast(pa.large_binary()), 0, limit + 1)
    is_bytes = pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type)
    return short if is_bytes else pa.array([_text(cell) for cell in short.to_pylist()])


def _text(cell: bytes | None) -> str | None:
    return None if cell is None else cell.decode("utf-8", "replace")


def _values(array: Any) -> Sequence[object]:  # noqa: ANN401
    """Return the cells as Python values."""
    array = array.storage if isinstance(array, pa.ExtensionArray) else array
    try:
        plain = _without_nanoseconds(array.type)
        return list((array if plain == array.type else array.cast(plain, safe=False)).to_pylist())
    except (pa.ArrowException, ValueError, OverflowError, KeyError):
        # a date after 9999, a time zone that this machine does not know, text that is not UTF-8
        return [_value(cell) for cell in array]


def _value(cell: Any) -> object:  # noqa: ANN401
    try:
        value: object = cell.as_py()
    except UnicodeDecodeError:
        return bytes(cell.as_buffer()).decode("utf-8", "replace")
    except (ValueError, OverflowError, KeyError):
        try:
            value = cell.cast(pa.string()).as_py()
        except (pa.ArrowException, ValueError):
            raise ReadError(Reason.MALFORMED, "a cell has no value") from None
    return value


def _without_nanoseconds(kind: Any) -> Any:  # noqa: ANN401
    """Return the type with microseconds: Python's own times have no nanoseconds."""
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_time64(kind):
        return pa.time64("us")
    if pa.types.is_duration(kind):
        return pa.duration("us")
    if pa.types.is_struct(kind):
        return pa.struct([_plain_field(kind.field(at)) for at in range(kind.num_fields)])
    if pa.types.is_list(kind) and not pa.types.is_map(kind):
        return pa.list_(_plain_field(kind.value_field))
    return kind


def _plain_field(field: Any) -> Any:  # noqa: ANN401
    return field.with_type(_without_nanoseconds(field.type))
