"""A database's file and its log: what they are, and when they change."""

import pytest

from atrest.protection import Shield
from atrest.readers.database_file import DatabaseFile
from atrest.readers.disk import Mounts
from atrest.source import ReadError, Reason


@pytest.fixture
def file(tmp_path):
    (tmp_path / "app.db").write_bytes(b"x")
    return DatabaseFile(tmp_path / "app.db", "-wal", Mounts.here())


def test_a_log_and_its_growth_are_another_version(file):
    versions = [file.version()]
    log = file.path.with_name("app.db-wal")
    for data in (b"", b"a"):
        log.write_bytes(data)
        versions.append(file.version())
    assert len(set(versions)) == 3
    log.unlink()
    assert file.version() == versions[0]


def test_a_file_in_place_of_a_folder_is_an_error(file):
    below = DatabaseFile(file.path / "app.db", "-wal", Mounts.here())
    with pytest.raises(ReadError) as error:
        below.version()
    assert error.value.reason is Reason.GONE


def test_a_file_that_is_gone_is_an_error_whatever_its_log(file):
    file.path.with_name("app.db-wal").write_bytes(b"x")
    file.path.unlink()
    with pytest.raises(ReadError) as error:
        file.version()
    assert error.value.reason is Reason.GONE


def test_what_is_gone_is_of_unknown_protection(file):
    assert file.protection().stored is not Shield.DOWN
    file.path.unlink()
    assert file.protection().stored is Shield.UNKNOWN
