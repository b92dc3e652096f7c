"""One compiled engine for all scanner tests, because compiling takes seconds."""

import pytest

from phiscan.engine import Engine


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine.load()
