"""Where the server is and who asks."""

from atrest.readers.mysql.address import address
from atrest.readers.tls import SslMode
from atrest.spec import parse


def test_the_spec_goes_before_the_environment():
    environ = {"MYSQL_HOST": "other", "MYSQL_TCP_PORT": "1", "USER": "they", "MYSQL_PWD": "p"}
    found = address(parse("mysql://me@db.clinic:3307/ehr"), environ)
    assert (found.host, found.port, found.user, found.database) == ("db.clinic", 3307, "me", "ehr")
    assert found.tls.mode is SslMode.VERIFY_FULL
    found = address(parse("mysql://"), environ)
    assert (found.host, found.port, found.user, found.database) == ("other", 1, "they", "")
    assert found.password == "p"


def test_a_socket_is_asked_where_it_is_named():
    environ = {"MYSQL_UNIX_PORT": "/run/s"}
    assert address(parse("mysql://me@/ehr"), environ).host == "/run/s"
    assert address(parse("mysql://me@/ehr?socket=/run/t"), environ).host == "/run/t"
    assert address(parse("mysql://me@db/ehr"), environ).host == "db"
    assert address(parse("mysql://me@/ehr"), environ).tls.mode is SslMode.PREFER


def test_a_password_comes_from_a_file_that_the_environment_names(tmp_path):
    (tmp_path / "secret").write_text("mounted\n")
    environ = {"MYSQL_PWD_FILE": str(tmp_path / "secret")}
    assert address(parse("mysql://me@db/ehr"), environ).password == "mounted"
