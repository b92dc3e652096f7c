"""What becomes of headers and trailers that hold a digest of a body that was masked.

A receiver refuses a masked body with a digest of the original. And a digest says what the mask
hides: few unknown digits are computed back from it. So no digest of the original goes on. Names
alone do not tell: any field whose value equals a digest of the body or of a masked value counts.

A digest of the whole body is made anew, because a receiver may ask for it, and because a digest of
what everybody may read says nothing more. Everything else is removed:

    field                                        what happens, and why
    -------------------------------------------  -------------------------------------------------
    content-md5 (RFC 1864), digest (RFC 3230),   made anew, each algorithm that is known; S3 asks
    content-digest, repr-digest (RFC 9530),      for one of them with some requests. Removed where
    x-amz-checksum-*, x-goog-hash, x-ms-*        none matches the original: nobody can tell what
                                                 it says then
    x-amz-content-sha256                         made anew; removed beside a signature of SigV4,
                                                 which covers it: S3 refuses that request anyway
    any other that is a digest of the body       made anew
    etag                                         removed: a validator and no check. The masked body
                                                 is another representation, and caches ask by tags
    a digest of a masked value, or one among     removed: it is of nothing that goes on
    other words

Signatures over the body cannot be made anew without the sender's key. An HTTP Message Signature
(RFC 9421) goes with the digest that it covers, because everybody who has the public key can test a
guess against it. A receiver that asks for a signature then refuses the message. Amazon's SigV4
(`authorization`) stays: only who has the secret key can test it, and that receiver refuses too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from mesh.message.headers import Headers
from phiscan.redaction.digests import Digests, renewed

# RFC 1864, RFC 3230, RFC 9530; Amazon S3, Google and Azure storage. matches `x-amz-checksum-crc32c`
# and `digest`; not `x-amz-date`
_NAMED: Final = re.compile(
    r"content-md5|(?:content-|repr-|unencoded-)?digest"
    r"|x-amz-checksum-[a-z0-9-]{1,40}|x-amz-content-sha256|x-goog-hash"
    r"|x-ms-(?:blob-)?content-(?:md5|crc64)"
)
_VALIDATOR: Final = "etag"
_PAYLOAD: Final = "x-amz-content-sha256"
_NO_DIGEST: Final = ("UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
"""Values of `x-amz-content-sha256` that are no digest. S3 refuses a request without that header."""
_WORDS: Final = frozenset(
    ("x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode")
)
"""Headers that name an algorithm only."""
_SIGNATURES: Final = ("signature", "signature-input")
# the components of a signature that are digests. matches `"content-digest"`; not `"content-type"`
_COVERED: Final = re.compile(r"\"(?:content-digest|repr-digest|digest|content-md5)\"|\bdigest\b")


# matches "1a79a4d60de6718e8e5b326e338ae533", "sha256=1a79a4d6"; not "1a79a4d6 and more"
_ALONE: Final = re.compile(r"(?:[A-Za-z0-9-]{2,12}[:=])?[A-Za-z0-9+/_-]+={0,2}")


@dataclass(frozen=True, slots=True)
class FieldChanges:
    """What becomes of the fields of a message.

    Args:
        removed: the names of the fields to remove.
        renewed: the fields to replace: name and new value. The values tell of the masked body only.
    """

    removed: tuple[str, ...] = ()
    renewed: tuple[tuple[str, str], ...] = ()


UNCHANGED: Final = FieldChanges()


@dataclass(frozen=True, slots=True)
class Replaced:
    """A body that was masked, as far as digests tell of it.

    Args:
        digests: the digests of the original body and of what was masked in it.
        wholes: the body as it was and as it goes on, with and without its content codings.
    """

    digests: Digests = field(repr=False)
    wholes: tuple[tuple[bytes, bytes], ...] = field(repr=False)

    def changes(self, headers: Headers) -> FieldChanges:
        """What becomes of the headers or trailers of the message."""
        removed, anew = [], {}
        for name in dict.fromkeys(name for name, _ in headers.pairs):
            values = [value for own, value in headers.pairs if own == name]
            if not self._is_stale(name, values):
                continue
            parts = list(dict.fromkeys(self._anew(name, values, headers)))
            if parts:
                anew[name] = ", ".join(parts)
            else:
                removed.append(name)
        signed = " ".join(map(headers.get, _SIGNATURES))
        if _COVERED.search(signed):
            removed += [name for name in _SIGNATURES if name in headers]
            anew = {name: value for name, value in anew.items() if name not in _SIGNATURES}
        return FieldChanges(tuple(dict.fromkeys(removed)), tuple(anew.items()))

    def _is_stale(self, name: str, values: list[str]) -> bool:
        if name.startswith(":") or name in _WORDS or set(values) <= set(_NO_DIGEST):
            return False
        return (
            name == _VALIDATOR
            or _NAMED.fullmatch(name) is not None
            or any(self.digests.stand_in(value.encode("utf-8", "replace")) for value in values)
        )

    def _anew(self, name: str, values: list[str], headers: Headers) -> Iterator[str]:
        """Yield the members of a field whose digests are made anew. The others go."""
        if name == _VALIDATOR or (
            name == _PAYLOAD and headers.get("authorization").startswith("AWS4-")
        ):
            return
        is_named = _NAMED.fullmatch(name) is not None
        for value in values:
            for member in value.split(",") if is_named else (value,):
                text = member.strip()
                new = renewed(text.encode("utf-8", "replace"), self.wholes).decode()
                if (is_named or _is_alone(text)) and self._changed(text, new):
                    yield new

    def _changed(self, text: str, new: str) -> bool:
        """Whether a member tells of the body as it goes on, and of nothing else."""
        return new != text and not self.digests.stand_in(new.encode("utf-8", "replace"))


def _is_alone(text: str) -> bool:
    """Whether a value is one token, with or without the name of its algorithm."""
    return _ALONE.fullmatch(text) is not None
