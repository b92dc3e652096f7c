"""Where the server is and who asks."""

from atrest.readers.mysql.address import addresses
from atrest.readers.tls import SslMode
from atrest.spec import parse


def the_address(spec, environ):
    (found,) = addresses(spec, environ)
    return found


def test_the_spec_goes_before_the_environment():
    environ = {"MYSQL_HOST": "other", "MYSQL_TCP_PORT": "1", "USER": "they", "MYSQL_PWD": "p"}
    found = the_address(parse("mysql://me@db.clinic:3307/ehr"), environ)
    assert (found.host, found.port, found.user, found.database) == ("db.clinic", 3307, "me", "ehr")
    assert found.tls.mode is SslMode.VERIFY_FULL
    found = the_address(parse("mysql://"), environ)
    assert (found.host, found.port, found.user, found.database) == ("other", 1, "they", "")
    assert found.password == "p"


def test_a_socket_is_asked_where_it_is_named():
    environ = {"MYSQL_UNIX_PORT": "/run/s"}
    assert the_address(parse("mysql://me@/ehr"), environ).host == "/run/s"
    assert the_address(parse("mysql://me@/ehr?socket=/run/t"), environ).host == "/run/t"
    assert the_address(parse("mysql://me@db/ehr"), environ).host == "db"
    assert the_address(parse("mysql://me@/ehr"), environ).tls.mode is SslMode.PREFER


def test_a_password_comes_from_a_file_that_the_environment_names(tmp_path):
    (tmp_path / "secret").write_text("mounted\n")
    environ = {"MYSQL_PWD_FILE": str(tmp_path / "secret")}
    assert the_address(parse("mysql://me@db/ehr"), environ).password == "mounted"


def test_several_servers_are_named_as_by_libpq():
    found = addresses(parse("mysql://me@a.clinic:7001,b.clinic/ehr"), {})
    assert [(each.host, each.port) for each in found] == [
        ("a.clinic", 7001), ("b.clinic", 3306),
    ]  # fmt: skip
    assert {each.database for each in found} == {"ehr"}
