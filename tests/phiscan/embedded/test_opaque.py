"""Parts that nobody can read are reported; what is random by right is not."""

import base64
import hashlib
import json
import string
from urllib.parse import quote_plus

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
    "encrypted, base85": base64.b85encode(NOISE),
    "encrypted, bytes in decimal": " ".join(map(str, NOISE)).encode(),
    "made speakable": b"-".join(b"xesef disof gytuf katof movif baxux".split() * 5),
    "Morse": b".--. .- - .. . -. - -- .- .-. .. .- --. --- -. --.. .- .-.. . --.. " * 5 + b"-..",
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
        # a comma is a letter of Ascii85
        assert [part.removeprefix(b"1,") for part in opaque(data)] == [hidden]


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
    "a coordinate of a short key": {"kty": "EC", "x": SIGNED[:43], "y": SIGNED[43:86]},
    "a pack of git": {"value": base64.b64encode(b"PACK\0\0\0\2\0\0\0\3" + NOISE).decode()},
    "a program": {"value": "!function(e){t.exports&&e.call(this,n(3))}(r);var a=b(7);a.x=1;" * 4},
    "an expression": {"value": r"^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z]+)*)@(\w{2,})$" * 3},
    "an address": {"value": "https://a.example.com/b?c=1&d=2&e=f%2Fg#h;i=(j),k!l~m*n" * 4},
    "pixels": {"value": [128 + (n * 7 % 19) for n in range(300)]},
    "counts": {"value": [c % 5 for c in NOISE]},
    "a fingerprint": {"value": "xesef-disof-gytuf-katof-movif-baxux-xesef-disof-gytuf-katof-movix"},
    "rules and dots": {"value": "----- ..... -- -- .. - .. ----- " * 20},
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


@pytest.mark.parametrize("place", ["header", "query"])
@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_a_header_or_a_parameter_can_be_opaque(engine, place, hidden):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed_field("path", "/v1/items")
    scanner.feed_field(f"{place}.x-note", hidden.decode())
    (where,) = scanner.finish().opaque
    assert (where.start, where.end) == (-1, -1)
    assert where.field.startswith(f"{place}.")


@pytest.mark.parametrize(
    "name",
    [
        "header.cookie",
        "header.authorization",
        "header.x-amz-security-token",
        "query.X-Amz-Signature",
        "query.g-recaptcha-response",
        "query.fbclid",
    ],
)
def test_fields_that_are_random_by_right_are_not_opaque(engine, name):
    scanner = engine.scanner(clock=lambda: 0.0)
    long = base64.b64encode(NOISE * 2).decode()
    scanner.feed_field(name, f"theme=dark; longer_than_what_stands_near={long}")
    assert scanner.finish().opaque == ()


def test_a_value_of_a_form_is_judged_as_a_whole():
    hidden = base64.b64encode(NOISE + NOISE[::-1]).decode()
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + NOISE).decode()
    for field, value, count in (
        ("note", hidden, 1),
        ("signature", hidden, 0),  # its name stands outside the value
        ("image", picture, 0),
        ("image", f"data:image/png;base64,{picture}", 0),
    ):
        data = f"id=7&{field}={quote_plus(value)}&status=open".encode()
        assert len(opaque(data)) == count, field


def test_bytes_of_a_text_in_decimal_are_read():
    report = phiscan.scan(" ".join(map(str, NOTE)).encode())
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}
    assert report.opaque == ()


ALPHABET = string.digits + string.ascii_letters
IDS = {
    "ObjectIds": lambda n: _noise(n, 12).hex(),
    "digests": lambda n: _noise(n, 32).hex(),
    "random names": lambda n: "".join(ALPHABET[c % 62] for c in _noise(n, 21)),
    "digests in base64": lambda n: base64.b64encode(_noise(n, 16)).decode(),
}


def _noise(number, size):
    return hashlib.sha512(b"%d" % number).digest()[:size]


@pytest.mark.parametrize("make", IDS.values(), ids=IDS)
def test_a_list_of_identifiers_is_not_opaque(make):
    ids = [make(n) for n in range(40)]
    assert not opaque(json.dumps({"values": ids}).encode())
    assert not opaque("\n".join(["seen:", *ids, ""]).encode())


def test_an_encryption_whose_last_line_is_whole_is_opaque():
    """`openssl enc -a` writes lines of 64, and blocks of 16 bytes fill the last one often."""
    text = base64.b64encode(b"".join(_noise(n, 48) for n in range(20))).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    assert len(lines[-1]) == 64
    assert opaque(json.dumps({"values": lines}).encode())
    assert opaque("\n".join(["seen:", *lines, ""]).encode())


@pytest.mark.parametrize("size", [33, 64, 76])
def test_an_encryption_in_lines_is_opaque(size):
    text = base64.b64encode(NOISE + NOISE[:60]).decode()
    lines = [text[at : at + size] for at in range(0, len(text), size)]
    assert len(lines[-1]) < size
    assert opaque(json.dumps({"values": lines}).encode())
    assert opaque("\n".join(["seen:", *lines, ""]).encode())
