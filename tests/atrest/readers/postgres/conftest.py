"""One real PostgreSQL server for all tests of this folder."""

import pytest
from postgres_server import postgres_server, programs


@pytest.fixture(scope="session")
def postgres():
    """A real server. Where Debian's package `postgresql` is missing, the tests say so."""
    found = programs()
    if found is None:
        pytest.skip("not run: no PostgreSQL here (apt-get install postgresql)")
    with postgres_server(found) as server:
        yield server
