"""The folder of a catalogue: for one run at a time, with a key that it alone knows."""

import hashlib
import multiprocessing
import os
import stat
from dataclasses import replace

import pytest

from atrest.unit import Unit, UnitKind
from extauthz.rest.folder import CatalogueError, Folder

UNIT = Unit("file:///data", "ruiz_ana.pdf", UnitKind.FILE)


@pytest.fixture
def folder(tmp_path):
    found = Folder(tmp_path / "catalogue")
    found.make()
    return found


def test_it_is_for_this_user_only(folder):
    folder.keys()
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder.path / "names.key").stat().st_mode) == 0o600


def test_a_unit_has_one_key_in_one_catalogue_and_another_elsewhere(folder, tmp_path):
    other = Folder(tmp_path / "other")
    other.make()
    assert folder.keys().of(UNIT) == folder.keys().of(UNIT)
    assert folder.keys().of(UNIT) != other.keys().of(UNIT)
    assert b"ruiz" not in folder.keys().of(UNIT)


def test_a_version_is_kept_as_a_keyed_digest(folder, tmp_path):
    etag = hashlib.md5(b"Ana Ruiz").hexdigest()  # noqa: S324 - what an ETag is
    unit = replace(UNIT, version=f'"{etag}"')
    other = Folder(tmp_path / "other")
    other.make()
    digest = folder.keys().version(unit)
    assert etag not in digest
    assert digest == folder.keys().version(replace(unit, name="another.pdf"))
    assert digest != folder.keys().version(replace(unit, version='"else"'))
    assert digest != other.keys().version(unit)
    assert folder.keys().version(UNIT) == ""


def test_the_secret_is_in_no_repr(folder):
    assert repr(folder.keys()) == "UnitKeys()"


def test_a_second_run_is_told_and_stops(folder):
    with (
        folder.alone(),
        pytest.raises(CatalogueError, match="another scan is using this catalogue"),
        folder.alone(),
    ):
        pass


def _hold_and_die(path):
    with Folder(path).alone():
        os._exit(9)


def test_a_run_that_was_killed_leaves_no_lock(folder):
    process = multiprocessing.get_context("spawn").Process(
        target=_hold_and_die, args=(folder.path,)
    )
    process.start()
    process.join()
    assert process.exitcode == 9
    with folder.alone():
        pass


def test_a_broken_key_is_one_line_with_a_fix(folder):
    (folder.path / "names.key").write_bytes(b"short")
    with pytest.raises(CatalogueError, match="remove the folder and scan again"):
        folder.keys()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CatalogueError, match="name a folder that this user can write"):
        Folder(tmp_path / "file" / "catalogue").make()
