"""When a certificate ends.

Nothing is checked here: gRPC does that at each handshake. This says when the next one will fail.
"""

from datetime import datetime

from cryptography import x509


def ends(pem: str) -> datetime:
    """Return when the first certificate of a chain to end does so, in UTC.

    Args:
        pem: the chain.

    Raises:
        ValueError: there is no certificate, or a broken one.
    """
    chain = x509.load_pem_x509_certificates(pem.encode())
    return min(certificate.not_valid_after_utc for certificate in chain)
