"""The laboratory's authority issues certificates that Istio's agents would accept."""

import contextlib
import ssl
import stat
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID

from extauthz.demo.certificates import Authority
from extauthz.demo.topology import EHR, GUARD


def _names(certificate: x509.Certificate) -> x509.Extension[x509.SubjectAlternativeName]:
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_a_leaf_has_its_spiffe_uri_alone_and_is_signed_by_the_authority(tmp_path: Path) -> None:
    authority = Authority.create()
    files = authority.issue(EHR, tmp_path)
    leaf = x509.load_pem_x509_certificate(files.certificate.read_bytes())

    assert list(_names(leaf).value) == [x509.UniformResourceIdentifier(EHR.spiffe)]
    leaf.verify_directly_issued_by(authority.certificate)


def test_the_alternative_name_is_critical_because_the_subject_is_empty(tmp_path: Path) -> None:
    leaf = x509.load_pem_x509_certificate(
        Authority.create().issue(EHR, tmp_path).certificate.read_bytes()
    )

    assert list(leaf.subject) == []
    assert _names(leaf).critical


def test_keys_are_p256_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    files = Authority.create().issue(EHR, tmp_path)
    key = x509.load_pem_x509_certificate(files.certificate.read_bytes()).public_key()

    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600


def test_the_guard_has_a_dns_name_beside_its_uri(tmp_path: Path) -> None:
    files = Authority.create().issue(GUARD, tmp_path, dns="guard.example")
    leaf = x509.load_pem_x509_certificate(files.certificate.read_bytes())

    assert _names(leaf).value.get_values_for_type(x509.DNSName) == ["guard.example"]


def test_a_leaf_can_sign_nothing(tmp_path: Path) -> None:
    leaf = x509.load_pem_x509_certificate(
        Authority.create().issue(EHR, tmp_path).certificate.read_bytes()
    )

    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = leaf.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE).value
    assert isinstance(usage, x509.KeyUsage)
    assert not usage.key_cert_sign


def test_a_strict_client_such_as_that_of_python_3_13_accepts_it(tmp_path: Path) -> None:
    files = Authority.create().issue(GUARD, tmp_path, dns="guard.example")
    client = ssl.create_default_context(cafile=str(files.authority))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="guard.example"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]

    for _ in range(3):  # each turn may wait for the other's bytes
        for end in ends:
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
    assert ends[0].version() == "TLSv1.3"
    assert ends[0].getpeercert()
