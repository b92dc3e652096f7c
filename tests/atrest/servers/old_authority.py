"""An authority as old ones are, and what it signed: neither names the key of who signs.

Python 3.13 refuses them by default (`ssl.VERIFY_X509_STRICT`); psql, curl and kubectl do not.
"""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class OldAuthority:
    """Files: the authority's certificate, and a server's certificate and key for localhost."""

    authority: str
    certificate: str
    key: str


def old_authority(folder):
    """Write the files of a new one into the folder."""
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usable = x509.BasicConstraints(ca=True, path_length=None)
    ca = _unsigned("authority", root).add_extension(usable, critical=True)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    server = _unsigned("localhost", leaf).add_extension(names, critical=False)
    files = OldAuthority(*(str(folder / name) for name in ("ca.crt", "tls.crt", "tls.key")))
    for path, made in ((files.authority, ca), (files.certificate, server)):
        text = made.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (folder / path).write_bytes(text)
    (folder / files.key).write_bytes(
        leaf.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def _unsigned(name, key):
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


def ask_strictly(monkeypatch):
    """Let default contexts ask for all fields, as those of Python 3.13 do. Returns their maker."""
    default = ssl.create_default_context

    def strict(**given):
        context = default(**given)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    return strict
