"""The catalogue on disk: what changed, what is gone, and what is not read again."""

import contextlib
import dataclasses
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from kept_units import kept, profile

from atrest.diff import ChangeKind
from atrest.profile import Profile
from atrest.source import Reason, Unlisted
from extauthz.rest.folder import CatalogueError
from extauthz.rest.store import Store

KEY = bytes.fromhex("ab12")


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path / "c.sqlite", create=True)
    yield found
    found.close()


def test_what_is_put_is_given_back(store, tmp_path):
    run = store.begin("t1", "d1")
    unit = kept(profile("PERSON_NAME"))
    store.put(run, unit, "how", 1.0)
    store.end(run, "t2", [])
    assert list(store.units()) == [unit]
    store.close()
    again = Store(tmp_path / "c.sqlite")
    assert list(again.units()) == [unit]
    assert [(r.id, r.began, r.ended) for r in again.runs()] == [(1, "t1", "t2")]
    again.close()


@pytest.mark.parametrize(
    ("version", "how", "known"),
    [("1", "how", True), ("2", "how", False), ("1", "other detectors", False)],
)
def test_only_the_same_content_read_alike_is_known(store, version, how, known):
    run = store.begin("t1", "d1")
    store.put(run, kept(profile("PERSON_NAME")), "how", 1.0)
    assert store.is_known(KEY, version, how) is known


def test_what_may_mend_is_not_known(store):
    run = store.begin("t1", "d1")
    store.put(run, kept(Profile(unread=Counter(["GONE"]))), "how", 1.0)
    assert not store.is_known(KEY, "1", "how")


def test_a_result_that_comes_twice_counts_once(store):
    run = store.begin("t1", "d1")
    unit = kept(profile("PERSON_NAME"))
    first = store.put(run, unit, "how", 1.0)
    assert [c.kind for c in first] == [ChangeKind.NEW]
    assert store.put(run, unit, "how", 1.0) == []
    assert list(store.units()) == [unit]


def test_what_a_whole_listing_did_not_show_is_gone(store):
    first = store.begin("t1", "d1")
    store.put(first, kept(profile("PERSON_NAME")), "how", 1.0)
    store.put(first, kept(profile("US_NPI"), key="cd34", name="u"), "how", 1.0)
    store.end(first, "t2", ["sqlite:///a.db"])
    second = store.begin("t3", "d1")
    store.saw([bytes.fromhex("cd34")])
    store.end(second, "t4", ["sqlite:///a.db"])
    assert [unit.name for unit in store.units()] == ["u"]
    assert [(c.run, c.name, c.change.kind) for c in store.changes(2)] == [(2, "t", ChangeKind.GONE)]


def test_a_scan_tells_of_units_with_phi_and_of_those_not_seen_whole(store):
    run = store.begin("t1", "d1")
    gap = Profile(documents=1, gaps=Counter(["OVER_LIMIT"]))
    unread = Profile(unread=Counter(["GONE"]))
    phi = dataclasses.replace(profile("PERSON_NAME"), verdicts=Counter(["phi"]))
    found = {"a": phi, "b": gap, "c": unread, "d": Profile(documents=1), "e": profile("US_NPI")}
    for number, (name, each) in enumerate(found.items()):
        store.put(run, kept(each, key=f"0{number}", name=name), "how", 1.0)
    assert [unit.name for unit in store.told()] == ["a", "b", "c"]


def test_what_a_run_saw_is_not_what_the_run_before_saw(store):
    for when in ("t1", "t2"):
        run = store.begin(when, "d1")
        store.put(run, kept(profile("PERSON_NAME")), "how", 1.0)
    store.begin("t3", "d1")
    store.end(store.begin("t4", "d1"), "t5", ["sqlite:///a.db"])
    assert list(store.units()) == []


def test_a_listing_with_a_gap_lets_nothing_go(store):
    first = store.begin("t1", "d1")
    store.put(first, kept(profile("PERSON_NAME")), "how", 1.0)
    second = store.begin("t3", "d1")
    store.end(second, "t4", ["another:///source"])
    assert [unit.name for unit in store.units()] == ["t"]


def test_places_of_the_last_run_are_kept(store):
    place = Unlisted("file:///d", "b", Reason.NOT_PERMITTED, "x")
    store.put_unlisted(store.begin("t1", "d1"), place, "b")
    assert store.unlisted() == [place]
    store.begin("t2", "d1")
    assert store.unlisted() == []


def test_a_failure_in_the_middle_leaves_the_unit_as_it_was(store):
    run = store.begin("t1", "d1")
    before = kept(profile("PERSON_NAME"))
    store.put(run, before, "how", 1.0)
    broken = dataclasses.replace(before, profile=profile("US_NPI"), name=object())
    with pytest.raises(CatalogueError):
        store.put(run, broken, "how", 1.0)
    assert list(store.units()) == [before]
    assert [c.change.info_type for c in store.changes(1)] == ["PERSON_NAME"]


_KILLED = """
import os, sys
sys.path[:0] = sys.argv[2:]
from kept_units import kept, profile
from extauthz.rest.store import Store
from pathlib import Path
store = Store(Path(sys.argv[1]), create=True)
run = store.begin("t1", "d1")
for n in range(40):
    store.put(run, kept(profile("PERSON_NAME"), key=f"{n:04x}", name=f"n{n}"), "how", 1.0)
os.kill(os.getpid(), 9)
"""


def test_a_kill_leaves_every_finished_unit(tmp_path):
    path = tmp_path / "c.sqlite"
    root = Path.cwd()
    subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", _KILLED, path, root, f"{root}/tests/atrest"], check=False
    )
    store = Store(path)
    assert len(list(store.units())) == 40
    assert store.runs()[0].ended == ""
    store.close()


def test_no_catalogue_and_a_foreign_file_are_one_line(tmp_path):
    with pytest.raises(CatalogueError, match="run `phiguard rest scan` first"):
        Store(tmp_path / "none.sqlite")
    (tmp_path / "c.sqlite").write_bytes(b"Ana Ruiz" * 1_000)
    with pytest.raises(CatalogueError) as error:
        Store(tmp_path / "c.sqlite")
    assert "SQLITE_NOTADB" in str(error.value)
    with contextlib.closing(sqlite3.connect(tmp_path / "d.sqlite")) as db, db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(CatalogueError, match="another version"):
        Store(tmp_path / "d.sqlite")


def test_a_unit_that_another_release_wrote_is_one_line(store, tmp_path):
    store.put(store.begin("t1", "d1"), kept(profile("PERSON_NAME")), "how", 1.0)
    with contextlib.closing(sqlite3.connect(tmp_path / "c.sqlite")) as db, db:
        db.execute("UPDATE units SET profile = CAST('{}' AS BLOB)")
    db.close()
    with pytest.raises(CatalogueError, match="not written by this version"):
        list(store.units())


def test_the_pace_is_what_was_measured(store):
    assert store.pace() == 0
    found = dataclasses.replace(profile("PERSON_NAME"), bytes=3_000)
    store.put(store.begin("t1", "d1"), kept(found), "how", 1.5)
    assert store.pace() == 2_000


def test_a_reader_that_comes_while_it_is_created_creates_nothing(tmp_path):
    path = tmp_path / "c.sqlite"
    sqlite3.connect(path).close()
    path.touch()  # as it stands for a moment before its tables are there
    with pytest.raises(CatalogueError, match="run `phiguard rest scan` first"):
        Store(path)
    assert path.read_bytes() == b""
    Store(path, create=True).close()
    Store(path).close()


CREATE = """
import sys, pathlib
from extauthz.rest.store import Store
sys.stdin.readline()
for number in range(20):
    Store(pathlib.Path(sys.argv[1]) / f"{number}.sqlite", create=True).close()
"""


def test_runs_that_create_it_at_the_same_time_do_no_harm(tmp_path):
    runs = [
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", CREATE, tmp_path],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for run in runs:
        run.stdin.write("go\n")
        run.stdin.flush()
    said = [run.communicate(timeout=60)[1] for run in runs]
    assert said == [""] * 3
