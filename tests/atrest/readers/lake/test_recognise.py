import shutil
from pathlib import Path

import pytest

from atrest.manners import Manners
from atrest.readers import extras
from atrest.readers.files import Files, open_source
from atrest.readers.lake import recognise
from atrest.source import Budget, ReadError, Reason, Rows, Sampled, Unread
from atrest.spec import parse
from atrest.unit import Unit, UnitKind


def opened(path: Path) -> Files:
    return open_source(parse(str(path)), Manners(), {})


def units(source: Files) -> list[Unit]:
    return [unit for unit in source.list() if isinstance(unit, Unit)]


def mrns(source: Files, unit: Unit) -> list[object]:
    items = list(source.read(unit, Budget(rows=0)))
    assert not any(isinstance(item, Unread) for item in items)
    return [row[0] for item in items if isinstance(item, Rows) for row in item.rows]


def test_the_folders_of_tables_are_told_by_their_files():
    keys = [
        "a/_delta_log/0.json",
        "b/metadata/v1.metadata.json",
        "_delta_log/0.json",
        "c/metadata/note.json",
        "d/_delta_log/note.txt",
        "e/x_delta_log/0.json",
    ]
    assert recognise.roots(keys) == ["", "a", "b"]


def test_a_table_is_one_unit_and_what_is_not_live_stays_a_unit_of_its_own(lake: Path):
    source = opened(lake)
    found = units(source)
    tables = {unit.name: unit for unit in found if unit.kind is UnitKind.TABLE}
    assert {name: unit.rows for name, unit in tables.items()} == {"delta": 39, "iceberg": 29}
    everything = {str(path.relative_to(lake)) for path in lake.rglob("*") if path.is_file()}
    others = {unit.name for unit in found if unit.kind is UnitKind.FILE}
    assert len(everything) - len(others) == 6 + 2
    assert sum(name.endswith(".parquet") and "_delta_log" not in name for name in others) == 2


def test_every_row_ever_written_is_read_the_deleted_one_from_the_file_that_is_not_live(
    lake: Path,
):
    source = opened(lake / "delta")
    table, *others = units(source)
    assert (table.name, table.kind) == (".", UnitKind.TABLE)
    live = mrns(source, table)
    assert len(live) == len(set(live)) == 39
    left = [u for u in others if u.name.endswith(".parquet") and "_delta_log" not in u.name]
    assert "000003" in [mrn for unit in left for mrn in mrns(source, unit)]


def test_a_table_that_gained_a_version_is_named_as_changed(lake: Path):
    source = opened(lake / "delta")
    table, *_ = units(source)
    log = lake / "delta" / "_delta_log"
    (log / f"{4:020d}.json").write_bytes(b'{"commitInfo": {}}')
    *_, sampled, changed = source.read(table, Budget())
    assert isinstance(sampled, Sampled)
    assert changed == Unread(Reason.CHANGED)


def test_a_table_that_is_gone_is_named(lake: Path):
    source = opened(lake / "delta")
    table, *_ = units(source)
    shutil.rmtree(lake / "delta" / "_delta_log")
    with pytest.raises(ReadError) as caught:
        list(source.read(table, Budget()))
    assert caught.value.reason is Reason.GONE


@pytest.mark.parametrize("torn", ["delta", "iceberg"])
def test_files_of_a_table_that_cannot_be_read_are_units_of_their_own(lake: Path, torn: str):
    for path in lake.rglob("*.json"):
        path.write_bytes(b"{")
    for path in lake.rglob("*.checkpoint.parquet"):
        path.unlink()
    found = [unit for unit in units(opened(lake / torn)) if unit.name.endswith(".parquet")]
    assert {unit.kind for unit in found} == {UnitKind.FILE}
    assert len(found) == len(list((lake / torn).rglob("*.parquet")))


def test_without_the_library_every_file_is_a_unit_of_its_own(lake: Path, monkeypatch):
    def missing(_: str) -> object:
        raise ModuleNotFoundError

    monkeypatch.setattr(extras, "import_module", missing)
    assert {unit.kind for unit in units(opened(lake))} == {UnitKind.FILE}
