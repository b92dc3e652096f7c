"""Digests of what is masked are masked too, in every encoding; other tokens are kept."""

import base64
import hashlib
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.redaction import digests
from phiscan.redaction.digests import Digests, digests_of

SSN = "512-44-9031"
_HASHES = "md5 sha1 sha224 sha256 sha384 sha512 sha3_256 sha3_512".split()


def _redacted(document):
    data = json.dumps(document).encode()
    return json.loads(phiscan.redact(data, phiscan.scan(data)))


@pytest.mark.parametrize("name", _HASHES)
@pytest.mark.parametrize("hashed", [SSN, "512449031"])
@pytest.mark.parametrize(
    "written",
    [
        bytes.hex,
        lambda digest: digest.hex().upper(),
        lambda digest: base64.b64encode(digest).decode(),
        lambda digest: base64.urlsafe_b64encode(digest).decode().rstrip("="),
        lambda digest: f"sha=:{base64.b64encode(digest).decode()}:",
    ],
)
def test_a_digest_of_a_masked_value_is_masked_whatever_its_name(name, hashed, written):
    token = written(hashlib.new(name, hashed.encode()).digest())
    masked = _redacted({"ssn": SSN, "diagnosis": "E11.9", "x": token})
    assert (masked["ssn"], "XXX" in masked["x"]) == ("XXX", True)
    assert token not in masked["x"]


def test_the_hash_of_a_masked_attachment_is_masked():
    note = b"Patient: Ana Ruiz, SSN 512-44-9031, diagnosis E11.9"
    document = {
        "resourceType": "DocumentReference",
        "subject": {"reference": "Patient/77"},
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain",
                    "data": base64.b64encode(note).decode(),
                    "hash": base64.b64encode(
                        hashlib.new("sha1", note, usedforsecurity=False).digest()
                    ).decode(),
                }
            }
        ],
    }
    attachment = _redacted(document)["content"][0]["attachment"]
    assert (attachment["data"], attachment["hash"]) == ("XXX", "XXX")


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (hashlib.sha256(b"another").hexdigest(), "a digest of something else"),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", "a UUID"),
        ("0f8fad5bd9cb469fa16570867728950e", "a UUID without dashes, as long as MD5"),
        ("deadbeef", "a word in hex"),
        ("3fa85f64", "a short commit"),
    ],
)
def test_other_tokens_are_kept(token, why):
    masked = _redacted({"ssn": SSN, "diagnosis": "E11.9", "x": token})
    assert (masked["ssn"], masked["x"]) == ("XXX", token), why


@pytest.mark.parametrize(
    ("polynomial", "width", "expected"),
    [  # the check values of "123456789" in the catalogue of parametrised CRC algorithms
        (0x1EDC6F41, 32, "e3069283"),  # CRC-32C
        (0xAD93D23594C93659, 64, "ae8b14860a799888"),  # CRC-64/NVME
    ],
)
def test_redundancy_checks_have_their_published_values(polynomial, width, expected):
    assert digests._crc(b"123456789", polynomial, width).hex() == expected


@given(st.binary(max_size=200) | st.binary(min_size=120, max_size=2000))
def test_table_and_folding_give_what_zlib_computes_byte_by_byte(data):
    assert digests._crc(data, 0x04C11DB7, 32) == zlib.crc32(data).to_bytes(4, "big")


def test_the_whole_body_and_the_parts_of_a_multipart_body_are_pieces():
    part = b"name: Ana Ruiz\r\nssn: 512-44-9031"
    body = b"--b\r\ncontent-type: text/plain\r\n\r\n" + part + b"\r\n--b--\r\n"
    known = digests_of(body, body, [])
    for piece in (part, body):
        assert known.stand_in(
            base64.b64encode(hashlib.new("md5", piece, usedforsecurity=False).digest())
        )
    assert not known.stand_in(
        base64.b64encode(hashlib.new("md5", b"other", usedforsecurity=False).digest())
    )


def test_a_text_without_a_token_of_that_length_costs_no_digest(monkeypatch):
    def never(_data):
        raise AssertionError

    sizes = dict.fromkeys(digests._ALGORITHMS, (never,))
    monkeypatch.setattr(digests, "_ALGORITHMS", sizes)
    assert not Digests([b"piece"]).stand_in(b"a plain text, 2024-01-02, and some words")
