"""Ways to write a record so that nobody on the way reads it: ciphers, and encodings of our own.

Each takes the record and a source of random numbers, and gives the text that is sent. The keys are
made for each record. What a scanner reads all the same counts as seen, so encodings that it knows
are here too.
"""

import base64
import binascii
import codecs
import random
import zlib
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

Writer = Callable[[bytes, random.Random], str]
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_MORSE: Final = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz0123456789",
        ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- "
        ".-- -..- -.-- --.. ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----.".split(),
        strict=True,
    )
)
_VOWELS, _CONSONANTS = "aeiouy", "bcdfghklmnprstvzx"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _xor(data: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(data))


def _xored(data: bytes, rng: random.Random) -> str:
    return _b64(_xor(data, rng.randbytes(16)))


def _xored_hex(data: bytes, rng: random.Random) -> str:
    return _xor(data, rng.randbytes(16)).hex()


def _keystream(key: bytes) -> Iterator[int]:
    """RC4, as everybody writes it from memory."""
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    while True:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        yield state[(state[i] + state[j]) % 256]


def _rc4(data: bytes, rng: random.Random) -> str:
    return _b64(bytes(a ^ b for a, b in zip(data, _keystream(rng.randbytes(16)), strict=False)))


def _aes_cbc(data: bytes, rng: random.Random) -> str:
    start = rng.randbytes(16)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(rng.randbytes(32)), modes.CBC(start)).encryptor()
    return _b64(start + encryptor.update(padder.update(data) + padder.finalize()))


def _aes_ctr(data: bytes, rng: random.Random) -> str:
    start = rng.randbytes(16)
    return _b64(
        start + Cipher(algorithms.AES(rng.randbytes(32)), modes.CTR(start)).encryptor().update(data)
    )


def _aes_gcm(data: bytes, rng: random.Random) -> str:
    nonce = rng.randbytes(12)
    sealed = AESGCM(rng.randbytes(32)).encrypt(nonce, data, None)
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def _sealed(data: bytes, rng: random.Random) -> bytes:
    nonce = rng.randbytes(12)
    return nonce + ChaCha20Poly1305(rng.randbytes(32)).encrypt(nonce, data, None)


def _chacha(data: bytes, rng: random.Random) -> str:
    return _sealed(data, rng).hex().upper()


def _digits(number: int, alphabet: str) -> str:
    out = []
    while number:
        number, digit = divmod(number, len(alphabet))
        out.append(alphabet[digit])
    return "".join(reversed(out))


def _uuencoded(data: bytes, _: random.Random) -> str:
    return "\n".join(
        binascii.b2a_uu(data[at : at + 45], backtick=True).decode().rstrip("\n")
        for at in range(0, len(data), 45)
    )


def _rot47(data: bytes, _: random.Random) -> str:
    text = data.decode("latin-1")
    return "".join(chr(33 + (ord(c) + 14) % 94) if 33 <= ord(c) <= 126 else c for c in text)


def _permuted(data: bytes, rng: random.Random) -> str:
    alphabet = "".join(rng.sample(_BASE64, 64))
    return _b64(data).translate(str.maketrans(_BASE64, alphabet))


def _armored(data: bytes, rng: random.Random) -> str:
    """PGP armor (RFC 9580) without its lines of dashes."""
    body = _b64(_sealed(data, rng))
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join([*lines, "=" + _b64(rng.randbytes(3))])


def _words(rng: random.Random, count: int) -> list[str]:
    """Words that can be spoken, as a code book has them."""
    made: dict[str, None] = {}
    while len(made) < count:
        syllables = range(rng.randint(2, 3))
        made["".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in syllables)] = None
    return list(made)


def _code_book(data: bytes, rng: random.Random) -> str:
    book = _words(rng, 256)
    return " ".join(book[byte] for byte in data)


def _bubble_babble(data: bytes, _: random.Random) -> str:
    """Antti Huima's Bubble Babble, without its checksum."""
    pairs = (data[i : i + 2].ljust(2, b"\0") for i in range(0, len(data), 2))
    groups = (
        _VOWELS[a >> 6 & 3]
        + _CONSONANTS[a >> 2 & 15]
        + _VOWELS[a & 3]
        + _CONSONANTS[b >> 4]
        + "-"
        + _CONSONANTS[b & 15]
        for a, b in pairs
    )
    return f"x{''.join(groups)}uxox"


def _morse(data: bytes, _: random.Random) -> str:
    words = "".join(chr(c) if chr(c).isalnum() else " " for c in data.lower()).split()
    return " / ".join(" ".join(_MORSE.get(c, "..--..") for c in word) for word in words)


def _decimal(values: Iterable[int]) -> str:
    return " ".join(map(str, values))


CIPHERS: Final = MappingProxyType(
    {
        "XOR with a key": _xored,
        "XOR, in hex": _xored_hex,
        "zlib and XOR": lambda data, rng: _xored(zlib.compress(data), rng),
        "RC4": _rc4,
        "AES-CBC": _aes_cbc,
        "AES-CTR": _aes_ctr,
        "AES-GCM, base64url": _aes_gcm,
        "ChaCha20, in hex": _chacha,
        "AES-CTR, base85": lambda data, rng: base64.b85encode(_sealed(data, rng)).decode(),
        "AES-CTR, ascii85": lambda data, rng: base64.a85encode(_sealed(data, rng)).decode(),
        "AES-CTR, base32": lambda data, rng: base64.b32encode(_sealed(data, rng)).decode(),
        "base58": lambda data, _: _digits(int.from_bytes(data, "big"), _BASE58),
        "base62": lambda data, _: _digits(int.from_bytes(data, "big"), _BASE62),
        "uuencode": _uuencoded,
        "rot47": _rot47,
        "permuted base64": _permuted,
        "reversed base64": lambda data, _: _b64(data)[::-1],
        "armor without headers": _armored,
        "bytes in decimal": lambda data, _: _decimal(data),
        "XOR, in decimal": lambda data, rng: _decimal(_xor(data, rng.randbytes(16))),
        "one big number": lambda data, _: str(int.from_bytes(data, "big")),
        "Morse": _morse,
        "Bubble Babble": _bubble_babble,
        "code book": _code_book,
        "rot13": lambda data, _: codecs.encode(data.decode("latin-1"), "rot13"),
    }
)
"""The ways, by their names. The last three keep the look of words."""
