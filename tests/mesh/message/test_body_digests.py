"""Digests of a masked body go or are made anew; all other fields stay."""

import base64
import gzip
import hashlib
import zlib

import pytest

from mesh.message.body_digests import Replaced
from mesh.message.headers import Headers
from phiscan.redaction.digests import digests_of

BODY = b'{"ssn":"512-44-9031","diagnosis":"E11.9"}'
MASKED = b'{"ssn":"XXX","diagnosis":"E11.9"}'
REPLACED = Replaced(digests_of(BODY, BODY, [(8, 19)]), ((BODY, MASKED),))


def _sha256(data, written=bytes.hex):
    return written(hashlib.sha256(data).digest())


def _base64(digest):
    return base64.b64encode(digest).decode()


def _md5(data):
    return _base64(hashlib.new("md5", data, usedforsecurity=False).digest())


def _removed(*pairs):
    changes = REPLACED.changes(Headers(pairs))
    assert changes.renewed == ()
    return changes.removed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # none of them is a digest of this body, so nobody can tell what they say
        ("content-md5", "Q2hlY2sgSW50ZWdyaXR5IQ=="),
        ("x-amz-checksum-crc32c", "yZRlqg=="),
        ("x-amz-checksum-xxhash64", "AAAAAAAAAAA="),
        ("x-goog-hash", "crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ=="),
        ("x-ms-blob-content-md5", "Q2hlY2sgSW50ZWdyaXR5IQ=="),
        ("etag", '"33a64df5"'),
        ("etag", f'"{_sha256(BODY)}"'),  # a validator, also where it is a digest
        ("if-match", f'"{_sha256(BODY)}"'),
        # whatever its name: of the masked value, or among other words
        ("x-key", hashlib.new("md5", b"512-44-9031", usedforsecurity=False).hexdigest()),
        ("x-key", hashlib.new("sha1", b"512449031", usedforsecurity=False).hexdigest()),
        ("cookie", f"body={_sha256(BODY)}; theme=dark"),
    ],
)
def test_a_digest_of_what_does_not_go_on_is_removed(name, value):
    assert _removed((name, value), ("accept", "*/*")) == (name,)


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("content-md5", _md5),
        ("digest", lambda data: f"SHA-256={_sha256(data, _base64)}"),
        ("content-digest", lambda data: f"sha-256=:{_sha256(data, _base64)}:"),
        (
            "repr-digest",
            lambda data: f"sha-256=:{_sha256(data, _base64)}:, md5=:{_md5(data)}:",
        ),
        ("x-amz-content-sha256", _sha256),
        ("x-amz-checksum-crc32", lambda data: _base64(zlib.crc32(data).to_bytes(4, "big"))),
        ("x-amz-checksum-sha256", lambda data: _sha256(data, _base64)),
        ("x-goog-hash", lambda data: f"md5={_md5(data)}"),
        ("x-ms-blob-content-md5", _md5),
        # whatever its name
        ("x-body", _sha256),
        ("x-body", lambda data: _sha256(data).upper()),
        ("x-body", lambda data: "sha256=" + _sha256(data)),
        ("x-body", lambda data: _sha256(data, base64.urlsafe_b64encode).decode().rstrip("=")),
    ],
)
def test_a_digest_of_the_body_is_made_anew(name, of):
    changes = REPLACED.changes(Headers(((name, of(BODY)), ("accept", "*/*"))))
    assert (changes.removed, changes.renewed) == ((), ((name, of(MASKED)),))


def test_of_a_list_the_members_that_nobody_knows_are_left_out():
    known = f"sha-256=:{_sha256(BODY, _base64)}:"
    headers = Headers((("content-digest", f"{known}, xxh=:AAAAAAAAAAA=:"), ("accept", "a")))
    assert REPLACED.changes(headers).renewed == (
        ("content-digest", f"sha-256=:{_sha256(MASKED, _base64)}:"),
    )
    twice = Headers((("digest", f"SHA-256={_sha256(BODY, _base64)}"), ("digest", "UNIXsum=30637")))
    assert REPLACED.changes(twice).renewed == (("digest", f"SHA-256={_sha256(MASKED, _base64)}"),)


def test_a_digest_beside_a_signature_of_sigv4_is_removed():
    signed = (("authorization", "AWS4-HMAC-SHA256 a"), ("x-amz-content-sha256", _sha256(BODY)))
    assert _removed(*signed) == ("x-amz-content-sha256",)


def test_a_digest_of_a_compressed_body_is_one_of_what_is_sent():
    packed, now = gzip.compress(BODY), gzip.compress(MASKED)
    replaced = Replaced(digests_of(packed, BODY, [(8, 19)]), ((packed, now), (BODY, MASKED)))
    headers = Headers((("content-md5", _md5(packed)), ("unencoded-digest", f"md5=:{_md5(BODY)}:")))
    assert replaced.changes(headers).renewed == (
        ("content-md5", _md5(now)),
        ("unencoded-digest", f"md5=:{_md5(MASKED)}:"),
    )


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD", "it is no digest, and S3 asks for it"),
        ("x-amz-checksum-algorithm", "CRC32C", "the name of an algorithm"),
        ("x-request-id", "0f8fad5b-d9cb-469f-a165-70867728950e", "a UUID"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a trace"),
        ("x-build", hashlib.sha256(b"another").hexdigest(), "a digest of something else"),
        (":path", f"/{_sha256(BODY)}", "no header, and Envoy refuses to remove it"),
        ("authorization", "AWS4-HMAC-SHA256 Credential=A, Signature=aa", "for who has the key"),
    ],
)
def test_other_headers_stay(name, value, why):
    assert _removed((name, value)) == (), why


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        ('"@method" "content-digest"', ("signature-input", "signature")),
        ('"@method" "@path"', ()),
    ],
)
def test_a_signature_over_a_digest_goes_with_it(covered, expected):
    found = _removed(("signature-input", f'a=({covered});keyid="k"'), ("signature", "a=:dGVzdA==:"))
    assert set(found) == set(expected)


def test_no_repr_shows_a_body():
    assert "512" not in repr(REPLACED)
