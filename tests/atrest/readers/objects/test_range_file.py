import io
import random

from atrest.readers.objects.range_file import RangeFile

CHANCE = random.Random(1)  # noqa: S311 - bytes for a test
DATA = CHANCE.randbytes(3_000_000)


def opened() -> tuple[RangeFile, list[tuple[int, int]]]:
    asked: list[tuple[int, int]] = []

    def fetch(start: int, end: int) -> bytes:
        asked.append((start, end))
        return DATA[start:end]

    return RangeFile(fetch, len(DATA)), asked


def test_it_reads_like_a_file_wherever_it_stands():
    file, _ = opened()
    plain = io.BytesIO(DATA)
    for _ in range(300):
        place, size = CHANCE.randrange(len(DATA) + 10), CHANCE.choice((0, 1, 1000, 700_000))
        assert file.seek(place) == plain.seek(place)
        assert file.read(size) == plain.read(size)
        assert file.tell() == plain.tell()


def test_places_count_from_the_end_and_from_here_too():
    file, _ = opened()
    file.seek(-8, io.SEEK_END)
    assert file.read() == DATA[-8:]
    file.seek(10)
    file.seek(5, io.SEEK_CUR)
    assert file.read(3) == DATA[15:18]


def test_who_reads_on_fetches_each_byte_once_in_growing_ranges():
    file, asked = opened()
    assert b"".join(iter(lambda: file.read(10_000), b"")) == DATA
    assert [end for _, end in asked[:-1]] == [start for start, _ in asked[1:]]
    sizes = [end - start for start, end in asked]
    assert sizes[1] == 2 * sizes[0]
    assert len(asked) < 6


def test_who_jumps_fetches_little():
    file, asked = opened()
    for place in (0, 1_000_000, 2_000_000):
        file.seek(place)
        file.read(10)
    assert sum(end - start for start, end in asked) < 1_000_000


def test_bytes_that_are_held_are_not_fetched_again():
    file, asked = opened()
    file.hold(DATA[:1000])
    assert file.read(1000) == DATA[:1000]
    assert asked == []
    assert file.read(10) == DATA[1000:1010]


def test_a_range_without_bytes_ends_the_file():
    assert RangeFile(lambda start, end: b"", 100).read(10) == b""
