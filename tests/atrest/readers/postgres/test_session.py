"""On a real PostgreSQL server: who is let in, and over which connection."""

import pytest
from reading import everything_said, opened, units

from atrest.source import ReadError, Reason

PASSWORD = {"PGPASSWORD": "correct horse"}


def refused(text, environ):
    source = opened(text, environ)
    try:
        with pytest.raises(ReadError) as caught:
            units(source)
    finally:
        source.close()
    return caught.value.reason, caught.value.detail


@pytest.fixture
def spec(postgres):
    return f"postgres://postgres@localhost:{postgres.port}/postgres"


@pytest.mark.parametrize("mode", ["disable", "prefer", "require", "verify-ca", "verify-full"])
def test_every_sslmode_reaches_a_server_that_it_trusts(postgres, spec, mode):
    source = opened(f"{spec}?sslmode={mode}&sslrootcert={postgres.certificate}", PASSWORD)
    assert units(source) == {}
    source.close()


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_server_that_nobody_vouches_for_is_refused(spec, mode):
    assert refused(f"{spec}?sslmode={mode}", PASSWORD) == (
        Reason.REFUSED, "TLS: not trusted; sslrootcert=FILE names the authority",
    )  # fmt: skip


def test_another_host_s_certificate_is_refused(postgres):
    text = f"postgres://postgres@127.0.0.2:{postgres.port}/x?sslrootcert={postgres.certificate}"
    reason, _ = refused(text + "&sslmode=verify-full", PASSWORD)
    assert reason in (Reason.REFUSED, Reason.UNREACHABLE)


def test_a_wrong_password_is_refused_and_not_said(spec):
    source = opened(spec, {"PGPASSWORD": "wrong-canary"})
    with pytest.raises(ReadError) as caught:
        units(source)
    assert (caught.value.reason, caught.value.detail) == (Reason.REFUSED, "SQLSTATE 28P01")
    assert "wrong-canary" not in everything_said(caught.value)


def test_a_missing_password_says_how_to_give_one(spec):
    assert refused(spec, {}) == (Reason.REFUSED, "no password; set PGPASSWORD or PGPASSFILE")


def test_a_database_that_does_not_exist_is_gone(postgres):
    text = f"postgres://postgres@localhost:{postgres.port}/none"
    assert refused(text, PASSWORD) == (Reason.GONE, "SQLSTATE 3D000")


def test_a_unix_socket_is_used(postgres):
    text = f"postgres://postgres@:{postgres.port}/postgres?host={postgres.data}"
    source = opened(text, PASSWORD)
    assert units(source) == {}
    assert source._session.transport().answer == "a Unix socket"
    source.close()


def test_a_socket_that_is_not_there_is_unreachable(tmp_path):
    assert refused(f"postgres://u@/x?host={tmp_path}", {})[0] is Reason.UNREACHABLE


def test_of_several_servers_the_first_that_answers_is_read_where_none_is_a_replica(postgres):
    text = f"postgres://postgres@localhost:1,localhost:{postgres.port}/postgres"
    source = opened(text, PASSWORD)
    assert units(source) == {}
    source.close()


def test_where_no_server_answers_the_first_says_why(postgres):
    text = f"postgres://postgres@localhost:1,localhost:{postgres.port}/none"
    assert refused(text, PASSWORD)[0] is Reason.UNREACHABLE
