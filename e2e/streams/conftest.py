"""One laboratory for all tests of streams."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.streams.laboratory import streaming_lab
from extauthz.demo.lab import Lab


@pytest.fixture(scope="package")
def lab(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with streaming_lab(envoy, tmp_path_factory.mktemp("streams")) as running:
        yield running
