"""What all tests share: how hypothesis judges time, and detectors that are compiled once a run."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from phiscan.patterns import compiled, matcher

# How long an example takes says nothing on a busy machine. Speed is measured in `bench/`.
settings.register_profile(
    "untimed",
    settings.default,
    deadline=None,
    suppress_health_check={*settings.default.suppress_health_check, HealthCheck.too_slow},
)
# `make unit` tries fewer examples of each property, `make unit-long` and a plain `pytest` all.
settings.register_profile("quick", settings.get_profile("untimed"), max_examples=20)
settings.load_profile("untimed")

# The least letters of a database's expressions with which it is kept. Fewer compile in no time.
DEAR = 200


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory) -> Path:
    """A folder that all processes of a run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def compiled_once(run_folder):
    """Compile each large Hyperscan database once a run.

    All detectors take five seconds. Many tests have an engine of their own, and most of its
    databases are those of another one.
    """
    folder = run_folder / "databases"
    folder.mkdir(exist_ok=True)
    compile_one = compiled.compile_one

    def once(plan):
        if sum(map(len, plan.expressions)) < DEAR:
            return compile_one(plan)
        kept = folder / compiled.digest([plan]).hex()
        if kept.exists():
            return compiled.unpack(kept.read_bytes(), [plan])[0]
        database = compile_one(plan)
        written = kept.with_suffix(f".{os.getpid()}")
        written.write_bytes(compiled.pack([database], [plan]))
        written.replace(kept)
        return database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "compile_one", once)
        patch.setattr(matcher, "compile_one", once)
        yield
