"""What holds for each database that is read in snapshots."""

import socket
from threading import Thread

import pytest
from reading import opened, sockets, units

from atrest.source import ReadError, Reason


def hang_up(server):
    server.accept()[0].close()


@pytest.mark.parametrize("scheme", ["postgres", "mysql"])
def test_a_server_that_hangs_up_leaves_no_socket_while_the_error_is_kept(scheme):
    with socket.create_server(("127.0.0.1", 0)) as server:
        text = f"{scheme}://admin@127.0.0.1:{server.getsockname()[1]}/x?sslmode=disable"
        hanging_up = Thread(target=hang_up, args=[server])
        before = sockets()
        hanging_up.start()
        with pytest.raises(ReadError) as caught:
            units(opened(text, {"PGPASSWORD": "one", "MYSQL_PWD": "two"}))
        hanging_up.join()
        assert caught.value.reason is Reason.UNREACHABLE
        assert sockets() == before
