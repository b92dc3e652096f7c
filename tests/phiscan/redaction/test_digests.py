"""Digests of what is masked are masked too, in every encoding; other tokens are kept."""

import base64
import hashlib
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.redaction import checksums, digests
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
    assert (attachment["data"], attachment["hash"]) == ("XXXX", "XXXX")


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
    assert checksums._crc(b"123456789", polynomial, width).hex() == expected


@given(st.binary(max_size=200) | st.binary(min_size=120, max_size=2000))
def test_table_and_folding_give_what_zlib_computes_byte_by_byte(data):
    assert checksums._crc(data, 0x04C11DB7, 32) == zlib.crc32(data).to_bytes(4, "big")


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

    sizes = dict.fromkeys(checksums.ALGORITHMS, (never,))
    monkeypatch.setattr(digests, "ALGORITHMS", sizes)
    assert not Digests([b"piece"]).stand_in(b"a plain text, 2024-01-02, and some words")


def _md5(piece):
    return base64.b64encode(hashlib.new("md5", piece, usedforsecurity=False).digest()).decode()


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_digest_of_one_line_goes_with_the_line(end):
    """A line of NDJSON is a document. The digest of a line in which nothing is masked stays."""
    lines = [json.dumps({"ssn": SSN, "dx": "E11.9"}), json.dumps({"note": "closed"})]
    sums = [hashlib.sha256((line + end).encode()).hexdigest() for line in lines]
    data = "\n".join([*lines, json.dumps({"sums": sums})]).encode()
    masked = phiscan.redact(data, phiscan.scan(data)).decode()
    assert sums[0] not in masked
    assert sums[1] in masked


def test_the_digests_and_signatures_of_xml_go_by_their_names():
    signature = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
        '<ds:Reference URI=""><ds:DigestMethod Algorithm="a"/>'
        "<ds:DigestValue>kAFQmDzST7DWlj99KOF/cg==</ds:DigestValue></ds:Reference>"
        "</ds:SignedInfo><ds:SignatureValue>c2lnbmF0dXJl</ds:SignatureValue></ds:Signature>"
    )
    data = (
        f"<patient><name>Ana Ruiz</name><ssn>{SSN}</ssn><dx>asthma</dx>{signature}</patient>"
    ).encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    assert b"kAFQ" not in masked
    assert b"c2lnbmF0dXJl" not in masked
    assert b'<ds:DigestMethod Algorithm="a"/>' in masked
    # a document in which nothing is masked keeps its signature
    plain = f"<order><item>pens</item>{signature}</order>".encode()
    assert phiscan.redact(plain, phiscan.scan(plain)) == plain


@pytest.mark.parametrize("written", [_md5, lambda piece: hashlib.sha256(piece).hexdigest()])
def test_the_digest_of_a_part_is_made_anew(written):
    def body(note, other):
        return (
            b'--b\r\ncontent-disposition: form-data; name="note"\r\n'
            b"content-type: text/plain\r\ncontent-md5: %b\r\n\r\n%b\r\n"
            b'--b\r\ncontent-disposition: form-data; name="log"\r\n'
            b"content-type: text/plain\r\ncontent-md5: %b\r\n\r\n%b\r\n--b--\r\n"
        ) % (written(note).encode(), note, written(other).encode(), other)

    data = body(b"Patient: Ana Ruiz\nSSN: 512-44-9031\nasthma", b"nothing here")
    report = phiscan.scan(data, content_type="multipart/form-data; boundary=b")
    masked = phiscan.redact(data, report)
    assert masked == body(b"Patient: XXXXXXXX\nSSN: XXXXXXXXXXX\nasthma", b"nothing here")


def test_a_digest_made_anew_is_written_as_it_was():
    old, new = b"before", b"after"
    for written in (
        lambda digest: digest.hex().encode(),
        lambda digest: digest.hex().upper().encode(),
        base64.b64encode,
        lambda digest: base64.urlsafe_b64encode(digest).rstrip(b"="),
    ):
        text = b"sum=" + written(hashlib.sha256(old).digest()) + b", other"
        anew = b"sum=" + written(hashlib.sha256(new).digest()) + b", other"
        assert digests.renewed(text, [(old, new)]) == anew
    assert digests.renewed(b"sum=0011", [(old, new)]) == b"sum=0011"
