"""Messages larger than what is read."""

import json
from typing import Final

from e2e.bypass.technique import Sent, Technique, Value, chunked, head, http2, post

_LIMIT: Final = 1 << 20
_TOO_LARGE: Final = "413 request_payload_too_large"
_ITEM: Final = b'"' + b"gauze " * 200 + b'",'


def filled(value: Value, size: int) -> bytes:
    """A list of `size` bytes in JSON whose last item is the record."""
    start, end = b"[", json.dumps(dict(value.record)).encode() + b"]"
    room = size - len(start) - len(end)
    return start + _ITEM * (room // len(_ITEM)) + b" " * (room % len(_ITEM)) + end


def _of_length(value: Value, size: int) -> Sent:
    return post(value, filled(value, size), "application/json")


def _of_chunks(value: Value, size: int) -> Sent:
    body = filled(value, size)
    start = head(value, "content-type: application/json", "transfer-encoding: chunked")
    return Sent((start + chunked(*(body[at : at + 9999] for at in range(0, size, 9999))),), body)


def _paused(value: Value) -> Sent:
    """As much as the buffer takes, and the rest in a packet of its own."""
    body = filled(value, _LIMIT + 4096)
    start = head(value, "content-type: application/json", f"content-length: {len(body)}")
    return Sent((start + body[:_LIMIT], body[_LIMIT:]), body)


TECHNIQUES: Final = (
    Technique(
        "value behind 64 KiB",
        "the guard reads the first window",
        lambda v: _of_length(v, 70_000),
    ),
    Technique(
        "value behind the buffer",
        "what exceeds the buffer passes unread",
        lambda v: _of_length(v, _LIMIT + 4096),
        _TOO_LARGE,
        _TOO_LARGE,
    ),
    Technique(
        "value behind the buffer in chunks",
        "without a length nobody knows that there is more",
        lambda v: _of_chunks(v, _LIMIT + 4096),
        _TOO_LARGE,
        _TOO_LARGE,
    ),
    Technique(
        "full buffer and the rest in another packet",
        "the part that fills the buffer is judged as the whole",
        _paused,
        _TOO_LARGE,
        _TOO_LARGE,
    ),
    Technique(
        "body of exactly the buffer",
        "the last byte that is read is not judged",
        lambda v: _of_length(v, _LIMIT),
    ),
    Technique(
        "body below the buffer in chunks",
        "the last chunk is not judged",
        lambda v: _of_chunks(v, _LIMIT - 1),
    ),
    Technique(
        "forged mark of a whole body",
        "the guard believes the client that nothing is missing",
        lambda v: post(v, filled(v, 5000), "application/json", "x-envoy-auth-partial-body: false"),
    ),
    Technique(
        "forged mark of a cut body",
        "the guard lets pass what it cannot see whole",
        lambda v: post(v, filled(v, 5000), "application/json", "x-envoy-auth-partial-body: true"),
    ),
    Technique(
        "part of a document",
        "the guard knows no document in the middle of one",
        lambda v: post(v, v.text.encode(), "text/plain", "content-range: bytes 0-75/900"),
        clean="TRUNCATED",
    ),
    Technique(
        "headers beyond 60 KiB",
        "the guard reads the first ones",
        lambda v: Sent(
            (head(v, *(f"x-{n}: {'a' * 1000}" for n in range(70)), f"x-note: {v.text}"),), b""
        ),
        "431 http1.headers_too_large",
        "431 http1.headers_too_large",
    ),
    Technique(
        "more than a hundred headers",
        "the guard reads the first ones",
        lambda v: Sent((head(v, *(f"x-{n}: a" for n in range(110)), f"x-note: {v.text}"),), b""),
        "431 http1.too_many_headers",
        "431 http1.too_many_headers",
    ),
    Technique(
        "five thousand frames",
        "the guard stops counting",
        lambda v: Sent(http2(v, [b"a"] * 5000 + [b"\n" + v.text.encode()]), v.text.encode()),
    ),
)
