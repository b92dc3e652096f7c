"""Checkpoints, manifests and rotations: what is signed is what is read, and nothing else."""

import base64

import pytest

from extauthz.records.ledger import checkpoints, notes
from extauthz.records.ledger.checkpoints import Checkpoint, Manifest
from extauthz.records.ledger.notes import NoteError, Signer

NAME = "clinic.example/ledger"
KEYS = [Signer(NAME, bytes([n]) * 32) for n in range(4)]
ROOT = bytes(range(32))
TREE = Checkpoint(checkpoints.origin(NAME, b"\xab" * 32), 1042, ROOT)
PUBLIC = [KEYS[0].public]


def test_a_checkpoint_has_the_lines_of_the_standard():
    assert TREE.text == f"{NAME}/abababababababab\n1042\n{base64.b64encode(ROOT).decode()}\n"
    assert checkpoints.checkpoint(notes.sign(TREE.text, KEYS[0]), PUBLIC) == TREE
    assert TREE.chain == "ab" * 8


def test_a_manifest_lists_every_tree_in_order():
    trees = tuple(Checkpoint(f"{NAME}/{n:016x}", n, ROOT) for n in (3, 1, 2))
    manifest = Manifest(NAME, "2026-11-30T00:00:00.000000Z", trees)
    assert manifest.text.splitlines()[1:3] == [NAME, manifest.time]
    read = checkpoints.trees(notes.sign(manifest.text, KEYS[0]), PUBLIC)
    assert read == tuple(sorted(trees))


def test_a_checkpoint_is_read_where_a_manifest_may_stand():
    assert checkpoints.trees(notes.sign(TREE.text, KEYS[0]), PUBLIC) == (TREE,)


@pytest.mark.parametrize(
    "text",
    [
        f"{NAME}/ab\n1\n",
        f"{NAME}/ab\n01\n{base64.b64encode(ROOT).decode()}\n",
        f"{NAME}/ab\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"{NAME}/ab\n1\n{base64.b64encode(ROOT[:31]).decode()}\n",
        f"{NAME}/ab\n1\nnot base64\n",
        f"{NAME}/ab\n1\n{base64.b64encode(ROOT).decode()}\nmore\n",
        f"other.example/ab\n1\n{base64.b64encode(ROOT).decode()}\n",
        f"{NAME}\n1\n{base64.b64encode(ROOT).decode()}\n",
        "phiguard ledger manifest v1\n",
        f"phiguard ledger manifest v1\n{NAME}\nnow\n{NAME}/ab 1\n",
        f"phiguard ledger manifest v1\n{NAME}\nnow\nother/ab 1 {base64.b64encode(ROOT).decode()}\n",
    ],
)
def test_a_signed_text_of_another_form_is_refused(text):
    with pytest.raises(NoteError):
        checkpoints.trees(notes.sign(text, KEYS[0]), PUBLIC)


def test_a_manifest_is_no_checkpoint():
    manifest = Manifest(NAME, "now", ())
    with pytest.raises(NoteError):
        checkpoints.checkpoint(notes.sign(manifest.text, KEYS[0]), PUBLIC)


def test_trust_follows_rotations_in_any_order_and_from_a_trusted_key_only():
    first, second, third, stranger = KEYS
    handed = [checkpoints.rotation(second, third), checkpoints.rotation(first, second)]
    want = (first.public, second.public, third.public)
    assert checkpoints.trusted(PUBLIC, handed) == want
    assert checkpoints.trusted(PUBLIC, [checkpoints.rotation(stranger, third)]) == tuple(PUBLIC)
    assert checkpoints.trusted([second.public], [handed[1]]) == (second.public,)


def test_a_rotation_needs_both_signatures_and_its_exact_text():
    first, second = KEYS[:2]
    good = checkpoints.rotation(first, second)
    text = good.partition("\n\n")[0] + "\n"
    for bad in (
        notes.sign(text, second),  # the old key has not agreed
        notes.sign(text, first),  # nobody has shown the new key
        notes.sign(text + "more\n", first, second),
        notes.sign(text.replace("v1", "v2"), first, second),
        good.replace(str(second.public), str(KEYS[2].public)),
        "phiguard key rotation v1\nx\ny\n\n",
        "",
    ):
        assert checkpoints.trusted(PUBLIC, [bad]) == tuple(PUBLIC)
