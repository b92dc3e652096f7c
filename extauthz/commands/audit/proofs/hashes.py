"""The stored hashes of a chain's tree: of its tree file, or computed from its records."""

import contextlib
from collections.abc import Iterator

from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.errors import UsageError
from extauthz.records.ledger import checkpoints, merkle, segments
from extauthz.records.ledger.checkpoints import Checkpoint
from extauthz.records.ledger.merkle import HASH_BYTES, Read, Tree, leaf_hash
from extauthz.records.ledger.tree_file import TreeFile, tree_name


@contextlib.contextmanager
def tree_file(chain: Chain) -> Iterator[TreeFile]:
    """Open a chain's tree file for reading. Raises OSError."""
    file = TreeFile(chain.folder / tree_name(chain.worker), is_read_only=True)
    try:
        yield file
    finally:
        file.close()


def chain_id(chain: Chain) -> str:
    """Return what the origin of a chain's tree ends with. Raises UsageError."""
    with contextlib.suppress(OSError), tree_file(chain) as file:
        return checkpoints.chain_id(file.read(0))
    for seq, line in segments.records_from(chain.folder, chain.worker, 1):
        if seq == 1:
            return checkpoints.chain_id(leaf_hash(line))
        break
    raise _without_beginning(chain)


@contextlib.contextmanager
def stored(chain: Chain, tree: Checkpoint) -> Iterator[Read]:
    """Give the stored hashes of the tree that a checkpoint speaks of.

    The tree file is used if it fits the checkpoint. Otherwise the records are read.

    Raises:
        UsageError: the first records are not here.
    """
    with contextlib.ExitStack() as files:
        yield _kept(chain, tree, files) or _computed(chain, tree.size)


def _kept(chain: Chain, tree: Checkpoint, files: contextlib.ExitStack) -> Read | None:
    """Return the hashes of the tree file, or None when it does not fit the checkpoint."""
    with contextlib.suppress(OSError):
        file = files.enter_context(tree_file(chain))
        if file.leaves >= tree.size and merkle.root(file.read, tree.size) == tree.root:
            return file.read
    return None


def _computed(chain: Chain, size: int) -> Read:
    grown, kept = Tree(), bytearray()
    for seq, line in segments.records_from(chain.folder, chain.worker, 1):
        if seq != grown.size + 1:
            raise _without_beginning(chain)
        if seq > size:
            break
        kept += b"".join(grown.append(leaf_hash(line)))
    if grown.size < size:
        raise UsageError(
            f"{chain.folder}: worker {chain.worker} has {grown.size} records, and {size} were "
            "signed; run `phiguard audit verify`"
        )
    return lambda at: bytes(kept[at * HASH_BYTES : (at + 1) * HASH_BYTES])


def _without_beginning(chain: Chain) -> UsageError:
    return UsageError(
        f"{chain.folder / tree_name(chain.worker)}: it must stand for records that are not here; "
        "restore it from a copy"
    )
