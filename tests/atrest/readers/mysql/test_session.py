"""On a real MariaDB server: who is let in, and over which connection."""

import pytest
from reading import everything_said, opened, units

from atrest.source import ReadError, Reason

PASSWORD = {"MYSQL_PWD": "correct horse"}


def refused(text, environ):
    source = opened(text, environ)
    with pytest.raises(ReadError) as caught:
        units(source)
    source.close()
    return caught.value


@pytest.fixture
def spec(mariadb):
    return f"mysql://admin@localhost:{mariadb.port}/"


@pytest.mark.parametrize("mode", ["disable", "prefer", "require", "verify-ca", "verify-full"])
def test_every_sslmode_reaches_a_server_that_it_trusts(mariadb, spec, mode):
    source = opened(f"{spec}?sslmode={mode}&sslrootcert={mariadb.certificate}", PASSWORD)
    assert units(source) == {}
    source.close()


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_server_that_nobody_vouches_for_is_refused(spec, mode):
    found = refused(f"{spec}?sslmode={mode}", PASSWORD)
    assert found.reason is Reason.REFUSED
    assert found.detail == "TLS: not trusted; sslrootcert=FILE names the authority"


def test_a_wrong_password_is_refused_and_not_said(spec):
    found = refused(spec, {"MYSQL_PWD": "wrong-canary"})
    assert found.reason is Reason.REFUSED
    assert found.detail == "error 1045; MYSQL_PWD holds the password"
    assert "wrong-canary" not in everything_said(found)


def test_a_database_that_does_not_exist_is_gone(spec):
    found = refused(f"{spec}none", PASSWORD)
    assert (found.reason, found.detail) == (Reason.GONE, "error 1049")


def test_a_unix_socket_is_used(mariadb):
    source = opened(f"mysql://admin@/?socket={mariadb.socket}", PASSWORD)
    assert units(source) == {}
    assert source._session.transport().answer == "a Unix socket"
    source.close()


def test_a_socket_that_is_not_there_is_unreachable(tmp_path):
    assert refused(f"mysql://u@/?socket={tmp_path}/none", {}).reason is Reason.UNREACHABLE
