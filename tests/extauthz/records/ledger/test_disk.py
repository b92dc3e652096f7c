import os
import stat
from pathlib import Path

import pytest

from extauthz.records.ledger import disk


@pytest.fixture
def synced(monkeypatch):
    """What was put on the disk: the path of each file or folder, in order."""
    found, real = [], os.fsync

    def fsync(file):
        found.append(Path(f"/proc/self/fd/{file}").readlink())
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    return found


def test_a_file_is_whole_private_and_on_the_disk(tmp_path, synced):
    path = tmp_path / "note"
    disk.write(path, b"what was there before")
    disk.write(path, b"2")

    assert path.read_bytes() == b"2"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert synced == [path] * 2


def test_a_new_file_replaces_nothing(tmp_path):
    disk.write(tmp_path / "key", b"one", is_new=True)
    with pytest.raises(FileExistsError):
        disk.write(tmp_path / "key", b"two", is_new=True)
    assert (tmp_path / "key").read_bytes() == b"one"


def test_the_names_of_a_folder_are_put_on_the_disk(tmp_path, synced):
    disk.sync_folder(tmp_path)
    assert synced == [tmp_path]


def test_a_failure_of_the_disk_is_told(tmp_path, monkeypatch):
    def fails(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    for call in (lambda: disk.write(tmp_path / "a", b"1"), lambda: disk.sync_folder(tmp_path)):
        with pytest.raises(OSError, match="No space"):
            call()
