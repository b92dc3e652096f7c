"""What a scan says at its end: what holds PHI, and what was not seen."""

from collections import Counter
from dataclasses import replace
from itertools import repeat

import pytest
from kept_units import EXPORT, LOCKED, PATIENTS, SCAN, UNITS, WARDS
from rest_catalogue import catalogue

from atrest.manners import Manners
from atrest.source import Budget
from atrest.spec import parse
from atrest.unit import Unit, UnitKind
from extauthz.commands.rest import rehearsal, summary
from extauthz.rest.folder import Folder
from extauthz.rest.run import Counts
from extauthz.rest.schedule import Feed
from extauthz.rest.store import Store
from extauthz.rest.task import Task

CUT = replace(SCAN, profile=replace(SCAN.profile, gaps=Counter({"OVER_LIMIT": 3, "TORN": 1})))


@pytest.fixture
def after(tmp_path):
    """Whether something holds PHI, or was not seen whole, and what is said of it."""

    def one(*units):
        folder = catalogue(tmp_path / "c", units, places=())
        store = Store(Folder(folder).database)
        seen = summary.seen(store)
        store.close()
        said = "\n".join(summary.lines(Counts(listed=len(units)), seen))
        return (seen.phi > 0, seen.is_partial), said

    return one


@pytest.mark.parametrize(
    ("units", "found"),
    [
        ([SCAN, WARDS], (False, False)),
        ([PATIENTS], (True, False)),
        ([LOCKED], (False, True)),
        ([CUT], (False, True)),
        ([PATIENTS, CUT], (True, True)),
    ],
)
def test_what_was_found_and_what_was_not_seen_are_told_apart(after, units, found):
    assert after(*units)[0] == found


def test_what_was_not_seen_whole_is_counted_with_its_reasons(after):
    _, said = after(CUT, EXPORT, PATIENTS)
    assert "2 not seen whole (OVER_LIMIT 2, TORN 1); `phiguard rest status` lists them" in said
    assert "2 hold PHI" in said
    assert "letter.pdf" not in said  # it holds no PHI, and was read


def test_status_says_so_too(tmp_path, phiguard):
    folder = catalogue(tmp_path / "c", [CUT], places=())
    code, out, _ = phiguard("rest", "status", "--catalogue", folder)
    assert code == 2
    assert "not seen whole" in out


def test_all_units_of_the_tests_are_told(after):
    found, said = after(*UNITS)
    assert found == (True, True)
    assert "secret/=x.csv" in said


class Many:
    """A rehearsal over so many tiny files."""

    def __init__(self, files):
        unit = Unit("file:///data", "a.txt", UnitKind.FILE, "1", 1)
        task = Task(parse("/data"), unit, Budget(), Manners())
        self._feed = Feed("file:///data", repeat(task, files))
        self.counts = Counts()

    def feeds(self):
        return [self._feed]


def test_many_tiny_files_take_their_time(tmp_path):
    store = Store(tmp_path / "c.sqlite", create=True)
    found = rehearsal.rehearsed(Many(120_000), store, 2)
    store.close()
    assert rehearsal.lines(found)[-1].startswith("about 2.0 min with 2 workers")
