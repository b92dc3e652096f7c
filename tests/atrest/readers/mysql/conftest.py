"""One real MariaDB server for all tests of this folder."""

import pytest
from mariadb_server import is_installed, mariadb_server
from reading import opened

from atrest.manners import Manners


@pytest.fixture(scope="session")
def mariadb():
    """A real server. Where Debian's package `mariadb-server` is missing, the tests say so."""
    if not is_installed():
        pytest.skip("not run: no MariaDB here (apt-get install mariadb-server)")
    with mariadb_server() as server:
        yield server


@pytest.fixture
def source(mariadb):
    """Opens sources, and closes them at the end."""
    found = []

    def make(database="", options="", user="admin", **manners):
        text = f"mysql://{user}@127.0.0.1:{mariadb.port}/{database}{options}"
        found.append(opened(text, {"MYSQL_PWD": "correct horse"}, Manners(**manners)))
        return found[-1]

    yield make
    for each in found:
        each.close()
