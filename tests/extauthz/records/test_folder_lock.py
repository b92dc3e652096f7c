"""A folder's files of one worker are one process's."""

import os
import stat

import pytest

from extauthz.records import folder_lock


def test_the_folder_is_made_for_its_owner_alone(tmp_path):
    folder = tmp_path / "a" / "ledger"
    os.close(folder_lock.take(folder, "x.lock"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_second_taker_is_told_and_gets_it_when_the_first_is_gone(tmp_path):
    first = folder_lock.take(tmp_path, "x.lock")
    with pytest.raises(folder_lock.BusyError):
        folder_lock.take(tmp_path, "x.lock")
    other = folder_lock.take(tmp_path, "y.lock")  # another worker's
    os.close(first)
    os.close(folder_lock.take(tmp_path, "x.lock"))
    os.close(other)


def test_a_folder_that_cannot_be_used_is_no_busy_one(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"exists|directory"):
        folder_lock.take(tmp_path / "file", "x.lock")
