import pytest

from extauthz.records.ledger import room
from extauthz.records.ledger.room import Room


@pytest.mark.parametrize(
    ("used", "limit", "percent", "share"),
    [
        (0, 100, 0, 0), (49, 100, 49, 0), (50, 100, 50, 50), (89, 100, 89, 75), (999, 1000, 99, 95),
        (100, 100, 100, 100), (101, 100, 100, 100), (0, 0, 100, 100),
    ],
)  # fmt: skip
def test_the_share_is_that_of_the_room(used, limit, percent, share):
    assert (Room(used, limit).percent, Room(used, limit).share) == (percent, share)


def test_all_files_of_the_folder_count(tmp_path):
    (tmp_path / "a").write_bytes(bytes(10))
    (tmp_path / "b").write_bytes(bytes(30))
    found = room.measure(tmp_path, 1000)
    assert (found.used, found.limit) == (40, 1000)


def test_the_disk_is_a_limit_too(tmp_path):
    disk = room.measure(tmp_path, 0)
    assert disk.limit > 0
    assert room.measure(tmp_path, disk.limit * 1000).limit < disk.limit * 2
