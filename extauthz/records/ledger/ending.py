"""Where a chain ends, and so where it goes on: for a process that takes it over."""

from dataclasses import dataclass
from pathlib import Path

from extauthz.records.ledger import segments
from extauthz.records.ledger.chain import ChainHead, chains, last_head, segment_name


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a chain.

    Args:
        head: its last record.
        torn: the lines after it that are no records, in their order, without newlines.
        name: of the segment in which it goes on.
    """

    head: ChainHead
    torn: tuple[bytes, ...]
    name: str


def ending(folder: Path, worker: int) -> Ending:
    """Find the end of a worker's chain, and end a torn line with a newline.

    Raises:
        OSError: a segment cannot be read or written.
        segments.SegmentError: a compressed segment is damaged. The text names it.
    """
    names = chains(path.name for path in folder.iterdir()).get(worker, [])
    head, torn = ChainHead(), list[bytes]()
    for name in reversed(names):
        found, bad = _tail(folder / name)
        torn = bad + torn
        if found is not None:
            head = found
            break
    goes_on = bool(torn) and not names[-1].endswith(segments.PACKED)
    return Ending(head, tuple(torn), names[-1] if goes_on else segment_name(worker, head.seq + 1))


def _tail(path: Path) -> tuple[ChainHead | None, list[bytes]]:
    """Return the head of a segment and the bad lines after it."""
    is_packed = path.name.endswith(segments.PACKED)
    try:
        data = segments.content(path)
    except segments.SegmentError as error:
        raise segments.SegmentError(f"{path}: {error}; restore it from a copy") from None
    head, bad, torn = last_head(data)
    if is_packed and head is None:  # the chain would go on in a segment of the same name
        raise segments.SegmentError(f"{path}: no whole record in it; unpack it with `zstd -d --rm`")
    if torn and not is_packed:
        with path.open("ab") as file:
            file.write(b"\n")
        data += b"\n"
        head, bad, torn = last_head(data)
    lines = data.removesuffix(b"\n").split(b"\n")
    return head, lines[len(lines) - bad - torn :]
