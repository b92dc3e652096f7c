"""One hospital in every store, scanned by one command: the same findings from all.

The servers are real. What is not here is said: `not run: no FerretDB (make ferretdb)`.
"""

import contextlib
import os
import subprocess

import pytest
from reports import command
from stores.found import found_in, table_of
from stores.hospital import hospital, truth
from stores.local import STORES
from stores.servers import SERVERS, NotHereError

from atrest.exports import datahub, open_metadata
from atrest.exports.places import place_of
from atrest.spec import parse
from extauthz.rest.folder import Folder
from extauthz.rest.store import Store

pytestmark = pytest.mark.slow
FORCED = {"kafka": {("note", "body", "CLINICAL_NOTE"): 15}}
"""What a store's form adds. A message is a document of its own, so each note is a text that is
whole. In a batch of rows all notes are parts of one text, and that is said once, so it is not sure.
Excel keeps a date as a number with a format, and Avro as a number of days: both are dates again."""


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """What is kept of each store that is here, and why the others are not."""
    place = tmp_path_factory.mktemp("stores")
    tables = hospital()
    specs, environ, missing = {}, {}, {}
    with contextlib.ExitStack() as running:
        for name, fill in STORES.items():
            specs[name] = fill(place / name, tables)
        for name, start in SERVERS.items():
            try:
                specs[name], more = running.enter_context(start(place / name, tables))
                environ |= more
            except NotHereError as error:
                missing[name] = f"not run: {error}"
        done = subprocess.run(
            command("scan", *specs.values(), "--catalogue", place / "catalogue"),
            env=os.environ | environ,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1, done.stdout + done.stderr
    store = Store(Folder(place / "catalogue").database)
    units = list(store.units())
    store.close()
    kept = {n: [u for u in units if u.source == parse(spec).name] for n, spec in specs.items()}
    return kept, missing


def of(scanned, store):
    kept, missing = scanned
    if store in missing:
        pytest.skip(missing[store])
    return kept[store]


def test_the_truth_is_found_and_nothing_else(scanned):
    assert found_in(of(scanned, "csv")).keys() == truth()


@pytest.mark.parametrize("store", [*STORES, *SERVERS])
def test_the_same_is_found_in_every_store(scanned, store):
    units = of(scanned, store)
    assert {table_of(kept) for kept in units} >= {table.name for table in hospital()}
    assert {kept.name: kept.profile.unread for kept in units if kept.profile.unread} == {}
    assert found_in(units) == found_in(of(scanned, "csv")) | FORCED.get(store, {})


@pytest.mark.parametrize(
    ("store", "urn", "fqn"),
    [
        ("postgres", "postgres,ehr.public.patient", "clinic.ehr.public.patient"),
        ("mariadb", "mysql,ehr.patient", "clinic.default.ehr.patient"),
        ("mongodb", "mongodb,ehr.patient", "clinic.default.ehr.patient"),
        ("s3", "s3,hospital/patient.csv", None),
        ("kafka", "kafka,patient", None),
    ],
)
def test_data_catalogues_know_the_names_that_the_readers_give(scanned, store, urn, fqn):
    kept = next(unit for unit in of(scanned, store) if table_of(unit) == "patient")
    assert datahub.urn_of(kept, "PROD") == f"urn:li:dataset:(urn:li:dataPlatform:{urn},PROD)"
    place = place_of(kept)
    assert (place is None) == (fqn is None)
    if place is not None:
        assert open_metadata.table_fqn(kept, place, {kept.source: "clinic"}) == fqn
