"""Connections are opened, or it is said why not."""

import socket

import pytest

from atrest.readers.address import Address, port
from atrest.readers.tls import SslMode, Tls
from atrest.source import ReadError, Reason


def address(host, number=1):
    return Address(host, number, "d", "u", "hunter2", Tls(SslMode.DISABLE))


def why(host, path=""):
    with pytest.raises(ReadError) as caught:
        address(host).connect(path, 5)
    assert caught.value.reason is Reason.UNREACHABLE
    return caught.value.detail


def test_a_server_that_is_not_there_is_unreachable(tmp_path):
    assert why("127.0.0.1") == "Connection refused"
    assert why("no-such-host.invalid") == "no host of this name"
    assert why("/", str(tmp_path / "none")) == "No such file or directory"


def test_a_server_is_reached(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address("127.0.0.1", server.getsockname()[1]).connect("", 5).close()
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        address("/run").connect(path, 5).close()


def test_the_password_is_in_no_repr():
    assert "hunter2" not in repr(address("db"))


def test_a_port_is_a_number_or_the_usual_one():
    assert port({"P": "6432"}, "P", 5432) == 6432
    assert port({"P": ""}, "P", 5432) == port({}, "P", 5432) == 5432
    with pytest.raises(ReadError, match="P is no port"):
        port({"P": "tcp://10.0.0.1:5432"}, "P", 5432)
