"""A client's assertion: a JWT that proves by a signature who asks (RFC 7523, RFC 7515).

SMART asks for RS384 or ES384, which of them follows from the key.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from atrest.source import ReadError, Reason

_OCTETS: Final = 48  # of each of the two numbers of an ES384 signature (RFC 7518, 3.4)
_LEAST_BITS: Final = 2048  # of an RSA key (RFC 7518, 3.3)
_PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with a client's private key.

    Args:
        key: RSA of 2,048 bits or more, or elliptic of P-384.
        key_id: its name in the set of keys that the server knows (`kid`).
    """

    key: _PrivateKey = field(repr=False)
    key_id: str

    def assertion(self, claims: Mapping[str, object]) -> str:
        """Return the claims, signed."""
        is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
        header = {"alg": "RS384" if is_rsa else "ES384", "kid": self.key_id, "typ": "JWT"}
        signed = f"{_coded(orjson.dumps(header))}.{_coded(orjson.dumps(claims))}"
        return f"{signed}.{_coded(self._signature(signed.encode()))}"

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA384())
        pair = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA384())))
        return b"".join(number.to_bytes(_OCTETS) for number in pair)


def signer(path: str, key_id: str) -> Signer:
    """Read a private key in PEM, without a password.

    Raises:
        ReadError: it cannot be read, or is no key that SMART allows.
    """
    try:
        key = load_pem_private_key(Path(path).read_bytes(), None)
    # its text may quote the file
    except (OSError, ValueError, TypeError) as error:
        raise ReadError(Reason.REFUSED, f"the private key: {type(error).__name__}") from None
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _LEAST_BITS:
        return Signer(key, key_id)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1):
        return Signer(key, key_id)
    raise ReadError(Reason.REFUSED, "the private key: neither RSA of 2048 bits nor P-384")


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
