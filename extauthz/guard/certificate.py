"""When a certificate ends, read from its bytes (RFC 5280, 4.1).

Nothing is checked here: gRPC does that at each handshake. This says when the next one will fail.
"""

import re
import ssl
from datetime import UTC, datetime
from typing import Final

# matches each block of a chain; not a private key, and not a block without an end
_BLOCK: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----", re.ASCII
)
_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_FORMS: Final = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}  # UTCTime, GeneralizedTime


def ends(pem: str) -> datetime:
    """Return when the first certificate of a chain to end does so, in UTC.

    Args:
        pem: the chain.

    Raises:
        ValueError: there is no certificate, or a broken one.
    """
    blocks = _BLOCK.findall(pem)
    if not blocks:
        raise ValueError("no certificate")
    try:
        return min(_not_after(ssl.PEM_cert_to_DER_cert(block)) for block in blocks)
    except IndexError as error:
        raise ValueError("a certificate that is cut off") from error


def _not_after(der: bytes) -> datetime:
    """Return `notAfter` of `Certificate { tbsCertificate { version?, serialNumber, signature,
    issuer, validity { notBefore, notAfter }, ... } ... }`.
    """
    _, certificate, _ = _element(der, 0)
    _, signed, _ = _element(certificate, 0)
    tag, _, at = _element(signed, 0)
    skipped = 3 if tag == _VERSION else 2
    for _ in range(skipped):
        _, _, at = _element(signed, at)
    tag, validity, _ = _element(signed, at)
    if tag != _SEQUENCE:
        raise ValueError("not a certificate")
    _, _, at = _element(validity, 0)
    form, text, _ = _element(validity, at)
    if form not in _FORMS:
        raise ValueError("not a time")
    return datetime.strptime(text.decode("ascii"), _FORMS[form]).replace(tzinfo=UTC)


def _element(der: bytes, at: int) -> tuple[int, bytes, int]:
    """Return the tag and the content of the element at an offset, and the offset after it.

    Raises:
        IndexError: the element is cut off.
    """
    tag, length, start = der[at], der[at + 1], at + 2
    if length >= 0x80:  # the length of the length
        start += length & 0x7F
        length = int.from_bytes(der[at + 2 : start])
    end = start + length
    if end > len(der):
        raise IndexError(end)
    return tag, der[start:end], end
