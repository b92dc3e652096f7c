"""The laboratory of all techniques, started once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.bypass.laboratory import Field, open_field


@pytest.fixture(scope="package")
def field(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with open_field(envoy, tmp_path_factory.mktemp("bypass")) as running:
        yield running
