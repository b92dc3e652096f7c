import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from smart_server import write_key

from atrest.readers.web.assertion import signer
from atrest.source import ReadError, Reason

RSA = rsa.generate_private_key(65537, 2048)
P384 = ec.generate_private_key(ec.SECP384R1())
CLAIMS = {"iss": "phiguard", "jti": "1"}


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS384"), (P384, "ES384")])
def test_another_library_verifies_what_was_signed(key, algorithm, tmp_path):
    made = signer(write_key(key, tmp_path / "key.pem"), "k1")
    text = made.assertion(CLAIMS)
    assert jwt.get_unverified_header(text) == {"alg": algorithm, "kid": "k1", "typ": "JWT"}
    assert jwt.decode(text, key.public_key(), [algorithm]) == CLAIMS


def test_a_signature_with_a_short_number_has_its_whole_length(tmp_path):
    """One of 256 signatures has a number of fewer octets."""
    made = signer(write_key(P384, tmp_path / "key.pem"), "k1")
    for _ in range(300):
        jwt.decode(made.assertion(CLAIMS), P384.public_key(), ["ES384"])


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 1024),  # noqa: S505 - that it is weak is the point
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
)
def test_a_key_that_smart_does_not_allow_is_refused(key, tmp_path):
    with pytest.raises(ReadError) as caught:
        signer(write_key(key, tmp_path / "key.pem"), "k1")
    assert caught.value.reason is Reason.REFUSED


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n", None])
def test_a_file_without_a_key_is_refused_and_not_quoted(content, tmp_path):
    place = tmp_path / "key.pem"
    if content is not None:
        place.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        signer(str(place), "k1")
    assert caught.value.reason is Reason.REFUSED
    assert "c2Vj" not in str(caught.value)


def test_a_key_is_in_no_repr(tmp_path):
    made = signer(write_key(P384, tmp_path / "key.pem"), "k1")
    assert json.dumps(repr(made)) == "\"Signer(key_id='k1')\""
