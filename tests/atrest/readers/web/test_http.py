"""Errors without a server's text, redirects that are not followed, tokens that stay."""

import pytest
from stub_server import serving

from atrest.protection import Shield
from atrest.readers.web.http import Client, fixed
from atrest.source import ReadError, Reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.REFUSED),
        (403, Reason.NOT_PERMITTED),
        (404, Reason.GONE),
        (429, Reason.OUT_OF_TIME),
        (500, Reason.UNREACHABLE),
        (302, Reason.UNREACHABLE),
    ],
)
def test_refusals(status, reason):
    with (
        serving(lambda path, headers: (status, {"Location": "/x"}, b"Ana Ruiz")) as address,
        pytest.raises(ReadError) as error,
    ):
        Client(f"http://{address}/r4").get("a", "text/plain")
    assert error.value.reason is reason
    assert error.value.detail == f"HTTP {status}"


def test_nobody_there_and_no_address():
    with serving(lambda path, headers: (200, {}, b"")) as address:
        pass
    with pytest.raises(ReadError) as error:
        Client(f"http://{address}").get("a", "text/plain")
    assert error.value.reason is Reason.UNREACHABLE
    with pytest.raises(ReadError) as error:
        Client(f"http://{address}").get("file:///etc/passwd", "text/plain")
    assert error.value.reason is Reason.MALFORMED


def test_a_token_goes_to_its_server_and_not_to_another_in_the_clear():
    seen = []

    def answer(path, headers):
        seen.append(headers.get("authorization"))
        return 200, {}, b"x"

    with serving(answer) as one, serving(answer) as other:
        client = Client(f"http://{one}/r4", fixed("tok"))
        client.get("a", "text/plain").body(10)
        client.get(f"http://{other}/a", "text/plain").body(10)
    assert seen == ["Bearer tok", None]
    assert "tok" not in repr(client)


def test_a_long_body_is_an_error():
    with (
        serving(lambda path, headers: (200, {}, b"x" * 11)) as address,
        pytest.raises(ReadError) as error,
    ):
        Client(f"http://{address}").get("a", "text/plain").body(10)
    assert error.value.reason is Reason.OVER_LIMIT


def test_a_body_that_ends_too_soon_is_an_error():
    def torn(path, headers):
        return 200, {"Content-Length": "20", "Connection": "close"}, b"x" * 7

    with serving(torn) as address, pytest.raises(ReadError) as error:
        Client(f"http://{address}").get("a", "text/plain").body(100)
    assert error.value.reason is Reason.UNREACHABLE


def test_a_trust_store_that_is_not_there():
    with pytest.raises(ReadError) as error:
        Client("https://127.0.0.1:1", ca="/none").get("a", "text/plain")
    assert error.value.reason is Reason.REFUSED


def test_what_is_known_of_the_connection():
    assert Client("https://x").protection().carried is Shield.UP
    assert Client("http://x").protection().carried is Shield.DOWN
    assert Client("https://x").protection().stored is Shield.UNKNOWN
