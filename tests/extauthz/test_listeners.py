from pathlib import Path

import pytest

from extauthz.listeners import Http, SettingsError, Tls, parse_http

TLS = Tls(Path("cert"), Path("key"))


@pytest.mark.parametrize(
    ("text", "tls", "plain", "expected"),
    [
        ("", None, False, None),
        ("8080", None, False, Http("127.0.0.1", 8080)),
        (":8080", None, False, Http("127.0.0.1", 8080)),
        ("localhost:8080", None, False, Http("localhost", 8080)),
        ("[::1]:8080", None, False, Http("[::1]", 8080)),
        ("127.9.9.9:0", None, False, Http("127.9.9.9", 0)),
        ("8080", TLS, False, Http("127.0.0.1", 8080, TLS)),
        ("10.0.0.1:8080", TLS, False, Http("10.0.0.1", 8080, TLS)),
        ("10.0.0.1:8080", None, True, Http("10.0.0.1", 8080)),
        ("10.0.0.1:8080", TLS, True, Http("10.0.0.1", 8080)),
    ],
)
def test_http_is_on_this_machine_or_encrypted_or_asked_for(text, tls, plain, expected):
    assert parse_http(text, tls, plain=plain) == expected


@pytest.mark.parametrize(
    ("text", "plain", "part"),
    [
        ("0.0.0.0:8080", False, "would cross the network unencrypted"),
        ("10.0.0.1:8080", False, "would cross the network unencrypted"),
        ("[::]:8080", False, "would cross the network unencrypted"),
        ("[::ffff:10.0.0.1]:8080", False, "would cross the network unencrypted"),
        ("guard.example:8080", False, "would cross the network unencrypted"),
        ("localhost.example.com:8080", False, "would cross the network unencrypted"),
        ("host", False, "not an address"),
        ("127.0.0.1:65536", False, "not an address"),
        ("", True, "there is no --http"),
    ],
)
def test_any_other_address_is_refused(text, plain, part):
    with pytest.raises(SettingsError, match=part):
        parse_http(text, None, plain=plain)
