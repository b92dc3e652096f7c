import io
import shutil
import subprocess

import pytest
import zstandard

from extauthz.records.ledger import frames, housekeeping, segments
from extauthz.records.ledger.chain import segment_name
from extauthz.records.ledger.frames import FRAME_BYTES, FrameError

ZSTD = shutil.which("zstd")
LARGEST = 1 << 20
PARTS = [b'{"a":1}\n', b'{"b":2}\n{"c', b'":3}\n']
LINES = b"".join(f'{{"number":{n}}}\n'.encode() for n in range(FRAME_BYTES // 6))


def made(parts):
    """Return a compressed file that holds the parts as frames."""
    packed = [frames.pack(part) for part in parts]
    sizes = [(len(frame), len(part)) for frame, part in zip(packed, parts, strict=True)]
    return b"".join(packed) + frames.table(sizes)


def read(data):
    """Return all content of a file of frames."""

    def part(at, size):
        return data[at : at + size]

    found = frames.frames(part, len(data), LARGEST)
    return b"".join(frames.unpack(part(f.at, f.size), f.length) for f in found)


@pytest.fixture
def packed(tmp_path):
    """Make a compressed segment of several frames."""
    plain = tmp_path / segment_name(0, 1)
    plain.write_bytes(LINES)
    housekeeping.pack(plain, tmp_path / (plain.name + ".zst"))
    return tmp_path / (plain.name + ".zst")


def test_a_compressed_segment_has_frames_of_a_bounded_size(packed):
    data = packed.read_bytes()
    found = frames.frames(lambda at, size: data[at : at + size], len(data), len(LINES))
    assert [frame.length for frame in found[:-1]] == [FRAME_BYTES] * (len(LINES) // FRAME_BYTES)
    assert (found[0].at, found[-1].start + found[-1].length) == (0, len(LINES))
    assert segments.length(packed) == len(LINES)
    assert housekeeping.packed_size(LINES) == len(data)


def test_another_reader_of_zstd_reads_it_as_one_stream(packed):
    source = io.BytesIO(packed.read_bytes())
    reader = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)
    assert reader.read() == LINES


@pytest.mark.skipif(ZSTD is None, reason="the command zstd is not installed")
def test_the_command_zstd_reads_it_as_one_stream(packed):
    found = subprocess.run([ZSTD, "-dcq", packed], capture_output=True, check=True)  # noqa: S603
    assert found.stdout == LINES


@pytest.mark.parametrize("at", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, len(LINES) - 1, len(LINES)])
def test_lines_are_read_from_a_position_on_and_frames_before_it_are_not(
    packed, tmp_path, monkeypatch, at
):
    unpacked = []
    unpack = frames.unpack
    monkeypatch.setattr(frames, "unpack", lambda *args: unpacked.append(1) or unpack(*args))
    assert b"".join(segments.chunks(packed, at, is_packed=True)) == LINES[at:]
    all_frames = -(-len(LINES) // FRAME_BYTES)
    assert len(unpacked) == all_frames - (at // FRAME_BYTES if at < len(LINES) else all_frames)
    plain = tmp_path / segment_name(0, 1)
    assert b"".join(segments.chunks(plain, at, is_packed=False)) == LINES[at:]


def test_a_file_of_an_earlier_release_is_one_frame():
    assert read(zstandard.ZstdCompressor(write_checksum=True).compress(LINES[:999])) == LINES[:999]


def test_a_changed_byte_is_never_read_as_other_lines():
    data, refused = made(PARTS), 0
    for at in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            try:
                # a frame has one bit that decoders must ignore (RFC 8878, 3.1.1.1.1)
                assert read(bytes(changed)) == b"".join(PARTS)
            except FrameError:
                refused += 1
    assert refused == 8 * len(data) - len(PARTS)


def test_a_file_that_was_cut_off_is_refused_or_ends_with_its_first_frame():
    data = made(PARTS)
    first = len(frames.pack(PARTS[0]))
    for end in range(len(data)):
        if end == first:  # as an earlier release writes it; the chain shows what is missing
            assert read(data[:end]) == PARTS[0]
            continue
        with pytest.raises(FrameError):
            read(data[:end])


@pytest.mark.parametrize(
    "forged",
    [
        made(PARTS)[:-17],  # no table
        made(PARTS) + made(PARTS),
        b"".join(map(frames.pack, PARTS)) + frames.table([(1, 1)]),
        b"".join(map(frames.pack, PARTS)) + frames.table([]),
        frames.pack(b"a") + frames.table([(len(frames.pack(b"a")), 2)]),
        frames.pack(b"a") + frames.table([(len(frames.pack(b"a")), LARGEST + 1)]),
        frames.table([(0, 0)]),
        frames.table([(1, 0)] * 70_000),
    ],
)
def test_a_forged_table_is_refused(forged):
    with pytest.raises(FrameError):
        read(forged)


def test_an_empty_segment_is_one_empty_frame(tmp_path):
    plain = tmp_path / segment_name(0, 1)
    plain.write_bytes(b"")
    packed = tmp_path / (plain.name + ".zst")
    housekeeping.pack(plain, packed)
    assert segments.content(packed) == b""
