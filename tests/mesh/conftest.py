from functools import partial

import pytest

from phiscan.engine import Engine


@pytest.fixture(scope="session")
def scanner_of():
    """The servers' scanner, with a clock that stands still."""
    return partial(Engine.load().scanner, clock=lambda: 0.0)
