"""A throwaway certificate authority that signs certificates like istiod's.

They are short-lived leaves with a SPIFFE URI, ECDSA P-256.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from extauthz.demo.topology import TRUST_DOMAIN, CertificateFiles, Workload

_LIFETIME: Final = timedelta(days=1)
_CLOCK_SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Authority:
    """The root of the laboratory's trust domain. Its private key stays in memory."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def create(cls, organization: str = TRUST_DOMAIN) -> "Authority":
        """Make a new self-signed root.

        Args:
            organization: its name. Where several roots are trusted, each needs one of its own.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)])
        builder = (
            _builder(name, name, key)
            .add_extension(_issuer(key), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(sign_certificates=True), critical=True)
        )
        return cls(certificate=builder.sign(key, SHA256()), key=key)

    def issue(
        self, workload: Workload, folder: Path, *, dns: str = "", lifetime: timedelta = _LIFETIME
    ) -> CertificateFiles:
        """Write a certificate for `workload` into `folder`, readable by its owner only.

        Args:
            workload: whose identity it proves.
            folder: made when missing, mode 0700.
            dns: a DNS name beside the SPIFFE URI. Istio's certificates have none. gRPC clients that
                are no sidecar check a DNS name, so the guard's certificate has one.
            lifetime: from now until the certificate expires.

        Raises:
            OSError: the folder cannot be written.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(workload.spiffe)]
        names += [x509.DNSName(dns)] if dns else []
        # A SPIFFE certificate has an empty subject. RFC 5280 section 4.2.1.6 then requires a
        # critical subject alternative name.
        leaf = (
            _builder(x509.Name([]), self.certificate.subject, key, lifetime)
            .add_extension(_issuer(self.key), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=True)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign_certificates=False), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage(
                    [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
                ),
                critical=False,
            )
            .sign(self.key, SHA256())
        )
        files = CertificateFiles(
            folder / "cert-chain.pem", folder / "key.pem", folder / "root-cert.pem"
        )
        files.certificate.write_bytes(leaf.public_bytes(Encoding.PEM))
        files.authority.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        files.key.touch(mode=0o600)
        files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    lifetime: timedelta = _LIFETIME,
) -> x509.CertificateBuilder:
    now = datetime.now(tz=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _issuer(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    """Return the identifier of who signs. Python 3.13 and later ask for it (RFC 5280 4.2.1.1)."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
