"""A folder of files for the tests of buckets, and what was read of it."""

import os
import shutil
from pathlib import Path

from hospital_files import fill

from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import Budget, Item, Source
from atrest.spec import parse
from atrest.unit import Unit

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools"
TABLES = ROOT / "tests" / "atrest" / "readers" / "lake" / "written"
BUDGET = Budget(rows=50, seed=7)


def hospital(folder: Path) -> Path:
    """Write files, tables of a data lake, and a file of several ranges."""
    fill(folder, 10, 200)
    shutil.copytree(TABLES, folder / "lake")
    (folder / "large.csv").write_text("mrn,name\n" + "00123,Ana Ruiz\n" * 300_000)
    return folder


def files(folder: Path) -> dict[str, Path]:
    """Return each file by the key that it has in a bucket."""
    return {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}


def opened(spec: str) -> Source:
    """Open a source."""
    return open_source(parse(spec), Manners(), os.environ)


def unit_of(source: Source, name: str) -> Unit:
    """Return a unit of the listing."""
    return next(u for u in source.list() if isinstance(u, Unit) and u.name == name)


def everything(source: Source) -> dict[str, list[Item]]:
    """Read all units."""
    units = [unit for unit in source.list() if isinstance(unit, Unit)]
    return {unit.name: list(source.read(unit, BUDGET)) for unit in units}


def without_type(found: dict[str, list[Item]]) -> dict[str, list[str]]:
    """What was read, without the type: a store says one of its own where none was given."""
    return {
        name: [
            getattr(item, "data", b"").hex() or repr(getattr(item, "rows", item)) for item in items
        ]
        for name, items in found.items()
    }
