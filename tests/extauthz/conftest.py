import asyncio
import os

import json_forms
import pytest
from running_guard import Guard

from extauthz import cli
from extauthz.detection.engine_cache import EngineCache, default_folder
from phiscan.detectors import DETECTORS


@pytest.fixture(scope="session", autouse=True)
def cache_folder(run_folder):
    """A cache of compiled detectors for these tests. The user's own cache stays untouched."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(run_folder / "cache")
    yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.fixture(scope="session")
def engine(cache_folder):
    """An engine that is compiled once per session, and cached for the commands under test."""
    return EngineCache(default_folder(os.environ)).load(DETECTORS)


@pytest.fixture
def phiguard(capsysbinary):
    """Run a command in this process. Returns its exit code, its output and its error output.

    What it prints with `--format json` is held to its schema.
    """

    def run(*arguments):
        try:
            code = cli.main([str(a) for a in arguments])
        except SystemExit as exit_:
            code = exit_.code
        out, err = capsysbinary.readouterr()
        if code in (0, 1, 2, 3):
            json_forms.check(map(str, arguments), out.decode())
        return code, out.decode(), err.decode()

    return run


@pytest.fixture
def guard(tmp_path, engine):
    def make(**options):
        return Guard(tmp_path, engine, **options)

    return make


@pytest.fixture
def run():
    """Run a coroutine to its end, for at most a minute."""
    return lambda coroutine: asyncio.run(asyncio.wait_for(coroutine, 60))
