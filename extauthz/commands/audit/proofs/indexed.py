"""Finds a decision by its whole id with the index that the guard keeps beside the ledger.

The index only says where to look. What stands there counts only if its own hash fits and it has the
id. Where the index says nothing, the record may be there all the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from extauthz.commands.audit.filters import exactly
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.sealed_lines import lines, opened
from extauthz.commands.audit.search import Hit
from extauthz.records.ledger import id_index, segments
from extauthz.records.ledger.chain import segment_name
from extauthz.records.ledger.id_index import PART_BYTES, WHOLE_ID, Block, IdFile
from extauthz.records.ledger.segments import PACKED, SegmentError, plain_name


def find(identity: str, chains: Sequence[Chain]) -> Hit | None:
    """Return the decision with this id, if an index or the newest lines name it.

    What cannot be read names nothing.
    """
    if not WHOLE_ID.fullmatch(identity):
        return None
    ends: list[int] = []
    for chain in chains:
        ends.append(0)
        with suppress(OSError), id_index.opened(chain.folder, chain.worker) as file:
            blocks = list(file.blocks())
            ends[-1] = _end(chain, blocks)
            for hit in _pointed(identity, chain, file, blocks):
                return hit
    for chain, end in zip(chains, ends, strict=True):
        with suppress(OSError, SegmentError):
            for hit in _behind(identity, chain, end):
                return hit
    return None


def _end(chain: Chain, blocks: Sequence[Block]) -> int:
    """Return up to where the newest segment of a chain has blocks."""
    newest = plain_name(chain.names[-1])
    ends = (b.end for b in reversed(blocks) if segment_name(chain.worker, b.segment) == newest)
    return next(ends, 0)


def _pointed(identity: str, chain: Chain, file: IdFile, blocks: Sequence[Block]) -> Iterator[Hit]:
    here = {plain_name(name): name for name in chain.names}
    for block in blocks:
        name = here.get(segment_name(chain.worker, block.segment))
        if name is None:  # archived
            continue
        for at in id_index.positions(file.entries(block), identity):
            with suppress(OSError, SegmentError):
                yield from _hit(identity, chain, name, id_index.line_at(chain.folder / name, at))


def _behind(identity: str, chain: Chain, end: int) -> Iterator[Hit]:
    """Yield the hits behind the last block of the newest segment, if these are few lines."""
    name = chain.names[-1]
    path = chain.folder / name
    if not 0 <= segments.length(path) - end <= 2 * PART_BYTES:
        return
    data = b"".join(segments.chunks(path, end, is_packed=name.endswith(PACKED)))
    for line in lines(data, [exactly("id", identity).needles]):
        yield from _hit(identity, chain, name, line)


def _hit(identity: str, chain: Chain, name: str, line: bytes) -> Iterator[Hit]:
    record = opened(line)
    if record is not None and record.get("id") == identity:
        yield Hit(chain, name, line, record)
