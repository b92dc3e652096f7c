"""Digests of what was masked. Such a digest says what the mask hides.

Few unknown digits are computed back from a digest in less than a second, and a receiver refuses a
body that does not match its digest. So whatever equals a digest of a masked value, of a masked
attachment or of the whole body goes too, whatever its name.

Known are the digests of RFC 3230, RFC 9530, Amazon S3 and FHIR's Attachment.hash: MD5, SHA-1,
SHA-2, SHA-3, BLAKE2, CRC-32, CRC-32C, CRC-64/NVME and Adler-32, in hex, base64 or base64url.
xxHash is not: no field of these has it but S3's, which are known by name.

Cost: nothing where no token has the length of a digest. Else one computation of each algorithm of
that length for each piece.
"""

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Final

from phiscan.text.base64 import from_base64

_WIDE: Final = 256
"""Bits from which on `_remainder` folds."""
_SHORT: Final = 128
"""Bytes up to which a table is faster than folding."""
_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Each byte with its bits in reverse order."""


def _remainder(value: int, polynomial: int, width: int) -> int:
    """The remainder of a polynomial over GF(2); bit i is the coefficient of x to the i.

    The upper half of a long polynomial is folded onto the lower one: H x^k + L becomes
    H (x^k mod P) + L. Shifts of long integers run at the speed of memory, so this takes 60 times
    less than a loop over bytes.
    """
    while (length := value.bit_length()) > _WIDE:
        half = length // 2
        factor, high = _power(half, polynomial, width), value >> half
        value &= (1 << half) - 1
        for bit in range(width):
            if factor >> bit & 1:
                value ^= high << bit
    while (excess := value.bit_length() - width - 1) >= 0:
        value ^= (1 << width | polynomial) << excess
    return value


def _power(exponent: int, polynomial: int, width: int) -> int:
    """x to `exponent` modulo the polynomial, by squaring."""
    result = 1
    for digit in f"{exponent:b}":
        squared = int(f"{result:b}", 4)  # a square over GF(2) has a zero between its digits
        result = _remainder(squared << int(digit), polynomial, width)
    return result


@cache
def _table(polynomial: int, width: int) -> tuple[int, ...]:
    """The mirrored remainder of each byte."""

    def mirrored(number: int, bits: int) -> int:
        return int(f"{number:0{bits}b}"[::-1], 2)

    return tuple(
        mirrored(_remainder(mirrored(byte, 8) << width, polynomial, width), width)
        for byte in range(256)
    )


def _crc(data: bytes, polynomial: int, width: int) -> bytes:
    """A mirrored cyclic redundancy check that begins with ones and is inverted."""
    ones = (1 << width) - 1
    if len(data) <= _SHORT:
        table, rest = _table(polynomial, width), ones
        for byte in data:
            rest = table[(rest ^ byte) & 0xFF] ^ rest >> 8
        return (rest ^ ones).to_bytes(width // 8, "big")
    value = int.from_bytes(data.translate(_MIRRORED), "big") << width
    rest = _remainder(value ^ (ones << 8 * len(data)), polynomial, width)
    mirrored = int(f"{rest:0{width}b}"[::-1], 2)
    return (mirrored ^ ones).to_bytes(width // 8, "big")


def _hash(name: str, size: int, data: bytes) -> bytes:
    options = {"digest_size": size} if name.startswith("blake2") else {}
    return bytes(getattr(hashlib, name)(data, **options, usedforsecurity=False).digest())


_ALGORITHMS: Final[dict[int, tuple[Callable[[bytes], bytes], ...]]] = {
    4: (
        lambda data: zlib.crc32(data).to_bytes(4, "big"),
        lambda data: zlib.adler32(data).to_bytes(4, "big"),
        partial(_crc, polynomial=0x1EDC6F41, width=32),
    ),
    8: (partial(_crc, polynomial=0xAD93D23594C93659, width=64),),
    **{
        size: tuple(partial(_hash, name, size) for name in names.split())
        for size, names in {
            16: "md5",
            20: "sha1",
            28: "sha224 sha3_224",
            32: "sha256 sha3_256 blake2s blake2b",
            48: "sha384 sha3_384 blake2b",
            64: "sha512 sha3_512 blake2b",
        }.items()
    },
}
"""The algorithms by the bytes of their digests."""
# matches "1a79a4d60de6718e8e5b326e338ae533", "kAFQmDzST7DWlj99KOF/cg=="; not "Ana"
_TOKEN: Final = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{6,128}={0,2}(?![A-Za-z0-9+/_=-])")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2})+")
_URL_SIGNS: Final = bytes.maketrans(b"-_", b"+/")


class Digests:
    """The digests of some pieces, computed when a token has the length of one."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = {piece for piece in pieces if piece}
        self._known: dict[int, frozenset[bytes]] = {}

    def ranges(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Yield the ranges of a text that equal a digest of a piece."""
        for token in _TOKEN.finditer(text):
            if any(digest in self._of(len(digest)) for digest in _read(token[0])):
                yield token.span()

    def stand_in(self, text: bytes) -> bool:
        """Whether a text holds a digest of a piece."""
        return next(self.ranges(text), None) is not None

    def _of(self, size: int) -> frozenset[bytes]:
        if size not in self._known:
            self._known[size] = frozenset(
                algorithm(piece)
                for algorithm in _ALGORITHMS.get(size, ())
                for piece in self._pieces
            )
        return self._known[size]


def digests_of(received: bytes, decoded: bytes, masked: Iterable[tuple[int, int]]) -> Digests:
    """The digests of a document and of what is masked in it.

    Args:
        received: the document with its content codings.
        decoded: the document without them.
        masked: the ranges of `decoded` that are masked.
    """
    values = (form for start, end in masked for form in forms(decoded[start:end]))
    return Digests([received, decoded, *_parts(decoded), *values])


def _parts(data: bytes) -> Iterator[bytes]:
    """Yield the contents of the parts of a multipart document (RFC 2046, section 5.1)."""
    first, end, _ = data.partition(b"\r\n")
    if not end or not first.startswith(b"--"):
        return
    for part in data.split(b"\r\n" + first.rstrip()):
        _, blank, content = part.partition(b"\r\n\r\n")
        if blank:
            yield content


def forms(value: bytes) -> Iterator[bytes]:
    """Yield a masked value as a sender may have hashed it: cases, digits alone, decoded."""
    yield from (value, value.strip(), value.lower(), value.upper())
    yield re.sub(rb"[^0-9A-Za-z]", b"", value)
    content = from_base64(b"".join(value.split()))
    if content:
        yield content


def _read(token: bytes) -> Iterator[bytes]:
    """Yield what a token may stand for, if that has the length of a digest."""
    if _HEX.fullmatch(token) and len(token) // 2 in _ALGORITHMS:
        yield bytes.fromhex(token.decode())
    digits = token.rstrip(b"=").translate(_URL_SIGNS)
    if len(digits) * 3 // 4 in _ALGORITHMS:
        try:
            yield base64.b64decode(digits + b"=" * (-len(digits) % 4), validate=True)
        except binascii.Error:
            return
