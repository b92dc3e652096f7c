import pytest
from scanned_policy import POLICY, snapshot_of

from extauthz.detection import engines
from extauthz.detection.engines import Detection


@pytest.fixture(scope="session")
def engine_in_use():
    return engines.load(Detection())


@pytest.fixture
def snapshot(engine_in_use):
    return snapshot_of(POLICY, engine_in_use)
