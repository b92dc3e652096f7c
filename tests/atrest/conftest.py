"""The detectors, for all tests of data at rest."""

import time

import pytest

from atrest.detection import Detection
from phiscan.engine import Engine


@pytest.fixture(scope="session")
def detection(compiled_once) -> Detection:
    """Every built-in detector."""
    return Detection(Engine.load(), time.monotonic)
