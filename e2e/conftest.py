"""One laboratory for all scenarios: real Envoy sidecars, mutual TLS, the real guard."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

# pydantic deprecates the way in which envoy-data-plane declares its validators
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import extauthz.demo.envoy_config  # noqa: F401 - imported once, quietly

from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.performance import ScenarioOutcome, perform
from extauthz.demo.processes import LabError
from extauthz.demo.programs import POLICY, find_envoy, phiguard
from extauthz.demo.scenarios import SCENARIOS


@pytest.fixture(scope="session")
def envoy() -> Path:
    try:
        return find_envoy("", os.environ)
    except LabError as error:
        pytest.exit(str(error), returncode=2)  # no Envoy is a broken set-up, never a green run


@pytest.fixture(scope="session")
def lab(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(Plan(envoy, tmp_path_factory.mktemp("lab"), phiguard(POLICY))) as running:
        yield running


@pytest.fixture(scope="session")
def outcomes(lab: Lab) -> dict[str, ScenarioOutcome]:
    return {scenario.name: perform(lab, scenario) for scenario in SCENARIOS}
