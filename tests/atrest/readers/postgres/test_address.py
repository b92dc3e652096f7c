"""Where the server is and who asks."""

import pytest

from atrest.readers.postgres.address import addresses
from atrest.readers.tls import SslMode
from atrest.source import ReadError
from atrest.spec import parse


def the_address(spec, environ):
    (found,) = addresses(spec, environ)
    return found


def test_the_spec_goes_before_the_environment():
    environ = {"PGHOST": "other", "PGPORT": "1", "PGUSER": "they", "PGDATABASE": "theirs"}
    found = the_address(parse("postgres://me@db.clinic:6432/ehr"), environ)
    assert (found.host, found.port, found.user, found.database) == ("db.clinic", 6432, "me", "ehr")
    found = the_address(parse("postgres://"), environ)
    assert (found.host, found.port, found.user, found.database) == ("other", 1, "they", "theirs")


def test_a_server_behind_a_network_has_to_prove_who_it_is():
    assert the_address(parse("postgres://db.clinic/ehr"), {}).tls.mode is SslMode.VERIFY_FULL
    assert the_address(parse("postgres://localhost/ehr"), {}).tls.mode is SslMode.PREFER
    environ = {"PGSSLMODE": "require"}
    assert the_address(parse("postgres://db.clinic/ehr"), environ).tls.mode is SslMode.REQUIRE


@pytest.fixture
def passfile(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / "pgpass"
        path.write_text(text)
        path.chmod(mode)
        return {"PGPASSFILE": str(path)}

    return write


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("db:5432:ehr:me:secret", "secret"),
        ("# db:5432:ehr:me:no\ndb:*:*:me:secret", "secret"),
        ("db:5432:ehr:you:no\n*:*:*:*:secret", "secret"),
        (r"db:5432:ehr:me:a\:b\\c", r"a:b\c"),
        ("db:5433:ehr:me:no", None),
        ("db:5432:ehr:me", None),
        ("", None),
    ],
)
def test_the_password_file_is_read_as_libpq_does(passfile, text, password):
    assert the_address(parse("postgres://me@db/ehr"), passfile(text)).password == password


def test_a_password_file_that_others_may_read_is_not_used(passfile):
    environ = passfile("*:*:*:*:secret", 0o640)
    assert the_address(parse("postgres://me@db/ehr"), environ).password is None


def test_a_password_comes_from_a_file_that_the_environment_names(tmp_path):
    (tmp_path / "secret").write_text("mounted\n")
    environ = {"PGPASSWORD_FILE": str(tmp_path / "secret")}
    assert the_address(parse("postgres://me@db/ehr"), environ).password == "mounted"
    with pytest.raises(ReadError, match="PGPASSWORD_FILE: FileNotFoundError"):
        the_address(parse("postgres://me@db/ehr"), {"PGPASSWORD_FILE": str(tmp_path / "none")})


def test_a_password_is_in_no_repr():
    assert "hunter2" not in repr(
        the_address(parse("postgres://me@db/ehr"), {"PGPASSWORD": "hunter2"})
    )


def test_several_servers_are_named_as_by_libpq():
    found = addresses(parse("postgres://me@a.clinic:7001,b.clinic/ehr"), {})
    assert [(each.host, each.port) for each in found] == [
        ("a.clinic", 7001), ("b.clinic", 5432),
    ]  # fmt: skip
    assert {each.database for each in found} == {"ehr"}
