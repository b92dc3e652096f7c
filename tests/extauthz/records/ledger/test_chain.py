"""A line holds only in the bytes that were sealed, and a problem names where a break begins."""

import hashlib
import json

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extauthz.records.ledger.chain import (
    GENESIS,
    GENESIS_HEAD,
    Break,
    ChainHead,
    Verifier,
    last_head,
    seal,
    unseal,
)

# what a record could hold; keys around "hash" and values that look like a seal are likely
WORDS = st.sampled_from(
    [
        "hash",
        "gap",
        "id",
        "prev",
        'a"hash',
        '"hash":"',
        "",
        "\u00fc",
        GENESIS,
        f'"hash":"{GENESIS}",',
    ]
) | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    WORDS | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    max_leaves=8,
)
RECORDS = st.dictionaries(WORDS.filter(lambda key: key not in {"hash", "seq", "prev"}), VALUES)


def _chain(count: int) -> list[bytes]:
    lines, head = [], GENESIS_HEAD
    for number in range(count):
        line, head = seal({"kind": "decision", "n": number}, head)
        lines.append(line)
    return lines


def _hashed(record: dict) -> bytes:
    """A line of any record with the hash that fits it."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
    whole = {**record, "hash": hashlib.sha256(text).hexdigest()}
    return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()


def test_a_sealed_line_holds():
    (line,) = _chain(1)
    record = unseal(line[:-1])
    assert record is not None
    assert (record["seq"], record["n"]) == (1, 0)


@given(RECORDS, st.integers(0, 10**12), st.sampled_from([GENESIS, "f" * 64]))
@example({"audits": {"hash": GENESIS, "z": 1}}, 0, GENESIS)
@example({"zone": {"hash": GENESIS, "z": 1}}, 0, GENESIS)
@example({'a"hash': GENESIS}, 0, GENESIS)
def test_a_line_has_the_bytes_of_the_definition(record, seq, prev):
    body = {**record, "seq": seq + 1, "prev": prev}
    digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
    line, head = seal(record, ChainHead(seq, prev))

    assert line == orjson.dumps({**body, "hash": digest}, option=orjson.OPT_SORT_KEYS) + b"\n"
    assert head == ChainHead(seq + 1, digest)
    assert unseal(line[:-1]) == json.loads(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[1]",
        b'"text"',
        b"7",
        b"null",
        _hashed({"kind": "decision"}),  # no number
        _hashed({"kind": "decision", "seq": "1"}),
        _hashed({"kind": "decision", "seq": None}),
    ],
)
def test_what_is_no_record_holds_nowhere(line):
    assert unseal(line) is None


def test_a_line_that_is_written_otherwise_does_not_hold_though_its_hash_fits():
    (line,) = _chain(1)
    record = json.loads(line)
    assert unseal(json.dumps(record, sort_keys=True).encode()) is None  # with blanks
    turned = dict(reversed(record.items()))
    assert unseal(json.dumps(turned, separators=(",", ":")).encode()) is None


def test_the_head_of_a_segment_without_a_record_that_holds_is_none():
    assert last_head(b"x\ny\nz") == (None, 2, True)
    assert last_head(b"x\ny\n") == (None, 2, False)


def test_the_head_stands_before_the_bad_lines():
    first, second = _chain(2)
    head, bad, torn = last_head(first + second + b"x\ny\n")
    assert (head, bad, torn) == (
        ChainHead(2, json.loads(second)["hash"]),
        2,
        False,
    )


def test_a_torn_end_is_named_by_its_own_line():
    first, second = _chain(2)
    found = Verifier().segment("a.jsonl", first + second[:-1])
    assert found is not None
    assert (found.file, found.line) == ("a.jsonl", 2)


@pytest.mark.parametrize(
    ("bad", "behind", "more"),
    [
        (b"x\n", "record", ""),
        (b"x\ny\n", "record", ", with 1 more behind it"),
        (b"x\n", "torn", ""),
        (b"x\n", "nothing", ""),
    ],
)
def test_the_first_of_several_bad_lines_is_named(bad, behind, more):
    first, _, third = _chain(3)
    rest = {"record": third, "torn": third[:-1], "nothing": b""}[behind]
    verifier = Verifier()
    found = verifier.segment("a.jsonl", first + bad + rest) or verifier.end()
    assert found == Break("a.jsonl", 2, f"changed or torn{more}; no recovery record closes it")


def test_bad_lines_that_end_a_segment_are_named_there():
    first, _, third = _chain(3)
    verifier = Verifier()
    assert verifier.segment("a.jsonl", first + b"x\n") is None
    found = verifier.segment("b.jsonl", third)
    assert found == Break("a.jsonl", 2, "changed or torn; no recovery record closes it")


def test_bad_lines_at_the_end_are_named_at_their_first():
    (first,) = _chain(1)
    verifier = Verifier()
    assert verifier.segment("a.jsonl", first + b"x\n") is None
    assert verifier.segment("b.jsonl", b"y\n") is None
    found = verifier.end()
    assert found is not None
    assert (found.file, found.line) == ("a.jsonl", 2)


@pytest.mark.parametrize(
    "place", [{}, {"seq": 1}, {"seq": True, "prev": GENESIS}, {"seq": 1, "prev": [GENESIS]}]
)
def test_a_line_that_does_not_say_its_place_is_no_record(place):
    body = orjson.dumps({"a": 1, **place}, option=orjson.OPT_SORT_KEYS)
    sealed = {"a": 1, **place, "hash": hashlib.sha256(body).hexdigest()}
    line = orjson.dumps(sealed, option=orjson.OPT_SORT_KEYS)
    assert unseal(line) is None
    verifier = Verifier()
    assert (verifier.segment("a.jsonl", line + b"\n") or verifier.end()) is not None
