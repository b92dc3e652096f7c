"""One FerretDB for all tests of this folder."""

import pytest
from ferret_server import PROGRAM, ferret_server
from reading import opened

from atrest.manners import Manners


@pytest.fixture(scope="session")
def ferret():
    """A server of MongoDB's protocol. Where it was not built, the tests say so."""
    if not PROGRAM.exists():
        pytest.skip("not run: no FerretDB here (make ferretdb, which needs Go)")
    with ferret_server() as server:
        yield server


@pytest.fixture
def source(ferret):
    """Opens sources, and closes them at the end."""
    found = []

    def make(database="", options="", **manners):
        text = f"mongodb://127.0.0.1:{ferret.port}/{database}{options}"
        found.append(opened(text, {}, Manners(**manners)))
        return found[-1]

    yield make
    for each in found:
        each.close()
