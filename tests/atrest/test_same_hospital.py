"""One hospital in every local store, scanned in one run: the same findings from all.

`make at-rest` does so with servers too (e2e/at_rest/test_same_hospital.py).
"""

import pytest
from stores import local
from stores.found import found_in, table_of
from stores.hospital import hospital, truth

from atrest.manners import Manners
from atrest.source import Budget
from atrest.spec import parse
from extauthz.rest.folder import Folder
from extauthz.rest.run import Plan, Reading
from extauthz.rest.store import Store
from extauthz.rest.task import perform


@pytest.fixture(scope="module")
def scanned(tmp_path_factory, detection):
    """What is kept of each store, after one run over all."""
    place = tmp_path_factory.mktemp("stores")
    tables = hospital()
    specs = {name: parse(fill(place / name, tables)) for name, fill in local.STORES.items()}
    folder = Folder(place / "catalogue")
    folder.make()
    store = Store(folder.database, create=True)
    plan = Plan(list(specs.values()), Budget(), Manners(), 1, 1, lambda name: True)
    reading = Reading(plan, store, folder.keys(), detection)
    reading.begin()
    for feed in reading.feeds():
        for task in feed.tasks:
            reading.keep(perform(task, detection, lambda *_: None))
    reading.end()
    units = list(store.units())
    assert store.unlisted() == []
    store.close()
    return {
        name: [unit for unit in units if unit.source == spec.name] for name, spec in specs.items()
    }


def test_the_truth_is_found_and_nothing_else(scanned):
    assert found_in(scanned["sqlite"]).keys() == truth()


@pytest.mark.parametrize("store", local.STORES)
def test_the_same_is_found_in_every_store(scanned, store):
    # the metadata of a lake's tables are files too
    assert {table_of(kept) for kept in scanned[store]} >= {table.name for table in hospital()}
    assert {kept.name: kept.profile.unread for kept in scanned[store] if kept.profile.unread} == {}
    assert found_in(scanned[store]) == found_in(scanned["sqlite"])
