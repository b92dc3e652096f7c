"""The tree stays readable: a folder shows what it holds, and a module fits in one's head."""

from collections import Counter
from pathlib import Path

import pytest

from tools.own_tests import PACKAGES, ROOT

_TOP = (*PACKAGES, "bench", "tools", "e2e", "tests")
_MOST_FILES = 25
_MOST_LINES = 400
_TABLES = {
    "phiscan/readers/tables/csv_models.py": "the columns of published data models",
    "bench/eval/formats/texts/chart_texts_unseen.py": "texts of notes, one after the other",
}


def _sources() -> list[Path]:
    return [path.relative_to(ROOT) for top in _TOP for path in (ROOT / top).rglob("*.py")]


def _lines(path: Path) -> int:
    return len((ROOT / path).read_text().splitlines())


def test_a_folder_has_few_files() -> None:
    counts = Counter(path.parent.as_posix() for path in _sources())
    assert {folder: n for folder, n in counts.items() if n > _MOST_FILES} == {}


def test_a_module_is_short_unless_it_is_a_table() -> None:
    long = {
        path.as_posix()
        for path in _sources()
        if path.parts[0] != "tests" and _lines(path) > _MOST_LINES
    }
    assert long - _TABLES.keys() == set()


@pytest.mark.parametrize("path", _TABLES)
def test_each_exception_is_still_one(path: str) -> None:
    assert _lines(Path(path)) > _MOST_LINES
