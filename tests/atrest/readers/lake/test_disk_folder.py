from pathlib import Path

import pytest

from atrest.readers.lake.disk_folder import DiskFolder
from atrest.source import ReadError, Reason


@pytest.fixture
def folder(tmp_path: Path) -> DiskFolder:
    (tmp_path / "secret").write_text("outside")
    (tmp_path / "table" / "data").mkdir(parents=True)
    (tmp_path / "table" / "data" / "x").write_text("x")
    (tmp_path / "table" / "out").symlink_to(tmp_path)
    (tmp_path / "table" / "data" / "link").symlink_to(tmp_path / "secret")
    return DiskFolder(tmp_path / "table", lambda path: path.open("rb"))


def test_files_below_are_named_and_opened_and_links_are_not(folder: DiskFolder):
    assert folder.names("data") == ["x"]
    with folder.open("data/x") as file:
        assert file.read() == b"x"


def test_a_folder_that_is_not_there_or_is_a_link_has_no_names(folder: DiskFolder):
    assert folder.names("nothing") == []
    assert folder.names("out") == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../secret", Reason.NOT_PERMITTED),
        ("out/secret", Reason.NOT_PERMITTED),
        ("data/link", Reason.NOT_PERMITTED),
        ("data/gone", Reason.GONE),
        ("data", Reason.NOT_A_FILE),
    ],
)
def test_what_lies_outside_or_is_no_file_is_not_opened(
    folder: DiskFolder, path: str, reason: Reason
):
    with pytest.raises(ReadError) as caught:
        folder.open(path)
    assert caught.value.reason is reason
