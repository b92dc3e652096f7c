"""Roots and proofs agree with RFC 6962, written down here as the RFC defines it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extauthz.records.ledger import merkle
from extauthz.records.ledger.merkle import Tree, leaf_hash

LEAVES = st.lists(st.binary(max_size=8), max_size=70)


def naive_root(leaves):
    """MTH of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = naive_split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m, leaves):
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m, leaves, whole):
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def naive_split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def grown(leaves):
    tree, kept = Tree(), []
    for leaf in leaves:
        kept += tree.append(leaf_hash(leaf))
    return tree, kept


def number(count):
    return [b"%d" % n for n in range(count)]


def test_the_root_of_a_known_tree():
    # RFC 6962 has no vectors; these are the ones of Certificate Transparency's own tests
    leaves = [bytes.fromhex(t) for t in ("", "00", "10", "2021", "3031", "40414243")]
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    ]
    assert [grown(leaves[: n + 1])[0].root().hex() for n in range(len(leaves))] == roots


@given(LEAVES)
def test_a_tree_that_grows_has_the_root_of_the_definition(leaves):
    tree, kept = grown(leaves)
    assert tree.root() == naive_root(leaves)
    assert len(kept) == merkle.stored(len(leaves))


@given(LEAVES, st.data())
def test_a_tree_goes_on_from_its_stored_hashes(leaves, data):
    at = data.draw(st.integers(0, len(leaves)))
    _, kept = grown(leaves[:at])
    tree = Tree(at, kept.__getitem__)
    for leaf in leaves[at:]:
        tree.append(leaf_hash(leaf))
    assert (tree.size, tree.root()) == (len(leaves), naive_root(leaves))


@given(LEAVES.filter(bool), st.data())
def test_an_inclusion_proof_is_that_of_the_definition_and_holds(leaves, data):
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(grown(leaves)[1].__getitem__, index, size)
    assert path == naive_path(index, leaves[:size])
    assert merkle.root_of(leaf_hash(leaves[index]), index, size, path) == naive_root(leaves[:size])


@given(LEAVES.filter(bool), st.data())
def test_a_consistency_proof_is_that_of_the_definition_and_holds(leaves, data):
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))
    path = merkle.consistency(grown(leaves)[1].__getitem__, old, new)
    assert path == naive_subproof(old, leaves[:new], True)
    trees = (old, naive_root(leaves[:old])), (new, naive_root(leaves[:new]))
    assert merkle.is_consistent(*trees, path)


@pytest.mark.parametrize("size", range(1, 18))
def test_a_proof_holds_for_its_own_leaf_index_and_size_only(size):
    leaves = number(size)
    kept, want = grown(leaves)[1].__getitem__, naive_root(leaves)
    for index in range(size):
        path = merkle.inclusion(kept, index, size)
        for wrong in set(range(-1, 20)) - {index}:
            assert merkle.root_of(leaf_hash(leaves[index]), wrong, size, path) != want
        assert merkle.root_of(leaf_hash(b"other"), index, size, path) != want
        assert merkle.root_of(leaf_hash(leaves[index]), index, size, [*path, want]) is None
        for at in range(len(path)):
            cut = path[:at] + path[at + 1 :]
            assert merkle.root_of(leaf_hash(leaves[index]), index, size, cut) != want
            swapped = [*path[:at], leaf_hash(b"x"), *path[at + 1 :]]
            assert merkle.root_of(leaf_hash(leaves[index]), index, size, swapped) != want


@pytest.mark.parametrize("new", range(1, 18))
def test_a_rewritten_tree_is_not_consistent_whatever_hash_of_the_proof_is_changed(new):
    leaves = number(new)
    kept, root = grown(leaves)[1].__getitem__, naive_root(leaves)
    for old in range(1, new + 1):
        path = merkle.consistency(kept, old, new)
        other = naive_root([b"other", *leaves[1:old]])
        assert not merkle.is_consistent((old, other), (new, root), path)
        before = naive_root(leaves[:old])
        if old < new:
            assert not merkle.is_consistent((old, before), (new, other), path)
        assert not merkle.is_consistent((old, before), (new, root), [*path, root])
        for at in range(len(path)):
            changed = [*path[:at], leaf_hash(b"x"), *path[at + 1 :]]
            assert not merkle.is_consistent((old, before), (new, root), changed)
            cut = path[:at] + path[at + 1 :]
            assert not merkle.is_consistent((old, before), (new, root), cut)


def test_every_tree_adds_to_the_empty_one_and_none_to_a_larger_one():
    root = naive_root(number(3))
    assert merkle.consistency(grown(number(3))[1].__getitem__, 0, 3) == []
    assert merkle.is_consistent((0, merkle.EMPTY), (3, root), [])
    assert not merkle.is_consistent((0, root), (3, root), [])
    assert not merkle.is_consistent((4, root), (3, root), [])
    assert not merkle.is_consistent((-1, root), (3, root), [])
    assert not merkle.is_consistent((3, root), (3, merkle.EMPTY), [])
