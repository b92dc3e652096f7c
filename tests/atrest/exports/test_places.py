"""Where a table lies: the names are those that the readers give. Servers: e2e/at_rest."""

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from kept_units import PATIENTS
from reading import opened

from atrest.exports import datahub, open_metadata
from atrest.exports.places import Place, parts_of, place_of
from atrest.readers.mysql.catalogue import unit_name
from atrest.unit import UnitKind

WRITTEN = Path(__file__).parents[1] / "readers" / "lake" / "written"
CREATE = ("CREATE TABLE patient (mrn int)", 'CREATE TABLE "odd.na""me" (mrn int)')


def kept(source, name, kind=UnitKind.TABLE):
    return replace(PATIENTS, source=source, name=name, kind=kind)


def listed(text):
    """What the reader lists, as it is kept."""
    source = opened(text, {})
    found = [kept(unit.source, unit.name, unit.kind) for unit in source.list()]
    source.close()
    return found


def urn(unit):
    return datahub.urn_of(unit, "PROD").removeprefix("urn:li:dataset:(urn:li:dataPlatform:")[:-6]


def fqn(unit):
    return open_metadata.table_fqn(unit, place_of(unit), {unit.source: "clinic"})


def test_tables_of_duckdb(tmp_path):
    with duckdb.connect(str(tmp_path / "ehr.duckdb")) as database:
        for statement in CREATE:
            database.execute(statement)
    odd, plain = listed(f"duckdb://{tmp_path}/ehr.duckdb")
    assert place_of(plain) == Place("ehr", "main", "patient")
    assert place_of(odd) == Place("ehr", "main", 'odd.na"me')
    assert urn(plain) == "duckdb,ehr.main.patient"
    assert fqn(plain) == "clinic.ehr.main.patient"
    assert fqn(odd) == 'clinic.ehr.main."odd.na__reserved__quote__me"'


def test_tables_of_sqlite(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "app.db")) as database, database:
        for statement in CREATE:
            database.execute(statement)
    database.close()
    odd, plain = listed(f"sqlite://{tmp_path}/app.db")
    assert place_of(odd) == Place(f"{tmp_path}/app.db", "", 'odd.na"me')
    assert urn(plain) == f"sqlite,{tmp_path}/app.db.patient"
    assert fqn(plain) == 'clinic."app.db".default.patient'


@pytest.mark.parametrize("source", ["mysql://db.clinic/ehr", "mysql://db.clinic"])
def test_tables_of_mysql_have_their_database_once(source):
    plain = kept(source, unit_name("ehr", "patient"))
    assert urn(plain) == "mysql,ehr.patient"
    assert fqn(plain) == "clinic.default.ehr.patient"
    odd = kept(source, unit_name("my.db", "odd`name"))
    assert place_of(odd) == Place("", "my.db", "odd`name")


def test_tables_of_a_lake_are_known_by_their_folder():
    found = {urn(unit) for unit in listed(str(WRITTEN))}
    assert {f"file,{WRITTEN}/delta", f"file,{WRITTEN}/iceberg"} <= found
    (here,) = (u for u in listed(str(WRITTEN / "delta")) if u.kind is UnitKind.TABLE)
    assert urn(here) == f"file,{WRITTEN}/delta"
    assert place_of(here) is None


@pytest.mark.parametrize(
    "source", ["s3://b", "s3://b/2019", "s3://b?endpoint=https://store.clinic"]
)
def test_an_object_is_known_by_its_whole_key(source):
    assert urn(kept(source, "2019/a.csv", UnitKind.OBJECT)) == "s3,b/2019/a.csv"


def test_a_topic_is_known_by_its_name():
    assert urn(kept("kafka://k:9092/visits", "visits", UnitKind.TOPIC)) == "kafka,visits"


def test_options_are_no_part_of_a_place():
    assert parts_of("s3://b/p?endpoint=https://x/y") == ("s3", "b", "/p")
