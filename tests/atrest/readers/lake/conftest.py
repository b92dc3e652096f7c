import shutil
from pathlib import Path

import pytest

from atrest.readers.lake.disk_folder import DiskFolder

WRITTEN = Path(__file__).parent / "written"
"""Tables that `write_tables.py` wrote."""


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A copy of the tables, in a folder of its own."""
    return Path(shutil.copytree(WRITTEN, tmp_path / "lake"))


@pytest.fixture
def delta(lake: Path) -> DiskFolder:
    return DiskFolder(lake / "delta", lambda path: path.open("rb"))


@pytest.fixture
def iceberg(lake: Path) -> DiskFolder:
    return DiskFolder(lake / "iceberg", lambda path: path.open("rb"))
