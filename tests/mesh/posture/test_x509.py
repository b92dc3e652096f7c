"""Certificates are read as the library that made them says, and no bytes break the reader."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from mesh.posture.x509 import CertificateError, read

SINCE = datetime(2026, 11, 30, 14, 41, 35, tzinfo=UTC)
URI = "spiffe://cluster.local/ns/clinic/sa/ehr"


def made(until: datetime, *, uri: str = URI, named: bool = True) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    attributes = [(NameOID.ORGANIZATION_NAME, "cluster.local"), (NameOID.COMMON_NAME, "Ä")]
    issuer = x509.Name([x509.NameAttribute(*each) for each in attributes if named])
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if uri:
        names = [x509.DNSName("ehr.clinic"), x509.UniformResourceIdentifier(uri)]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=True)
    signed = builder.sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("days", [1, 365 * 30])  # a year after 2049 is written in another type
def test_a_certificate_says_for_whom_by_whom_and_until_when(days: int) -> None:
    until = SINCE + timedelta(days=days)
    (found,) = read(made(until))
    assert found.uris == (URI,)
    assert found.issuer == "O=cluster.local,CN=Ä"
    assert (found.since, found.until) == (SINCE.timestamp(), until.timestamp())


def test_what_a_certificate_does_not_say_is_empty() -> None:
    (found,) = read(made(SINCE + timedelta(days=1), uri="", named=False))
    assert (found.uris, found.issuer) == ((), "")


def test_a_chain_is_read_in_its_order() -> None:
    days = [SINCE + timedelta(days=each) for each in (1, 2)]
    found = read(b"\n".join(map(made, days)))
    assert [each.until for each in found] == [each.timestamp() for each in days]


CERTIFICATE = base64.b64decode(b"".join(made(SINCE + timedelta(days=1)).splitlines()[1:-1]))


def pem(der: bytes) -> bytes:
    body = base64.b64encode(der)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"\n-----END CERTIFICATE-----\n"


@given(st.integers(0, len(CERTIFICATE) - 1), st.integers(0, 255), st.integers(0, len(CERTIFICATE)))
def test_no_bytes_break_the_reader(at: int, value: int, length: int) -> None:
    changed = bytearray(CERTIFICATE)
    changed[at] = value
    for der in (bytes(changed), CERTIFICATE[:length]):
        try:
            read(pem(der))
        except CertificateError:
            continue


@pytest.mark.parametrize("der", [b"\x00", b"\x30\x84\xff\xff\xff\xff", b"\x30\x89", b"\x30\x00"])
def test_what_is_no_certificate_is_refused(der: bytes) -> None:
    with pytest.raises(CertificateError):
        read(pem(der))
