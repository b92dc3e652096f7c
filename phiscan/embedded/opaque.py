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
from itertools import pairwise
from math import log2
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
    rb"|continuation|page|receipt|mappings|captcha|clid|base64(?:,|%2C)|-----)[^\r\n]{0,40}\Z"
    rb"|-----\s{1,9}\Z"  # armor
    # the numbers of an RSA key (RFC 7518, section 6.3); those of other keys are shorter
    rb"|[\"'](?:[nedpq]|d[pq]|qi)[\"']\s{0,4}[:=]\s{0,4}[\"']\Z",
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


_SAMPLE: Final = 1024
_LEAST_DENSE: Final = 120
"""The least bytes of an opaque word of base85: 96 bytes, as in base64."""
_SIGNS: Final = frozenset(b"!#$%&()*;<>?@^`{|}~,:[]'")
_SIGNS_OF: Final = 6
"""One in so many characters is a sign, at least: 1 in 3.7 of base85, 1 in 60 of a data URI."""
_SPREAD: Final = 5.6
"""Bits of a character at least, in a sample: 5.9 of 120 characters of base85, 5.2 of programs."""
# What texts have and random characters have not. matches "function", "https://"; not "fUn(t"
_NOT_DENSE: Final = re.compile(rb"[a-z]{8}|[A-Z]{8}|\d{8}|://")


_FORMATS: Final = (b"\x00\x00\x00", b"PACK\x00\x00\x00", b"wOF", b"OTTO", b"\x00\x01\x00\x00")
"""How an SSH key (with the length of its name), a pack of git and fonts begin."""


# Syllables in groups of five letters. matches b"xesef-disof-" and so on, 20 times; not b"xesef"
_SPOKEN: Final = re.compile(
    rb"[b-df-hj-np-tv-xz][aeiouy][b-df-hj-np-tv-xz][aeiouy][b-df-hj-np-tv-xz]"
    rb"(?:-[b-df-hj-np-tv-xz][aeiouy][b-df-hj-np-tv-xz][aeiouy][b-df-hj-np-tv-xz]){19,}"
)
_STEPS: Final = 48
"""The least mean step from one byte to the next: 85 in encrypted data."""
_DISTINCT: Final = 64
_LETTERS: Final = 12
"""The least different letters of a text in Morse."""


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
        or before.endswith((b".", b"%"))
        or behind in (b".", b"%")  # a piece of a value that is read as a whole
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


def is_dense(word: bytes) -> bool:
    """Whether a word of base85 that decodes to no document looks like encrypted data.

    A fifth of the letters of base85 are signs that no base64 has, and all occur equally often. In
    programs, addresses and expressions a few letters are most of the text.
    """
    sample = word[:_SAMPLE].replace(b"\\", b"")
    if len(sample) < _LEAST_DENSE or _NOT_DENSE.search(word, 0, _SAMPLE):
        return False
    counts = Counter(sample)
    signs = sum(count for sign, count in counts.items() if sign in _SIGNS)
    spread = -sum(count * log2(count / len(sample)) for count in counts.values()) / len(sample)
    return signs * _SIGNS_OF >= len(sample) and spread >= _SPREAD


def is_spoken(run: bytes) -> bool:
    """Whether a run is bytes that were made speakable, as Bubble Babble and proquints are.

    A fingerprint has eleven such groups.
    """
    return _SPOKEN.fullmatch(run) is not None


def is_spread(numbers: list[int]) -> bool:
    """Whether numbers of one byte each are spread as those of encrypted data are.

    Neighbours in pictures, sounds and series are alike, and counts have a favourite.
    """
    if len(numbers) < _LEAST_DENSE:
        return False
    (_, most), *_ = Counter(numbers).most_common(1)
    steps = sum(abs(a - b) for a, b in pairwise(numbers)) / len(numbers)
    return (
        most <= 6 + len(numbers) / _COMMON
        and steps >= _STEPS
        and len(set(numbers)) >= _DISTINCT
        and max(numbers) <= 0xFF
    )


def is_morse(text: bytes) -> bool:
    """Whether groups of dots and dashes are letters of Morse and no drawing."""
    dots, dashes = text.count(b"."), text.count(b"-")
    return (
        len(set(text.replace(b"+", b" ").split())) >= _LETTERS
        and min(dots, dashes) * 4 >= dots + dashes
    )


def is_named(before: bytes) -> bool:
    """Whether what stands before a value names it as one that is random by right."""
    return _NAMED.search(before) is not None


def before_of(data: bytes, start: int) -> bytes:
    """Return the bytes before a run that may name it."""
    return data[max(0, start - _CONTEXT) : start]


def _is_structured(content: bytes) -> bool:
    """Whether the bytes are those of a key, a certificate or a program's own format."""
    if content[:1] == b"\x30" and _der_length(content) == len(content):
        return True
    if content.startswith(_FORMATS):
        return True
    (_, most), *_ = Counter(content).most_common(1)
    return most > 6 + len(content) / _COMMON


def _der_length(content: bytes) -> int:
    """Return the length that a DER value (X.690, section 8.1.3) states, with its header."""
    if len(content) < 2 or content[1] < 0x80:
        return content[1] + 2 if len(content) > 1 else 0
    size = content[1] & 0x7F
    return int.from_bytes(content[2 : 2 + size], "big") + 2 + size
