"""Where a chain goes on: behind torn lines, in new segments, beside broken ones."""

import orjson
import pytest
from one_ledger import lines, now, segment_files, verify, written

from extauthz.records.ledger.chain import GENESIS_HEAD, Verifier, seal
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.keeper import LedgerError


def test_a_new_process_continues_the_chain_in_a_new_segment(tmp_path):
    written(tmp_path, 2)
    head = written(tmp_path, 1)

    assert sorted(p.name for p in tmp_path.glob("*.jsonl")) == [
        "ledger-0-000000000001.jsonl",
        "ledger-0-000000000004.jsonl",
    ]
    assert head.seq == 5
    assert verify(tmp_path) is None


@pytest.mark.parametrize("kept", [1, 40])
def test_a_torn_last_line_is_kept_and_closed_by_a_recovery_record(tmp_path, kept):
    written(tmp_path, 2)
    segment = tmp_path / "ledger-0-000000000001.jsonl"
    data = segment.read_bytes()
    torn = data[: data.rstrip(b"\n").rindex(b"\n") + 1 + kept]
    segment.write_bytes(torn)
    assert verify(tmp_path).problem == "the last line is torn and no recovery record closes it"

    written(tmp_path, 1)

    assert segment.read_bytes().startswith(torn)
    assert b'"kind":"recovery"' in segment.read_bytes()
    assert verify(tmp_path) is None


def test_a_line_that_lacks_only_its_newline_stays_in_the_chain(tmp_path):
    written(tmp_path, 1)
    segment = tmp_path / "ledger-0-000000000001.jsonl"
    segment.write_bytes(segment.read_bytes()[:-1])

    written(tmp_path, 1)

    assert verify(tmp_path) is None
    assert [r["kind"] for r in lines(tmp_path)] == ["start", "decision", "start", "decision"]


def test_a_line_that_nests_deeper_than_it_can_be_sealed_is_a_changed_line(tmp_path):
    """orjson reads 1,024 levels, but writes only 254.

    Such a line made `audit verify` and the start of the guard raise an exception.
    """
    written(tmp_path, 1)
    path = next(tmp_path.glob("ledger-0-*.jsonl"))
    path.write_bytes(path.read_bytes() + b'{"seq":3,"a":' + b"[" * 300 + b"]" * 300 + b"}\n")

    assert verify(tmp_path) is not None
    written(tmp_path, 1)
    assert verify(tmp_path) is None


def test_a_chain_goes_on_from_its_newest_segment(tmp_path):
    for expected in (2, 4, 6):
        assert written(tmp_path, 1).seq == expected
    assert len(segment_files(tmp_path)) == 3
    assert verify(tmp_path) is None


def test_a_segment_without_a_good_line_is_closed_and_the_chain_goes_on_from_the_one_before(
    tmp_path,
):
    written(tmp_path, 1)
    written(tmp_path, 1)
    newest = segment_files(tmp_path)[-1]
    newest.write_bytes(b'{"seq":3,"kind":"sta')
    assert written(tmp_path, 1).seq == 4
    assert [r["kind"] for r in lines_that_are_whole(tmp_path)][-2:] == ["recovery", "decision"]
    assert verify(tmp_path) is None


def lines_that_are_whole(folder):
    for path in segment_files(folder):
        for line in path.read_bytes().splitlines():
            if line.endswith(b"}"):
                yield orjson.loads(line)


def test_what_stands_in_a_segment_counts_for_its_size(tmp_path):
    written(tmp_path, 3)
    segment = segment_files(tmp_path)[0]
    segment.write_bytes(segment.read_bytes()[:-5])  # torn, so the next process goes on in it
    ledger = FileLedger(tmp_path, 0, now, segment_bytes=600)
    ledger.append({"kind": "decision"})
    ledger.close()
    assert segment.stat().st_size > 600
    assert len(segment_files(tmp_path)) == 2
    assert verify(tmp_path) is None


def test_a_ledger_that_cannot_begin_lets_go_of_its_chain(tmp_path):
    blocked = tmp_path / "ledger-0-000000000001.jsonl"
    blocked.mkdir()
    with pytest.raises(LedgerError, match="the ledger cannot be written"):
        FileLedger(tmp_path, 0, now)
    blocked.rmdir()
    assert written(tmp_path, 1).seq == 2


def test_no_byte_of_a_torn_line_can_be_changed_later(tmp_path):
    written(tmp_path, 1)
    segment = segment_files(tmp_path)[0]
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-5])
    written(tmp_path, 1)
    data = segment.read_bytes()
    assert verify(tmp_path) is None
    for at in range(whole.index(b"\n") + 1, len(whole) - 5):
        segment.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert verify(tmp_path) is not None


def test_a_recovery_record_of_an_older_release_has_no_digest_and_holds():
    line, head = seal({"kind": "start"}, GENESIS_HEAD)
    old, head = seal({"kind": "recovery", "torn": 1}, head)
    assert Verifier().segment("a.jsonl", line + b"{torn\n" + old) is None
    wrong, _ = seal({"kind": "recovery", "torn": 1, "tornHash": "0" * 64}, head)
    assert Verifier().segment("a.jsonl", line + old + b"{torn\n" + wrong) is not None
