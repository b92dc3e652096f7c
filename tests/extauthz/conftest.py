import asyncio

import pytest
from running_guard import Guard

from phiscan.scanner import Engine


@pytest.fixture(scope="session")
def engine():
    return Engine.load()


@pytest.fixture
def guard(tmp_path, engine):
    def make(**options):
        return Guard(tmp_path, engine, **options)

    return make


@pytest.fixture
def run():
    """Run a coroutine to its end; no test takes longer than a minute."""
    return lambda coroutine: asyncio.run(asyncio.wait_for(coroutine, 60))
