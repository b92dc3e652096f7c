import os

import pytest
import zstandard

from extauthz.records.ledger import chain, segments
from extauthz.records.ledger.chain import Verifier, segment_name
from extauthz.records.ledger.file import SEGMENT_BYTES, FileLedger
from extauthz.records.ledger.keeper import LedgerError

LINES = b'{"a":1}\n{"b":2}\n'
PACKED = zstandard.ZstdCompressor(write_checksum=True).compress(LINES)
NO_SIZE = zstandard.ZstdCompressor(write_content_size=False).compress(LINES)
STARTED = zstandard.ZstdCompressor().compressobj(size=segments.LARGEST_BYTES + 1)
HUGE = STARTED.compress(LINES) + STARTED.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


def now():
    return "2026-08-01T12:00:00.000000Z"


def test_a_compressed_segment_holds_the_bytes_of_the_plain_one(tmp_path):
    plain = tmp_path / segment_name(0, 1)
    packed = tmp_path / (plain.name + segments.PACKED)
    plain.write_bytes(LINES)
    packed.write_bytes(PACKED)

    assert segments.content(plain) == segments.content(packed) == LINES
    assert segments.plain_name(packed.name) == segments.plain_name(plain.name) == plain.name


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (LINES, "no zstd file"),
        (b"", "no zstd file"),
        (PACKED[:-5], "damaged or cut off"),
        (PACKED[:3], "no zstd file"),
        (PACKED[:5], "damaged or cut off"),
        (PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:], "damaged or cut off"),
        (PACKED + LINES, "something follows"),
        (PACKED + PACKED, "something follows"),
        (NO_SIZE, "size is missing"),
        (HUGE, "too large"),
    ],
)
def test_what_no_guard_packed_is_refused(tmp_path, data, told):
    path = tmp_path / (segment_name(0, 1) + segments.PACKED)
    path.write_bytes(data)
    with pytest.raises(segments.SegmentError, match=told):
        segments.content(path)


def test_a_segment_that_is_there_twice_is_the_plain_one():
    one, two = segment_name(0, 1), segment_name(0, 5)
    names = [two, one + ".zst", one, two + ".part", two + ".zst.part"]

    assert chain.chains(names) == {0: [one, two]}
    assert chain.chains([two, one + ".zst"]) == {0: [one + ".zst", two]}


def pack(path):
    packed = path.with_name(path.name + segments.PACKED)
    packed.write_bytes(zstandard.ZstdCompressor().compress(path.read_bytes()))
    path.unlink()
    return packed


def written(folder):
    ledger = FileLedger(folder, 0, now)
    ledger.append({"kind": "decision"})
    ledger.close()
    return ledger.head


def test_a_chain_goes_on_after_a_compressed_segment(tmp_path):
    head = written(tmp_path)
    packed = pack(tmp_path / segment_name(0, 1))

    assert written(tmp_path).seq == head.seq + 2
    verifier = Verifier()
    for name in chain.chains(p.name for p in tmp_path.iterdir())[0]:
        assert verifier.segment(name, segments.content(tmp_path / name)) is None
    assert (packed.exists(), verifier.head.seq) == (True, 4)


@pytest.mark.parametrize("torn", [b'{"half":', b'{"half":\n'])
def test_a_torn_line_in_a_compressed_segment_is_closed_in_the_next_one(tmp_path, torn):
    head = written(tmp_path)
    plain = tmp_path / segment_name(0, 1)
    plain.write_bytes(plain.read_bytes() + torn)
    packed = pack(plain)
    before = packed.read_bytes()
    written(tmp_path)

    new = (tmp_path / segment_name(0, head.seq + 1)).read_bytes()
    assert (b'"torn":1' in new, packed.read_bytes()) == (True, before)


@pytest.mark.parametrize("content", [b"no zstd", zstandard.ZstdCompressor().compress(b"torn\n")])
def test_a_chain_does_not_begin_anew_beside_a_segment_that_cannot_be_read(tmp_path, content):
    packed = tmp_path / (segment_name(0, 1) + segments.PACKED)
    packed.write_bytes(content)

    with pytest.raises(LedgerError, match=packed.name):
        FileLedger(tmp_path, 0, now)
    assert [p.name for p in tmp_path.glob("*.jsonl*")] == [packed.name]


def test_the_bound_is_above_what_a_guard_writes():
    assert segments.LARGEST_BYTES >= 2 * SEGMENT_BYTES


@pytest.mark.parametrize("packed", [0, 2])
def test_the_records_from_a_number_on_come_in_order_from_the_segments_that_hold_them(
    tmp_path, packed
):
    ledger = FileLedger(tmp_path, 0, now, segment_bytes=300)
    for number in range(8):
        ledger.append({"kind": "decision", "n": number})
    ledger.close()
    names = sorted(tmp_path.glob("ledger-0-*.jsonl"))
    assert len(names) > 3
    everything = [line for name in names for line in name.read_bytes().splitlines()]
    for path in names[:packed]:
        path.with_name(path.name + ".zst").write_bytes(zstandard.compress(path.read_bytes()))
        path.unlink()
    names[-1].write_bytes(names[-1].read_bytes() + b"{torn\n")
    for seq in range(1, 11):
        found = list(segments.records_from(tmp_path, 0, seq))
        assert [line for _, line in found] == everything[seq - 1 :]
        assert [number for number, _ in found] == list(range(seq, 10))


def test_segments_before_the_wanted_record_are_not_read(tmp_path):
    (tmp_path / "ledger-0-000000000001.jsonl").mkdir()  # reading it would fail
    line, _ = chain.seal({"kind": "start"}, chain.ChainHead(4, "f" * 64))
    (tmp_path / "ledger-0-000000000005.jsonl").write_bytes(line)
    assert list(segments.records_from(tmp_path, 0, 5)) == [(5, line[:-1])]


def test_a_pipe_is_no_segment_and_nobody_waits_for_it(tmp_path):
    pipe = tmp_path / segment_name(0, 1)
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="Not a regular file"):
        segments.content(pipe)


def test_a_guard_does_not_write_its_records_through_a_link(tmp_path):
    (tmp_path / segment_name(0, 1)).symlink_to("/dev/null")
    with pytest.raises(LedgerError, match="the ledger cannot be"):
        FileLedger(tmp_path, 0, now)
    (tmp_path / segment_name(0, 1)).unlink()
    target = tmp_path / "elsewhere"
    (tmp_path / segment_name(0, 1)).symlink_to(target)
    with pytest.raises(LedgerError, match="the ledger cannot be written"):
        FileLedger(tmp_path, 0, now)
    assert not target.exists()
