"""Which headers say something of a body that is no longer sent: digests, and their signatures.

A receiver refuses a masked body with a digest of the original. And a digest says what the mask
hides: few unknown digits are computed back from it. So such headers go. Their names alone do not
tell: any header whose value equals a digest of the body or of a masked value goes too.

Signatures over the body cannot be made anew without the sender's key. An HTTP Message Signature
(RFC 9421) goes with the digest that it covers, because everybody who has the public key can test a
guess against it. A receiver that asks for a signature then refuses the message. Amazon's SigV4
(`authorization`) stays: only who has the secret key can test it, and that receiver refuses too.
"""

import re
from collections.abc import Iterator
from typing import Final

from mesh.message.headers import Headers
from phiscan.redaction.digests import Digests

# RFC 1864, RFC 3230, RFC 9530; Amazon S3, Google and Azure storage; entity tags, which are digests
# in most servers. matches `x-amz-checksum-crc32c`, `etag`; not `x-amz-date`
_NAMED: Final = re.compile(
    r"content-md5|(?:content-|repr-|unencoded-)?digest|etag"
    r"|x-amz-checksum-[a-z0-9-]{1,40}|x-amz-content-sha256|x-goog-hash"
    r"|x-ms-(?:blob-)?content-(?:md5|crc64)"
)
_NO_DIGEST: Final = ("UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
"""Values of `x-amz-content-sha256` that are no digest. S3 refuses a request without that header."""
_WORDS: Final = frozenset(
    ("x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode")
)
"""Headers that name an algorithm only."""
_SIGNATURES: Final = ("signature", "signature-input")
# the components of a signature that are digests. matches `"content-digest"`; not `"content-type"`
_COVERED: Final = re.compile(r"\"(?:content-digest|repr-digest|digest|content-md5)\"|\bdigest\b")


def stale(headers: Headers, digests: Digests) -> tuple[str, ...]:
    """The names of the headers to remove.

    Args:
        headers: the headers of the message.
        digests: the digests of its original body and of what was masked in it.
    """
    return tuple(dict.fromkeys(_stale(headers, digests)))


def _stale(headers: Headers, digests: Digests) -> Iterator[str]:
    for name, value in headers.pairs:
        if name.startswith(":") or name in _WORDS or value in _NO_DIGEST:
            continue
        if _NAMED.fullmatch(name) or digests.stand_in(value.encode("utf-8", "replace")):
            yield name
    signed = " ".join(map(headers.get, _SIGNATURES))
    if _COVERED.search(signed):
        yield from (name for name in _SIGNATURES if name in headers)
