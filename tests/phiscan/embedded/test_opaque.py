"""Parts that nobody can read are reported; what is random by right is not."""

import base64
import hashlib
import json

import pytest

import phiscan

NOTE = (
    b"Patient: Maria Gonzalez, DOB 04/12/1961, SSN 512-44-9031. Diagnosis: type 2 diabetes mellitus"
    b" (E11.9). Plan: metformin 500 mg twice daily, follow up in six weeks with labs."
)
NOISE = hashlib.shake_256(b"opaque").digest(208)  # as a cipher's output
XORED = bytes(c ^ b"hunter2secret"[i % 13] for i, c in enumerate(NOTE))
HIDDEN = {
    "encrypted, base64": base64.b64encode(NOISE),
    "encrypted, base64url": base64.urlsafe_b64encode(NOISE),
    "encrypted, hex": NOISE.hex().encode(),
    "encrypted, HEX": NOISE.hex().upper().encode(),
    "encrypted, base32": base64.b32encode(NOISE),
    "XOR with a long key, base64": base64.b64encode(XORED),
    "one big number": b"%d" % int.from_bytes(NOTE, "big"),
}


def opaque(data):
    return [data[place.start : place.end] for place in phiscan.scan(data).opaque]


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_what_decodes_to_nothing_is_opaque_where_it_stands(hidden):
    for data in (
        json.dumps({"note": hidden.decode()}).encode(),
        b"Hello, the note: " + hidden + b" and thanks.",
        b"id,note\n1," + hidden + b"\n2,none\n",
    ):
        assert opaque(data) == [hidden]


def test_a_part_within_a_nested_document_is_placed_in_the_outer_one():
    inner = json.dumps({"note": HIDDEN["encrypted, base64"].decode()})
    data = json.dumps({"body": base64.b64encode(inner.encode()).decode()}).encode()
    (place,) = phiscan.scan(data).opaque
    assert data[place.start : place.end] == base64.b64encode(inner.encode())


SIGNED = base64.urlsafe_b64encode(NOISE + NOISE[:48]).decode().rstrip("=")
HEADER = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
CLAIMS = base64.urlsafe_b64encode(b'{"iss":"a","sub":"b","exp":1700000000}').decode().rstrip("=")
DER = b"\x30\x81" + bytes([200]) + NOISE[:200]
BY_RIGHT = {
    "readable": {"note": base64.b64encode(NOTE).decode()},
    "a JWT": {"value": f"{HEADER}.{CLAIMS}.{SIGNED}"},
    "an opaque bearer token": {"access_token": base64.b64encode(NOISE).decode()},
    "a signature": {"signature": base64.b64encode(NOISE).decode()},
    "a key of a JWK": {"kty": "RSA", "n": SIGNED, "e": "AQAB"},
    "a certificate": {"value": base64.b64encode(DER).decode()},
    "a SHA-512 digest in hex": {"value": hashlib.sha512(b"a").hexdigest()},
    "a UUID": {"value": "123e4567-e89b-12d3-a456-426614174000"},
    "a row of flags": {"value": "01" * 80},
    "a long name": {"value": "_ZN4llvm9orcTargetMachineBuilderGetDefault" * 4},
    "a path": {"value": "/usr/share/doc/package/Some-Name_v2/reference+manual/" * 3},
    "a picture": {"value": base64.b64encode(b"\x89PNG\r\n\x1a\n" + NOISE).decode()},
    "a sequence": {"value": "".join("ACGT"[c % 4] for c in NOISE + NOISE[::-1])},
    "a format of its own": {"value": base64.b64encode(NOISE[:60] + b"\x00" * 90).decode()},
}


@pytest.mark.parametrize("document", BY_RIGHT.values(), ids=BY_RIGHT)
def test_what_is_random_by_right_is_not_opaque(document):
    assert opaque(json.dumps(document).encode()) == []


def test_armored_keys_are_not_opaque():
    lines = base64.encodebytes(NOISE * 3).decode()
    assert opaque(f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{lines}-----END\n".encode()) == []


def test_no_more_places_are_kept_than_the_limit():
    several = [{"blob": hashlib.shake_256(b"%d" % n).hexdigest(100)} for n in range(1100)]
    assert len(phiscan.scan(json.dumps(several).encode()).opaque) == 1000
