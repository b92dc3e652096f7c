"""A run: what is new is read, what is known is not, and what is gone goes."""

import os

import pytest

from atrest.detection import Detection
from atrest.manners import Manners
from atrest.protection import Evidence, Shield
from atrest.source import Budget
from atrest.spec import parse
from atrest.unit import Unit, UnitKind
from extauthz.rest import run
from extauthz.rest.folder import Folder
from extauthz.rest.run import Plan, Reading, detectors_digest
from extauthz.rest.store import Store
from extauthz.rest.task import perform

PHI = '{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'


@pytest.fixture(scope="session")
def detection(engine):
    return Detection(engine, lambda: 0.0)


@pytest.fixture
def scan(tmp_path, detection):
    """Run over a folder in this process, and return what was counted and what is kept."""
    folder = Folder(tmp_path / "catalogue")
    folder.make()
    data = tmp_path / "data"
    data.mkdir()

    def one(wants=lambda name: True, budget=Budget(), below=()):  # noqa: B008 - frozen
        store = Store(folder.database, create=True)
        spec = parse(f"{data}/")
        plan = Plan([spec], budget, Manners(), 1, 1, wants, {spec.name: below})
        reading = Reading(plan, store, folder.keys(), detection)
        reading.begin()
        for feed in reading.feeds():
            for task in feed.tasks:
                reading.keep(perform(task, detection, lambda *_: None))
        reading.end()
        kept = {unit.name: unit for unit in store.units()}
        changed = [(c.name, c.change.kind.value) for c in store.changes(store.runs()[-1].id)]
        store.close()
        return reading.counts, kept, changed

    one.data = data
    return one


def test_what_is_known_of_the_volume_is_kept_and_read_again_when_it_changes(scan):
    (scan.data / "a.json").write_text(PHI)
    above = scan()[1]["a.json"].protection.storage
    assert len(above) == 1  # that of the disk
    up = Evidence("StorageClass", "encrypted: true", Shield.UP)
    first, kept, _ = scan(below=(up,))
    second, again, _ = scan(below=(up,))
    assert (first.read, second.read) == (1, 0)
    assert kept == again
    assert set(kept["a.json"].protection.storage) == {*above, up}
    third, silent, _ = scan(below=(Evidence("StorageClass", "nothing", Shield.UNKNOWN),))
    assert third.read == 1
    assert silent["a.json"].protection.stored is Shield.UNKNOWN


def test_the_second_run_reads_nothing(scan):
    (scan.data / "a.json").write_text(PHI)
    first, kept, _ = scan()
    second, again, changed = scan()
    assert (first.read, first.unchanged) == (1, 0)
    assert (second.read, second.unchanged) == (0, 1)
    assert again == kept
    assert changed == []


def test_what_changed_is_read_again(scan):
    (scan.data / "a.json").write_text("nothing")
    scan()
    (scan.data / "a.json").write_text(PHI)
    counts, kept, changed = scan()
    assert counts.read == 1
    assert kept["a.json"].profile.verdict.value == "phi"
    assert ("a.json", "VERDICT") in changed


def test_a_larger_budget_reads_again(scan):
    (scan.data / "a.json").write_text(PHI)
    scan()
    assert scan(budget=Budget(rows=9))[0].read == 1


def test_another_seed_reads_again_and_is_kept(scan):
    (scan.data / "a.json").write_text(PHI)
    scan()
    counts, kept, _ = scan(budget=Budget(seed=7))
    assert counts.read == 1
    assert kept["a.json"].seed == 7


def test_what_is_gone_goes_and_what_was_not_asked_for_stays(scan):
    (scan.data / "a.json").write_text(PHI)
    (scan.data / "b.json").write_text(PHI)
    scan()
    counts, kept, changed = scan(wants=lambda name: name == "a.json")
    assert counts.listed == 1
    assert sorted(kept) == ["a.json", "b.json"]
    assert changed == []
    (scan.data / "b.json").unlink()
    _, kept, changed = scan()
    assert sorted(kept) == ["a.json"]
    assert {kind for _, kind in changed} == {"GONE"}


def test_a_place_that_cannot_be_listed_is_named_and_nothing_goes(scan):
    (scan.data / "a.json").write_text(PHI)
    scan()
    os.mkfifo(scan.data / "SSN 512-44-9031")
    (scan.data / "a.json").unlink()
    counts, kept, _ = scan()
    assert counts.unlisted == 1
    assert sorted(kept) == ["a.json"]


def test_a_source_that_is_away_is_named(tmp_path, detection):
    folder = Folder(tmp_path / "catalogue")
    folder.make()
    store = Store(folder.database, create=True)
    plan = Plan([parse(str(tmp_path / "none"))], Budget(), Manners(), 1, 1, lambda name: True)
    reading = Reading(plan, store, folder.keys(), detection)
    reading.begin()
    assert [list(feed.tasks) for feed in reading.feeds()] == [[]]
    assert [(p.reason.value, p.detail) for p in store.unlisted()] == [
        ("GONE", "No such file or directory")
    ]
    store.close()


class _Broken:
    """A source whose driver fails while it lists, with a name in its error."""

    def list(self):
        yield Unit("file:///data", "a.json", UnitKind.FILE)
        raise LookupError("no row for Ana Ruiz")

    def close(self):
        pass


def test_a_source_that_fails_in_its_own_way_is_named_and_the_next_one_is_read(
    scan, tmp_path, detection, monkeypatch
):
    (scan.data / "a.json").write_text(PHI)
    folder = Folder(tmp_path / "catalogue")
    store = Store(folder.database, create=True)
    specs = [parse("file:///broken"), parse(str(scan.data))]
    real = run.open_source
    monkeypatch.setattr(
        run, "open_source", lambda spec, *_: _Broken() if spec is specs[0] else real(spec, *_)
    )
    reading = Reading(
        Plan(specs, Budget(), Manners(), 1, 1, lambda _: True), store, folder.keys(), detection
    )
    reading.begin()
    assert [len(list(feed.tasks)) for feed in reading.feeds()] == [1, 1]
    assert [(p.source, p.reason.value, p.detail) for p in store.unlisted()] == [
        ("file:///broken", "INTERNAL_ERROR", "LookupError")
    ]
    store.close()


def test_a_version_is_not_kept_as_the_source_says_it(scan, tmp_path):
    (scan.data / "a.json").write_text(PHI)
    _, kept, _ = scan()
    stat = (scan.data / "a.json").stat()
    data = b"".join(path.read_bytes() for path in (tmp_path / "catalogue").iterdir())
    assert kept["a.json"].version
    assert str(stat.st_mtime_ns).encode() not in data


def test_a_rehearsal_leaves_the_catalogue_as_it_is(scan, tmp_path, detection):
    (scan.data / "a.json").write_text(PHI)
    scan()
    os.mkfifo(scan.data / "pipe")
    folder = Folder(tmp_path / "catalogue")
    store = Store(folder.database)
    plan = Plan([parse(str(scan.data))], Budget(rows=9), Manners(), 1, 1, lambda name: True)
    reading = Reading(plan, store, folder.keys(), detection)
    assert [len(list(feed.tasks)) for feed in reading.feeds()] == [1]
    assert reading.counts.unlisted == 1
    assert len(store.runs()) == 1
    assert store.unlisted() == []
    store.close()


def test_the_digest_is_that_of_the_detectors(detection):
    assert detectors_digest(detection) == detectors_digest(detection)
    assert len(detectors_digest(detection)) == 16
