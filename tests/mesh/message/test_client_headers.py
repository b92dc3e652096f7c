import pytest

from mesh.message import head_fields
from mesh.message.client_headers import NAMES, is_usual
from mesh.message.headers import Headers

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:126.0) Gecko"
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.4 Safari/605.1.15"
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accept", "*/*"),
        ("accept", "application/fhir+json;q=1.0, application/json;q=0.9"),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept-encoding", "identity;q=1, *;q=0"),
        ("accept-language", "en-US,en;q=0.9,de;q=0.8"),
        ("user-agent", "curl/8.5.0"),
        ("user-agent", "python-requests/2.32.3"),
        ("user-agent", "Go-http-client/1.1"),
        ("user-agent", "Apache-HttpClient/5.3 (Java/17.0.2)"),
        ("user-agent", "grpc-python-asyncio/1.60.0 grpc-c/38.0.0 (linux; chttp2)"),
        ("user-agent", CHROME),
        ("user-agent", FIREFOX),
        ("user-agent", SAFARI),
        ("x-forwarded-proto", "https"),
    ],
)
def test_what_a_clients_library_writes_is_left_out(name, value):
    assert is_usual(name, value)
    assert list(head_fields.of_headers("header", Headers(((name, value),)))) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accept", "application/json; patient=541-27-8860"),
        ("accept", "text/diabetes"),  # no subtype that is known
        ("accept", "Ana/Ruiz"),
        ("accept", "application/json, Ana Ruiz"),
        ("accept", "application/json;q=541"),  # no weight
        ("accept-encoding", "gzip, ana"),
        ("accept-language", "en-US, ruiz"),
        ("user-agent", "curl/541.27.8860"),  # a social security number with dots
        ("user-agent", "curl/10.44.1.17"),  # an address
        ("user-agent", "curl/919.555.0142"),  # a phone number with dots
        ("user-agent", "curl/8.5.0 (Ana Ruiz)"),
        ("user-agent", "EHR-Client/1.0 (user=ana.ruiz@example.com)"),
        ("user-agent", "curl/8.5.0 541-27-8860"),
        ("user-agent", "curl/8.5.0\nAna"),
        ("user-agent", "curl " * 200),
        ("x-forwarded-proto", "https 541-27-8860"),
    ],
)
def test_any_other_value_is_scanned(name, value):
    assert [label for label, _ in head_fields.of_headers("header", Headers(((name, value),)))] == [
        f"header.{name}"
    ]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_number_is_never_usual(name):
    for value in ("541-27-8860", "541278860", "7730145", "2207198", "555-0142"):
        assert not is_usual(name, value)
