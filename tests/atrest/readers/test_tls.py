"""How far the TLS of a connection is checked."""

import contextlib
import ssl

import pytest
from old_authority import ask_strictly, old_authority

from atrest.readers import tls
from atrest.readers.tls import SslMode, Tls
from atrest.source import ReadError, Reason


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("", True),
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("/run/postgresql", True),
        ("db.clinic", False),
        ("10.0.0.1", False),
        ("localhost.clinic", False),  # a name of somebody's domain
        ("127.0.0.1.clinic", False),
    ],
)
def test_only_this_machine_is_this_machine(host, expected):
    assert tls.is_this_machine(host) is expected


def test_without_a_mode_only_this_machine_is_trusted_blindly():
    assert tls.mode("", "localhost") is SslMode.PREFER
    assert tls.mode("", "db.clinic") is SslMode.VERIFY_FULL
    assert tls.mode("require", "db.clinic") is SslMode.REQUIRE


def test_a_mode_that_does_not_exist_is_refused():
    with pytest.raises(ReadError, match="sslmode is one of disable, prefer, require") as caught:
        tls.mode("verify", "db.clinic")
    assert caught.value.reason is Reason.REFUSED


@pytest.mark.parametrize(
    ("mode", "verify", "names"),
    [
        (SslMode.PREFER, ssl.CERT_NONE, False),
        (SslMode.REQUIRE, ssl.CERT_NONE, False),
        (SslMode.VERIFY_CA, ssl.CERT_REQUIRED, False),
        (SslMode.VERIFY_FULL, ssl.CERT_REQUIRED, True),
    ],
)
def test_each_mode_checks_what_it_says(mode, verify, names):
    context = Tls(mode).context()
    assert (context.verify_mode, context.check_hostname) == (verify, names)


def test_without_tls_there_is_no_context():
    assert Tls(SslMode.DISABLE).context() is None


@pytest.mark.parametrize("place", ["ca", "certificate"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, place):
    with pytest.raises(ReadError) as caught:
        Tls(SslMode.VERIFY_FULL, **{place: str(tmp_path / "none")}).context()
    assert (caught.value.reason, caught.value.detail) == (Reason.REFUSED, "TLS: FileNotFoundError")


def shake_hands(client, server):
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="localhost"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(3):  # each turn may wait for the other's bytes
        for end in ends:
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
    return ends[0].version()


def test_an_authority_without_the_fields_that_python_3_13_asks_for_is_trusted(
    tmp_path, monkeypatch
):
    strict = ask_strictly(monkeypatch)
    old = old_authority(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(old.certificate, old.key)
    assert shake_hands(Tls(SslMode.VERIFY_FULL, old.authority).context(), server) == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(strict(cafile=old.authority), server)
