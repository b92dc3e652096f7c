"""One laboratory for all ways."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.mllp.laboratory import Hospital, open_hospital


@pytest.fixture(scope="package")
def hospital(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with open_hospital(envoy, tmp_path_factory.mktemp("mllp")) as running:
        yield running
