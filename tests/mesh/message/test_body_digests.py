"""Headers with a digest of a masked body go; all others stay."""

import base64
import hashlib

import pytest

from mesh.message.body_digests import stale
from mesh.message.headers import Headers
from phiscan.redaction.digests import digests_of

BODY = b'{"ssn":"512-44-9031","diagnosis":"E11.9"}'
DIGESTS = digests_of(BODY, BODY, [(8, 19)])
_SHA256 = hashlib.sha256(BODY)
_BASE64 = base64.b64encode(_SHA256.digest()).decode()


def _stale(*pairs):
    return stale(Headers(pairs), DIGESTS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content-md5", "Q2hlY2sgSW50ZWdyaXR5IQ=="),
        ("digest", f"SHA-256={_BASE64}"),
        ("content-digest", f"sha-256=:{_BASE64}:"),
        ("repr-digest", f"sha-256=:{_BASE64}:"),
        ("etag", '"33a64df5"'),
        ("x-amz-content-sha256", _SHA256.hexdigest()),
        ("x-amz-checksum-crc32c", "yZRlqg=="),
        ("x-amz-checksum-xxhash64", "AAAAAAAAAAA="),
        ("x-goog-hash", "crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ=="),
        ("x-ms-blob-content-md5", "Q2hlY2sgSW50ZWdyaXR5IQ=="),
        # whatever its name: of the body, and of the masked value
        ("x-body", _SHA256.hexdigest()),
        ("x-body", _SHA256.hexdigest().upper()),
        ("x-body", _BASE64),
        ("if-match", f'"{_SHA256.hexdigest()}"'),
        ("x-key", hashlib.new("md5", b"512-44-9031", usedforsecurity=False).hexdigest()),
        ("x-key", hashlib.new("sha1", b"512449031", usedforsecurity=False).hexdigest()),
    ],
)
def test_a_header_with_a_digest_goes(name, value):
    assert _stale((name, value), ("accept", "*/*")) == (name,)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD", "it is no digest, and S3 asks for it"),
        ("x-amz-checksum-algorithm", "CRC32C", "the name of an algorithm"),
        ("x-request-id", "0f8fad5b-d9cb-469f-a165-70867728950e", "a UUID"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a trace"),
        ("x-build", hashlib.sha256(b"another").hexdigest(), "a digest of something else"),
        (":path", f"/{_SHA256.hexdigest()}", "no header, and Envoy refuses to remove it"),
        ("authorization", "AWS4-HMAC-SHA256 Credential=A, Signature=aa", "for who has the key"),
    ],
)
def test_other_headers_stay(name, value, why):
    assert _stale((name, value)) == (), why


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        ('"@method" "content-digest"', ("signature-input", "signature")),
        ('"@method" "@path"', ()),
    ],
)
def test_a_signature_over_a_digest_goes_with_it(covered, expected):
    found = _stale(("signature-input", f'a=({covered});keyid="k"'), ("signature", "a=:dGVzdA==:"))
    assert set(found) == set(expected)
