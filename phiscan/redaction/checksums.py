"""The algorithms whose digests are looked for, by the bytes of their digests.

They are those of RFC 3230, RFC 9530, Amazon S3 and FHIR's Attachment.hash. xxHash is not: no field
of these has it but S3's, which are known by name.

Cost: hashlib's and zlib's. A cyclic redundancy check that they lack costs about as much as a
multiplication of long integers for each halving of the data.
"""

import hashlib
import zlib
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Final

_WIDE: Final = 3
"""Times the width of a checksum from which on `_remainder` folds."""
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
    while (length := value.bit_length()) > _WIDE * width:
        half = length // 2
        factor, high = _power(half, polynomial, width), value >> half
        value &= (1 << half) - 1
        for bit in range(width):
            if factor >> bit & 1:
                value ^= high << bit
    while (excess := value.bit_length() - width - 1) >= 0:
        value ^= (1 << width | polynomial) << excess
    return value


@lru_cache(maxsize=4096)  # exponents are lengths, and most documents of a sender have a few
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


ALGORITHMS: Final[dict[int, tuple[Callable[[bytes], bytes], ...]]] = {
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
