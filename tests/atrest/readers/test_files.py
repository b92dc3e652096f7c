"""Folders as they are: links, pipes, holes, files that change, and files that nobody may read."""

import os
import socket
import time

import pytest

from atrest.manners import Manners
from atrest.readers.disk import Mounts
from atrest.readers.files import Files, open_source
from atrest.source import Budget, Document, ReadError, Reason, Unlisted, Unread
from atrest.spec import parse
from atrest.unit import Unit


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "note.txt").write_text("Patient: Ana Ruiz")
    (tmp_path / "a.json").write_text('{"a": 1}')
    return tmp_path


def listed(folder):
    return list(open_source(parse(str(folder)), Manners(), {}).list())


def read(folder, name, budget=None):
    source = open_source(parse(str(folder)), Manners(), {})
    unit = next(u for u in source.list() if isinstance(u, Unit) and u.name == name)
    return list(source.read(unit, budget or Budget()))


def test_every_file_is_a_unit_in_the_order_of_names(folder):
    assert [unit.name for unit in listed(folder)] == ["a.json", "b/note.txt"]
    assert listed(folder)[0].size == 8


def test_folders_are_listed_however_deep_they_lie(tmp_path):
    deepest = tmp_path
    for _ in range(600):
        deepest = deepest / "d"
        deepest.mkdir()
    (deepest / "note.txt").write_text("x")
    (tmp_path / "z.txt").write_text("x")
    assert [unit.name for unit in listed(tmp_path)] == ["d/" * 600 + "note.txt", "z.txt"]
    for folder in [deepest, *deepest.parents][:600]:
        for file in folder.glob("*.txt"):
            file.unlink()
        folder.rmdir()


def test_one_file_is_a_unit_with_its_own_name(folder):
    (unit,) = listed(folder / "a.json")
    assert unit.name == "a.json"
    assert read(folder / "a.json", "a.json") == [Document(b'{"a": 1}')]
    (folder / "same").mkdir()
    (folder / "same" / "same").write_text("x")
    assert read(folder / "same", "same") == [Document(b"x")]


def test_a_version_changes_with_the_content_and_not_with_reading(folder):
    before = listed(folder)
    read(folder, "a.json")
    assert listed(folder) == before
    (folder / "a.json").write_text('{"a": 2}')
    os.utime(folder / "a.json", ns=(1, 1))
    assert listed(folder)[0].version != before[0].version


def test_links_are_not_followed(folder):
    (folder / "b" / "loop").symlink_to("..")
    (folder / "b" / "itself").symlink_to("itself")
    (folder / "passwd").symlink_to("/etc/passwd")
    assert [unit.name for unit in listed(folder)] == ["a.json", "b/note.txt"]


def test_a_link_in_place_of_a_listed_file_is_not_followed(folder):
    source = Files(folder, Mounts.here(), Manners())
    unit = next(iter(source.list()))
    (folder / "a.json").unlink()
    (folder / "a.json").symlink_to("/etc/passwd")
    with pytest.raises(ReadError) as error:
        list(source.read(unit, Budget()))
    assert error.value.reason is Reason.LINK_LOOP


def test_pipes_and_sockets_are_named_and_not_opened(folder):
    os.mkfifo(folder / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "sock"))
        found = [place for place in listed(folder) if isinstance(place, Unlisted)]
    assert [(place.name, place.reason) for place in found] == [
        ("fifo", Reason.NOT_A_FILE),
        ("sock", Reason.NOT_A_FILE),
    ]


def test_a_pipe_in_place_of_a_listed_file_does_not_block(folder):
    source = Files(folder, Mounts.here(), Manners())
    unit = next(iter(source.list()))
    (folder / "a.json").unlink()
    os.mkfifo(folder / "a.json")
    with pytest.raises(ReadError) as error:
        list(source.read(unit, Budget()))
    assert error.value.reason is Reason.NOT_A_FILE


def test_what_the_kernel_makes_up_is_not_read():
    (found,) = listed("/proc")
    assert found == Unlisted("file:///proc", ".", Reason.NOT_A_FILE)


def test_the_holes_of_a_sparse_file_are_not_read(tmp_path):
    with (tmp_path / "disk.img").open("wb") as file:
        file.truncate(1 << 33)
        file.seek(1 << 32)
        file.write(b"Patient: Ana Ruiz")
    began = time.monotonic()
    found = read(tmp_path, "disk.img")
    assert any(b"Ana Ruiz" in item.data for item in found)
    assert sum(len(item.data) for item in found) < 1 << 20
    assert time.monotonic() - began < 60  # eight gigabytes of zeros would take longer


def test_a_file_that_is_gone_or_changes_is_said(folder):
    source = Files(folder, Mounts.here(), Manners())
    units = [unit for unit in source.list() if isinstance(unit, Unit)]
    (folder / "a.json").write_text('{"a": "longer"}')
    assert list(source.read(units[0], Budget()))[-1] == Unread(Reason.CHANGED)
    (folder / "b" / "note.txt").unlink()
    with pytest.raises(ReadError) as error:
        list(source.read(units[1], Budget()))
    assert error.value.reason is Reason.GONE
    assert "note" not in str(error.value)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ReadError) as error:
        listed(tmp_path / "none")
    assert error.value.reason is Reason.GONE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_this_user_may_not_read_is_named(folder):
    (folder / "b").chmod(0)
    (folder / "a.json").chmod(0)
    try:
        found = listed(folder)
        assert found[1] == Unlisted(f"file://{folder}", "b", Reason.NOT_PERMITTED)
        with pytest.raises(ReadError) as error:
            read(folder, "a.json")
        assert error.value.reason is Reason.NOT_PERMITTED
    finally:
        (folder / "b").chmod(0o700)
