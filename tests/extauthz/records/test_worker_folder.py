"""Only one process at a time may write a worker's files in a folder."""

import errno
import stat

import pytest

from extauthz.records.worker_folder import Purpose, WorkerFolder


class NotKeptError(Exception):
    """The error that these tests ask for."""


PURPOSE = Purpose("x", "the counts", "keeps", NotKeptError)


def test_the_folder_is_made_for_its_owner_alone(tmp_path):
    folder = tmp_path / "a" / "ledger"
    WorkerFolder(folder, 0, PURPOSE).leave()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "x-0.lock").stat().st_mode) == 0o600


def test_a_second_owner_is_refused_until_the_first_has_left(tmp_path):
    first = WorkerFolder(tmp_path, 0, PURPOSE)
    with pytest.raises(NotKeptError) as raised:
        WorkerFolder(tmp_path, 0, PURPOSE)
    assert str(raised.value) == (
        f"{tmp_path}: another process keeps the counts of worker 0; give each its own folder"
    )
    other = WorkerFolder(tmp_path, 1, PURPOSE)
    first.leave()
    first.leave()
    WorkerFolder(tmp_path, 0, PURPOSE).leave()
    other.leave()


def test_a_folder_that_cannot_be_used_is_no_busy_one(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        NotKeptError, match=r"file: the counts cannot be opened \(.*exists\); this is a file"
    ):
        WorkerFolder(tmp_path / "file", 0, PURPOSE)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EIO, "I/O error"), "(I/O error); the disk failed; mend or replace it"),
        (OSError(errno.ENOSPC, "No space left"), "(No space left); make room on the disk"),
        (OSError(errno.EDQUOT, "Quota"), "(Quota); make room on the disk"),
        (OSError("short"), "(the disk is full); make room on the disk"),
        (OSError(errno.EMFILE, "Too many"), "(Too many); raise the limit of open files"),
        (OSError(errno.EACCES, "Denied"), "(Denied); make the folder writable"),
        (OSError(errno.EROFS, "Read-only"), "(Read-only); make the folder writable"),
        (OSError(errno.ENOTDIR, "No folder"), "(No folder); this is a file; give a folder"),
    ],
)
def test_what_cannot_be_done_is_one_line_with_the_reason_and_the_fix(tmp_path, error, said):
    folder = WorkerFolder(tmp_path, 0, PURPOSE)
    assert (
        str(folder.cannot("written", error)) == f"{tmp_path}: the counts cannot be written {said}"
    )
    folder.leave()
