"""The architecture page names what exists, and every room is on it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
TO_COME = {"console/", "mesh/evidence/"}
PATH = re.compile(r"`((?:phiscan|mesh|extauthz|tests|docs|atrest|console)/[\w./]*)`")


def test_every_path_on_the_page_exists():
    named = set(PATH.findall(PAGE)) - TO_COME
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_room_is_on_the_page():
    rooms = {
        folder.name
        for package in ("phiscan", "mesh", "atrest", "extauthz")
        for folder in (ROOT / package).iterdir()
        if (folder / "__init__.py").exists()
    }
    assert {room for room in rooms if f"{room}/" not in PAGE} == set()


def test_what_is_to_come_has_not_come_yet():
    """When it has, the page says so."""
    assert [path for path in TO_COME if (ROOT / path).exists()] == []


def test_the_table_of_the_ledger_has_each_of_its_modules_and_no_other():
    table = PAGE.partition("## The ledger's room")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    room = ROOT / "extauthz" / "records" / "ledger"

    assert named == {path.stem for path in room.glob("*.py")} - {"__init__"}
