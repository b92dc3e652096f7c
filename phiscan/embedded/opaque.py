"""Judges long encoded runs that decode to nothing: are they meant not to be read?

A run is opaque if it is too long for a hash, a signature or most tokens, if its characters change
as those of encoded bytes do, if its bytes are spread as those of encrypted data are, and if nothing
says that it is a token, a key, a certificate or a signature. Who calls a secret a token gets past
this: no statistic tells them apart.

Cost: linear in the run, and only for long runs that no decoder could read.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

MIN_LENGTH: Final = 128
"""The least characters of an opaque run: 96 bytes of base64, more than any common hash."""
_MIN_LENGTH_OF_ONE_CASE: Final = 160
"""The same for hex, where SHA-512 takes 128."""
# matches a hundred digits; not 99
_DIGITS: Final = re.compile(rb"\d{100,}")
_CONTEXT: Final = 64
"""How many bytes before a run may name it."""
# What names a value that is random by right; the name stands right before it.
# matches b'"access_token": "', b"sha512-" and b'"n":"'; not b'"note": "'
_NAMED: Final = re.compile(
    rb"(?:token|secur|jwt|jws|jwe|bearer|basic|authoriz|cookie|sess|secret|key|cert|x5c|sig|hash|digest"
    rb"|sha\d|md5|etag|nonce|state|cursor|handle|integrity|thumb|fingerprint|modulus|csrf|xsrf"
    rb"|challenge|credential|passw|salt|proof|assertion|attestation|checksum|hmac|\bmac|crl|ocsp"
    rb"|continuation|page|receipt|mappings|base64,|-----)[^\r\n]{0,40}\Z"
    rb"|-----\s{1,9}\Z"  # armor
    rb"|[\"'](?:[nedpqxyk]|d[pq]|qi)[\"']\s{0,4}[:=]\s{0,4}[\"']\Z",
    re.IGNORECASE,
)
# The classes of characters of a run.
_CLASSES: Final = bytes(
    0x61
    if chr(c).islower() and c < 128
    else 0x41
    if chr(c).isupper() and c < 128
    else 0x30
    if 0x30 <= c < 0x3A
    else 0x2B
    for c in range(256)
)
# matches "ab12" and "AB12"; not "aB12"
_ONE_CASE: Final = re.compile(rb"[0-9a-z]+=*\Z|[0-9A-Z]+=*\Z")
_CHANGES: Final = 0.45
"""The least part of neighbours of different classes: 0.64 in base64, 0.2 in long names."""
_CHANGES_OF_ONE_CASE: Final = 0.25
"""The same for one case with digits: 0.47 in hex, 0.3 in base32."""
_KINDS: Final = 40
_KINDS_OF_ONE_CASE: Final = 15
_COMMON: Final = 20
"""No byte of encrypted data is one in 20. In a file's own format zeros are."""


def is_opaque(
    run: bytes, before: bytes, behind: bytes, decoders: tuple[Callable[[bytes], bytes | None], ...]
) -> bool:
    """Whether a run that decodes to no document looks like encoded or encrypted data.

    Args:
        run: the run, without line ends.
        before: up to `_CONTEXT` bytes that stand before it.
        behind: the byte behind it, or empty.
        decoders: decode a run to bytes, or return None.
    """
    one_case = _ONE_CASE.match(run) is not None
    if (
        len(run) < (_MIN_LENGTH_OF_ONE_CASE if one_case else MIN_LENGTH)
        or before.endswith(b".")
        or behind == b"."
        or _NAMED.search(before)
    ):
        return False
    if len(set(run)) < (_KINDS_OF_ONE_CASE if one_case else _KINDS):
        return False
    classes = run.rstrip(b"=").translate(_CLASSES)
    changes = sum(map(int.__ne__, classes, classes[1:])) / len(classes)
    if changes < (_CHANGES_OF_ONE_CASE if one_case else _CHANGES):
        return False
    contents = [content for decoder in decoders if (content := decoder(run))]
    return not any(map(_is_structured, contents))


def is_big_number(data: bytes, start: int) -> bool:
    """Whether one number of a hundred digits or more stands at `start`, spread evenly.

    No row of flags or of counts is.
    """
    digits = _DIGITS.match(data, start)
    if digits is None:
        return False
    counts = Counter(digits[0])
    return len(counts) == 10 and counts.most_common(1)[0][1] <= len(digits[0]) / 5


def before_of(data: bytes, start: int) -> bytes:
    """Return the bytes before a run that may name it."""
    return data[max(0, start - _CONTEXT) : start]


def _is_structured(content: bytes) -> bool:
    """Whether the bytes are those of a key, a certificate or a program's own format."""
    if content[:1] == b"\x30" and _der_length(content) == len(content):
        return True
    if content[:3] == b"\x00\x00\x00":  # an SSH key begins with the length of its name
        return True
    (_, most), *_ = Counter(content).most_common(1)
    return most > 6 + len(content) / _COMMON


def _der_length(content: bytes) -> int:
    """Return the length that a DER value (X.690, section 8.1.3) states, with its header."""
    if len(content) < 2 or content[1] < 0x80:
        return content[1] + 2 if len(content) > 1 else 0
    size = content[1] & 0x7F
    return int.from_bytes(content[2 : 2 + size], "big") + 2 + size
