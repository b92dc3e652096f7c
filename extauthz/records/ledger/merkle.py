"""The Merkle tree of RFC 6962: its root, its proofs, and how a proof is checked. Pure.

    leaf = SHA-256(0x00 || data)        node = SHA-256(0x01 || left || right)

A tree over n leaves is split at the largest power of two below n. A complete subtree (of 2^k
leaves) never changes again. All of them, in the order in which they become complete, are the stored
hashes of a tree:

    position   0    1    2       3    4    5       6
    hash       l0   l1   l0..1   l2   l3   l2..3   l0..3

`Tree.append` returns the next stored hashes. Whoever keeps them can make any proof with a number of
reads that grows with the logarithm of the size.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY: Final = hashlib.sha256().digest()
"""The root of the tree without leaves."""

Read = Callable[[int], bytes]
"""Returns the stored hash at a position."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def stored(size: int) -> int:
    """Return the number of stored hashes of a tree with `size` leaves."""
    return 2 * size - size.bit_count()


def position(level: int, number: int) -> int:
    """Return the position of the complete subtree over leaves number * 2^level and the following.

    It becomes complete with its last leaf, `level` hashes after that leaf itself.
    """
    return stored(((number + 1) << level) - 1) + level


class Tree:
    """A tree that grows. It holds one hash for each binary digit 1 of its size.

    Args:
        size: number of leaves that it has already.
        read: of their stored hashes. It is not kept.
    """

    def __init__(self, size: int = 0, read: Read | None = None) -> None:
        self.size = size
        # roots of complete subtrees, from the largest to the smallest
        self._peaks: list[bytes] = []
        begin = 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1 and read is not None:
                self._peaks.append(read(position(level, begin >> level)))
                begin += 1 << level

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf by its hash. Return the hashes to store after those of before."""
        new, number = [leaf], self.size
        while number & 1:
            new.append(node_hash(self._peaks.pop(), new[-1]))
            number >>= 1
        self._peaks.append(new[-1])
        self.size += 1
        return new

    def root(self) -> bytes:
        """Return the root."""
        if not self._peaks:
            return EMPTY
        found = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            found = node_hash(peak, found)
        return found


def root(read: Read, size: int) -> bytes:
    """Return the root that the tree had when it had `size` leaves."""
    return Tree(size, read).root()


def inclusion(read: Read, index: int, size: int) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree with `size` leaves, from the leaf up.

    Args:
        read: of the stored hashes of a tree with at least `size` leaves.
        index: below `size`.
        size: of the tree.
    """
    path, begin, end = [], 0, size
    while end - begin > 1:
        split = _split(begin, end)
        if index < split:
            path.append(_subtree(read, split, end))
            end = split
        else:
            path.append(_subtree(read, begin, split))
            begin = split
    return path[::-1]


def root_of(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to. It is None when the proof has no such form.

    Args:
        leaf: its hash.
        index: of the leaf, from 0.
        size: of the tree.
        path: the proof. See RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    found, here, last = leaf, index, size - 1
    for sibling in path:
        if not last:
            return None
        if here & 1 or here == last:
            found = node_hash(sibling, found)
            here, last = _risen(here, last)
        else:
            found = node_hash(found, sibling)
        here, last = here >> 1, last >> 1
    return None if last else found


def consistency(read: Read, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree with `new` leaves only added to the one with `old` leaves.

    Args:
        read: of the stored hashes of a tree with at least `new` leaves.
        old: not above `new`.
        new: of the later tree.
    """
    path, begin, end = [], 0, new
    while old not in (0, end):
        split = _split(begin, end)
        if old <= split:
            path.append(_subtree(read, split, end))
            end = split
        else:
            path.append(_subtree(read, begin, split))
            begin = split
    if begin:
        path.append(_subtree(read, begin, end))
    return path[::-1]


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether a consistency proof holds between two trees, each as its size and its root.

    See RFC 9162, 2.1.4.2.
    """
    (before, old_root), (after, new_root) = old, new
    if before in (0, after):
        same = EMPTY if before == 0 else new_root
        return not path and old_root == same
    if not 0 < before < after:
        return False
    hashes = list(path) if before & (before - 1) else [old_root, *path]
    if not hashes:
        return False
    here, last = before - 1, after - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = hashes[0]
    for each in hashes[1:]:
        if not last:
            return False
        if here & 1 or here == last:
            first, second = node_hash(each, first), node_hash(each, second)
            here, last = _risen(here, last)
        else:
            second = node_hash(second, each)
        here, last = here >> 1, last >> 1
    return not last and first == old_root and second == new_root


def _split(begin: int, end: int) -> int:
    """Return where a tree over more than one leaf is split."""
    return begin + (1 << ((end - begin - 1).bit_length() - 1))


def _subtree(read: Read, begin: int, end: int) -> bytes:
    """Return the hash of the subtree over some leaves, as the splits make it."""
    size = end - begin
    if not size & (size - 1):
        level = size.bit_length() - 1
        return read(position(level, begin >> level))
    split = _split(begin, end)
    return node_hash(_subtree(read, begin, split), _subtree(read, split, end))


def _risen(here: int, last: int) -> tuple[int, int]:
    """Rise past the levels at which a node at the right edge has no sibling."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last
