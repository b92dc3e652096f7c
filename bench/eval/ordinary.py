"""Ordinary traffic that is random by right: tokens, hashes, keys, signatures, pictures, programs.

Each generator gives the value that a field of a message has, and the name of that field. None of
them hides a record.
"""

import base64
import gzip
import hashlib
import json
import random
import struct
import uuid
import zlib
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

Value = tuple[str, str]
"""A field's name and its value."""
_RSA: Final = [rsa.generate_private_key(65537, 2048).public_key() for _ in range(4)]
_NAMES: Final = (
    "getElementById setTimeout querySelector prototype constructor addEventListener children props "
    "state render default exports module require window document length push concat forEach map "
    "filter reduce return function typeof undefined null arguments apply call bind this".split()
)


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _jwt(rng: random.Random) -> Value:
    head = _url64(json.dumps({"alg": "RS256", "typ": "JWT", "kid": _id(rng)}).encode())
    claims = {"sub": _id(rng), "aud": "api", "exp": rng.randint(10**9, 2 * 10**9), "scope": "read"}
    body = _url64(json.dumps(claims).encode())
    name = rng.choice(("access_token", "id_token", "jwt", "data"))
    return name, f"{head}.{body}.{_url64(rng.randbytes(256))}"


def _id(rng: random.Random) -> str:
    return str(uuid.UUID(bytes=rng.randbytes(16), version=4))


def _uuids(rng: random.Random) -> Value:
    return "ids", ",".join(_id(rng) for _ in range(rng.randint(1, 12)))


def _entity_tag(rng: random.Random) -> Value:
    return "etag", f'W/"{rng.randbytes(rng.choice((8, 16, 20))).hex()}"'


def _cookie(rng: random.Random) -> Value:
    pairs = (
        f"sid={_url64(rng.randbytes(48))}",
        f"_ga=GA1.2.{rng.randint(10**8, 10**9)}.{rng.randint(10**9, 2 * 10**9)}",
        f"csrftoken={rng.randbytes(32).hex()}",
        f"session={_url64(rng.randbytes(rng.randint(60, 400)))}",
    )
    return "cookie", "; ".join(pairs)


def _public_key(rng: random.Random) -> Value:
    key = rng.choice(_RSA).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    if rng.random() < 0.5:
        key = ed25519.Ed25519PrivateKey.from_private_bytes(rng.randbytes(32)).public_key()
        key = key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    return rng.choice(("publicKey", "key", "value")), _b64(key)


def _jwk(rng: random.Random) -> Value:
    numbers = rng.choice(_RSA).public_numbers()
    key = {"kty": "RSA", "e": "AQAB", "n": _url64(numbers.n.to_bytes(256, "big"))}
    return "keys", json.dumps(key)


def _signature(rng: random.Random) -> Value:
    name = rng.choice(("signature", "x-goog-signature", "sig", "x-hub-signature-256"))
    return name, _b64(rng.randbytes(rng.choice((64, 256, 512))))


def _hash(rng: random.Random) -> Value:
    algorithm = rng.choice(("sha1", "sha256", "sha384", "sha512"))
    digest = hashlib.new(algorithm, rng.randbytes(64), usedforsecurity=False).digest()
    name = rng.choice(("sha", "digest", "hash", "version", "id"))
    return name, rng.choice((digest.hex(), _b64(digest)))


def _picture(rng: random.Random) -> Value:
    width = rng.randint(8, 32)
    rows = b"".join(b"\0" + rng.randbytes(width * 3) for _ in range(width))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return rng.choice(("icon", "image", "content")), rng.choice(("", "data:image/png;base64,")) + (
        _b64(png)
    )


def _media(rng: random.Random) -> Value:
    frames = b"".join(b"\xff\xfb\x90\x64" + rng.randbytes(413) for _ in range(4))
    return "audio", "data:audio/mpeg;base64," + _b64(b"ID3\x04\0\0\0\0\0\0" + frames)


def _font(rng: random.Random) -> Value:
    font = b"wOF2\0\1\0\0" + struct.pack(">I", 4000) + rng.randbytes(4000)
    return "css", f"@font-face{{src:url(data:font/woff2;base64,{_b64(font)})}}"


def _packed(rng: random.Random) -> Value:
    text = json.dumps({"lines": [_id(rng) for _ in range(40)], "level": "info"}).encode()
    return "body", _b64(rng.choice((gzip.compress, zlib.compress))(text))


def _git_pack(rng: random.Random) -> Value:
    objects = b"".join(b"\x95\x0a" + zlib.compress(rng.randbytes(90)) for _ in range(6))
    return "pack", _b64(b"PACK\0\0\0\2\0\0\0\6" + objects + rng.randbytes(20))


def _script(rng: random.Random) -> Value:
    parts = []
    for _ in range(rng.randint(20, 80)):
        a, b, c = (rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(3))
        n, m = rng.choice(_NAMES), rng.choice(_NAMES)
        parts.append(
            rng.choice(
                (
                    f"function {a}({b},{c}){{return {b}.{n}({c})||{c}.{m}}}",
                    f"var {a}={b}({rng.randint(1, 999)});{a}.{n}=function({c}){{{c}.{m}()}};",
                    f"!function({a}){{{b}.{n}&&{b}.{m}({a},{rng.randint(0, 9)})}}({c});",
                    f'e.{n}=t("{m}"),r.d(e,"{a}",(function(){{return {b}}}));',
                )
            )
        )
    return "script", "".join(parts)


def _source_map(rng: random.Random) -> Value:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    groups = (
        "".join(rng.choice("AACEIKUcegio") for _ in range(3)) + rng.choice(letters)
        for _ in range(200)
    )
    return "mappings", ",".join(groups)


def _cursor(rng: random.Random) -> Value:
    return rng.choice(("nextPageToken", "cursor", "continuation")), _url64(
        rng.randbytes(rng.randint(40, 240))
    )


def _numbers(rng: random.Random) -> Value:
    kind = rng.choice(("%d", "%.4f"))
    return "series", " ".join(kind % rng.gauss(120, 30) for _ in range(rng.randint(50, 300)))


def _embedding(rng: random.Random) -> Value:
    vector = struct.pack("<384f", *(rng.gauss(0, 0.05) for _ in range(384)))
    return "embedding", _b64(vector)


def _pixels(rng: random.Random) -> Value:
    value, row = 128, []
    for _ in range(300):
        value = min(255, max(0, value + rng.randint(-20, 20)))
        row.append(value)
    return "pixels", rng.choice((json.dumps(row), " ".join(map(str, row))))


def _counts(rng: random.Random) -> Value:
    return "counts", json.dumps([min(255, int(rng.expovariate(1 / 30))) for _ in range(256)])


def _slugs(rng: random.Random) -> Value:
    words = "seven-token-water-river-panel-model-label-paper-robin-tiger-level-hotel".split("-")
    return "slug", "-".join(rng.choice(words) for _ in range(rng.randint(4, 12)))


def _link(rng: random.Random) -> Value:
    query = "&".join(
        f"{name}={rng.randbytes(8).hex()}" for name in ("a", "utm_source", "ref", "next", "state")
    )
    return "url", f"https://app.example.com/{_id(rng)}/items/{rng.randint(1, 9999)}?{query}"


def _drawing(rng: random.Random) -> Value:
    points = " ".join(
        f"{rng.choice('MLCQlchv')}{rng.uniform(0, 99):.2f},{rng.uniform(0, 99):.2f}"
        for _ in range(120)
    )
    return "path", points


def _expression(rng: random.Random) -> Value:
    parts = (r"^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+", r"\.[\w-]{2,63})*$", r"(\d{3})[-. ]?(\d{4})")
    return "pattern", "|".join(rng.choice(parts) for _ in range(rng.randint(1, 8)))


def _rule(rng: random.Random) -> Value:
    lines = (
        "+" + "-" * rng.randint(8, 20) + "+",
        "." * rng.randint(20, 60) + " 12",
        "=" * 70,
        "-- -- .. - ..",
        "a | b | c",
    )
    return "text", "\n".join(rng.choice(lines) for _ in range(20))


def _prose(rng: random.Random) -> Value:
    return "message", " ".join(
        rng.choice("the order was shipped to our warehouse and will be ready by noon".split())
        for _ in range(rng.randint(30, 200))
    )


ORDINARY: Final[MappingProxyType[str, Callable[[random.Random], Value]]] = MappingProxyType(
    {
        "JWT": _jwt,
        "UUIDs": _uuids,
        "entity tag": _entity_tag,
        "cookie": _cookie,
        "public key": _public_key,
        "JWK": _jwk,
        "signature": _signature,
        "hash": _hash,
        "picture": _picture,
        "audio": _media,
        "font": _font,
        "gzip": _packed,
        "git pack": _git_pack,
        "minified script": _script,
        "source map": _source_map,
        "cursor": _cursor,
        "series": _numbers,
        "embedding": _embedding,
        "pixels": _pixels,
        "counts": _counts,
        "slug": _slugs,
        "link": _link,
        "drawing": _drawing,
        "expression": _expression,
        "rules and dots": _rule,
        "prose": _prose,
    }
)
"""The kinds of values, by their names."""
