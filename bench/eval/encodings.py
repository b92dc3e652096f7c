"""The same document in the encodings of other senders. The verdict may not change."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import brotli
import zstandard

from bench.eval.document import Document


@dataclass(frozen=True, slots=True)
class Encoded:
    """A document in one encoding, with the headers that go with it."""

    name: str
    data: bytes = field(repr=False)
    content_type: str
    content_encoding: str = ""


def encodings(document: Document) -> Iterator[Encoded]:
    """Yield the document in every encoding that is possible for it."""
    data, kind = document.data, document.content_type
    yield Encoded("gzip", gzip.compress(data, 5, mtime=0), kind, "gzip")
    yield Encoded("gzip, undeclared", gzip.compress(data, 5, mtime=0), kind)
    yield Encoded("deflate", zlib.compress(data), kind, "deflate")
    yield Encoded("br", brotli.compress(data, quality=3), kind, "br")
    yield Encoded("zstd", zstandard.ZstdCompressor(level=1).compress(data), kind, "zstd")
    wrapped = {"messageId": 17, "contentType": kind, "data": base64.b64encode(data).decode()}
    yield Encoded("base64 in JSON", json.dumps(wrapped).encode(), "application/json")
    if document.textual:
        text = data.decode()
        yield Encoded(
            "JSON string", json.dumps({"messageId": 17, "body": text}).encode(), "application/json"
        )
        yield Encoded("percent", quote(text, safe="").encode(), "text/plain")
        declared = 'encoding="UTF-8"'
        yield Encoded(
            "UTF-16",
            text.replace(declared, 'encoding="UTF-16"', 1).encode("utf-16"),
            kind.partition(";")[0],
        )
