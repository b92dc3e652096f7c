"""One probe for the tests of a module."""

import pytest

from e2e.posture.probing import Probe


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Probe:
    return Probe(tmp_path_factory.mktemp("probe"))
