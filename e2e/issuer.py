"""An issuer of tokens, with its keys."""

import base64
import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = {"iss": "https://id.clinic.example", "aud": "clinic"}


class Issuer:
    """Signs tokens, and has the public key as a JWK set."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = self._key.public_key().public_numbers()
        n, e = (
            encoded(number.to_bytes((number.bit_length() + 7) // 8))
            for number in (numbers.n, numbers.e)
        )
        self.keys = json.dumps(
            {"keys": [{"kty": "RSA", "alg": "RS256", "kid": "lab", "n": n, "e": e}]}
        )

    def token(self, **claims: object) -> dict[str, str]:
        head = {"alg": "RS256", "typ": "JWT", "kid": "lab"}
        body = {**ISSUER, "exp": int(time.time()) + 600, **claims}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (head, body))
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return {"authorization": f"Bearer {signed}.{encoded(signature)}"}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
