"""What is kept for a restart counts only while nothing can lie between."""

import json
import stat

import pytest

from extauthz.policies.last_good import NO_MEMORY, MemoryFile
from extauthz.policies.revision import Revision, Texts
from mesh.policy.policy import Policy
from mesh.policy_file.teams import SetAside

ASIDE = (SetAside("clinic", closed=False, problems=()),)
POLICY = Policy("p", "0")


def newest(*names, **versions):
    found = {f"clinic/{name}": "broken" for name in names}
    return Texts(
        found, {}, dict.fromkeys(found, "clinic"), {f"clinic/{n}": v for n, v in versions.items()}
    )


def revision(aside=ASIDE, **texts):
    found = {f"clinic/{name}": text for name, text in texts.items()}
    return Revision(POLICY, texts=Texts(found, {}, dict.fromkeys(found, "clinic")), aside=aside)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "memory"


def test_the_texts_in_force_come_back_while_the_objects_are_the_same(folder):
    broken = newest("a", "b", a="u1/3", b="u2/1")
    MemoryFile(folder).keep(broken, revision(a="good"))
    assert MemoryFile(folder).recall(broken).of("clinic") == {"clinic/a": "good"}
    assert MemoryFile(folder).recall(broken).of("finance") is None


@pytest.mark.parametrize(
    "now",
    [
        newest("a", "b", a="u1/4", b="u2/1"),
        newest("a", "b", a="u9/3", b="u2/1"),
        newest("a", a="u1/3"),
        newest("a", "b", "c", a="u1/3", b="u2/1", c="u3/1"),
        Texts(),
    ],
    ids=["changed", "made again", "deleted", "another", "none"],
)
def test_any_change_since_then_makes_it_worthless(folder, now):
    MemoryFile(folder).keep(newest("a", "b", a="u1/3", b="u2/1"), revision(a="good"))
    assert MemoryFile(folder).recall(now).of("clinic") is None


def test_a_namespace_that_had_nothing_still_has_nothing(folder):
    broken = newest("a", a="u1/1")
    MemoryFile(folder).keep(broken, revision())
    assert MemoryFile(folder).recall(broken).of("clinic") == {}


CLOSED = (SetAside("clinic", closed=True, problems=()),)


def test_what_is_not_set_aside_is_forgotten(folder):
    broken, memory = newest("a", a="u1/3"), MemoryFile(folder)
    memory.keep(broken, revision(a="good"))
    memory.keep(broken, revision((), a="good"))
    assert MemoryFile(folder).recall(broken).of("clinic") is None


def test_a_worker_that_has_closed_a_namespace_leaves_what_another_one_kept(folder):
    before, now = newest("a", a="u1/3"), newest("a", a="u1/4")
    MemoryFile(folder).keep(before, revision(a="good"))
    MemoryFile(folder).keep(now, revision(CLOSED))
    assert MemoryFile(folder).recall(now).of("clinic") is None
    MemoryFile(folder).keep(now, revision(a="good"))
    MemoryFile(folder).keep(now, revision(CLOSED))
    assert MemoryFile(folder).recall(now).of("clinic") == {"clinic/a": "good"}


def test_only_the_guard_can_read_it(folder):
    MemoryFile(folder).keep(newest("a", a="u1/3"), revision(a="good"))
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": 2, "namespaces": {}}',
        '{"version": 1, "namespaces": {"clinic": {"versions": {"clinic/a": "u1/3"}}}}',
        '{"version": 1, "namespaces": {"clinic": {"versions": {"clinic/a": "u1/3"}, "texts": {"a": 1}}}}',
        '{"version": 1, "namespaces": []}',
        "[" * 100_000,
    ],
)
def test_a_file_that_cannot_be_read_is_as_none(folder, text):
    folder.mkdir()
    (folder / "last-good.json").write_text(text)
    assert MemoryFile(folder).recall(newest("a", a="u1/3")).of("clinic") is None


def test_a_folder_that_cannot_be_written_is_as_none(tmp_path):
    (tmp_path / "file").write_text("")
    memory, broken = MemoryFile(tmp_path / "file"), newest("a", a="u1/3")
    memory.keep(broken, revision(a="good"))
    assert memory.recall(broken).of("clinic") is None


def test_it_is_written_once_a_change(folder):
    memory, broken = MemoryFile(folder), newest("a", a="u1/3")
    memory.keep(broken, revision(a="good"))
    (folder / "last-good.json").unlink()
    memory.keep(broken, revision(a="good"))
    assert not (folder / "last-good.json").exists()
    memory.keep(broken, revision(a="better"))
    kept = json.loads((folder / "last-good.json").read_text())
    assert kept["namespaces"]["clinic"]["texts"] == {"clinic/a": "better"}


def test_no_memory_remembers_nothing():
    NO_MEMORY.keep(newest("a", a="u1/3"), revision(a="good"))
    assert NO_MEMORY.recall(newest("a", a="u1/3")).of("clinic") is None
