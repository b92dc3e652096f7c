"""The other direction: what a receiver that is an attacker's, or broken, answers."""

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import brotli

from e2e.bypass.backend import Http2Answer
from e2e.bypass.sizes import filled
from e2e.bypass.technique import DELIVERED, FOUND, Value, chunked

_OK: Final = "200 OK"
_CHUNKED: Final = "transfer-encoding: chunked"
_LIMIT: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Answered:
    """One way of answering, and how it ends for the caller.

    Args:
        name: its id.
        hope: what the receiver hopes for.
        make: writes the answer.
        dirty: how the answer with the value ends. Delivered means: without the value.
        clean: how its clean twin ends.
        method: of the request.
        known_open: why the value arrives; empty where it does not.
    """

    name: str
    hope: str
    make: Callable[[Value], bytes | Http2Answer]
    dirty: str = FOUND
    clean: str = DELIVERED
    method: str = "GET"
    known_open: str = ""


def _head(value: Value, status: str, *fields: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"x-case: {value.token}", *fields)
    return "\r\n".join((*lines, "", "")).encode()


def _answer(value: Value, status: str, body: bytes | str, *fields: str) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    return _head(value, status, *fields, f"content-length: {len(data)}") + data


def _text(value: Value, *fields: str, body: bytes | None = None) -> bytes:
    data = value.text.encode() if body is None else body
    return _answer(value, _OK, data, *(fields or ("content-type: text/plain",)))


def _field(name: str) -> Callable[[Value], bytes]:
    return lambda value: _answer(value, _OK, "ok", f"{name}: {value.text}")


def _in_chunks(value: Value, *chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return _head(value, _OK, "content-type: text/plain", _CHUNKED) + chunked(*chunks, end=end)


def _halves(value: Value) -> tuple[bytes, bytes]:
    body = value.text.encode()
    return body[:32], body[32:]


def _events(value: Value) -> bytes:
    """Server-sent events, the last with the record."""
    plain = b'data: {"shelf": "A12"}\n\n'
    last = f"data: {json.dumps(dict(value.record))}\n\n".encode()
    return _head(value, _OK, "content-type: text/event-stream", _CHUNKED) + chunked(
        *[plain] * 50, last
    )


def _informed(value: Value) -> bytes:
    """An informational answer before the final one."""
    hint = f"HTTP/1.1 103 Early Hints\r\nlink: </{quote(value.text)}>\r\n\r\n".encode()
    return hint + _answer(value, _OK, "ok", "content-type: text/plain")


def _http2(value: Value, *frames: bytes, trailers: tuple[tuple[str, str], ...] = ()) -> Http2Answer:
    headers = (("x-case", value.token), ("content-type", "text/plain"))
    return Http2Answer(headers, frames, trailers)


def _until_closed(value: Value) -> bytes:
    return _head(value, _OK, "connection: close") + value.text.encode()


ANSWERS: Final = (
    Answered("body", "only requests are read", _text),
    Answered("header", "only bodies are read", _field("x-note")),
    Answered("cookie that is set", "cookies are random", _field("set-cookie")),
    Answered("challenge", "it is the protocol's", _field("www-authenticate")),
    Answered("server timing", "it is a program's", _field("server-timing")),
    Answered("text in an entity tag", "tags are random", _field("etag")),
    Answered(
        "reason phrase",
        "nobody reads what stands behind the status",
        lambda v: _answer(v, f"200 {v.text}", "ok"),
        dirty=DELIVERED,
    ),
    Answered(
        "error page",
        "errors are not read",
        lambda v: _answer(v, "500 Internal Server Error", f"<h1>{v.text}</h1>"),
        clean="500 via_upstream",
    ),
    Answered(
        "page that is not found",
        "errors are not read",
        lambda v: _answer(v, "404 Not Found", v.text),
        clean="404 via_upstream",
    ),
    Answered(
        "target of a redirect",
        "the caller sends the value on",
        lambda v: _answer(v, "302 Found", "", f"location: https://a.example/?q={quote(v.text)}"),
        clean="302 via_upstream",
    ),
    Answered(
        "body of 204",
        "a status without a body has none",
        lambda v: _head(v, "204 No Content") + v.text.encode(),
        dirty=DELIVERED,
    ),
    Answered(
        "body of 304",
        "a status without a body has none",
        lambda v: _head(v, "304 Not Modified", 'etag: "a"') + v.text.encode(),
        dirty="304 via_upstream",
        clean="304 via_upstream",
    ),
    Answered(
        "early hints",
        "an answer before the answer",
        _informed,
        known_open="Envoy shows no filter the headers of an informational answer",
    ),
    Answered(
        "gzip",
        "compressed is not read",
        lambda v: _text(v, "content-encoding: gzip", body=gzip.compress(v.text.encode())),
    ),
    Answered(
        "brotli",
        "compressed is not read",
        lambda v: _text(v, "content-encoding: br", body=brotli.compress(v.text.encode())),
    ),
    Answered(
        "second member of gzip",
        "one member is read",
        lambda v: _text(
            v,
            "content-encoding: gzip",
            body=gzip.compress(b"ok\n") + gzip.compress(v.text.encode()),
        ),
    ),
    Answered(
        "unknown coding",
        "the caller knows it",
        lambda v: _text(v, "content-encoding: x-own"),
        "UNSCANNABLE",
        "UNSCANNABLE",
    ),
    Answered(
        "value over two chunks",
        "each chunk is judged by itself",
        lambda v: _in_chunks(v, *_halves(v)),
    ),
    Answered(
        "chunks of one byte",
        "each chunk is judged by itself",
        lambda v: _in_chunks(v, *(bytes((byte,)) for byte in v.text.encode())),
    ),
    Answered(
        "trailers of HTTP/1.1",
        "nobody reads behind the last chunk",
        lambda v: _in_chunks(v, b"ok", end=f"0\r\nx-note: {v.text}\r\n\r\n".encode()),
        dirty=DELIVERED,
    ),
    Answered(
        "trailers of HTTP/2",
        "nobody reads behind the last frame",
        lambda v: _http2(v, b"ok", trailers=(("x-note", v.text),)),
    ),
    Answered(
        "message of gRPC",
        "it is the protocol's",
        lambda v: _http2(v, trailers=(("grpc-status", "3"), ("grpc-message", quote(v.text)))),
    ),
    Answered(
        "frames of one byte",
        "each frame is judged by itself",
        lambda v: _http2(v, *(bytes((byte,)) for byte in v.text.encode())),
    ),
    Answered("events", "a stream has no end to judge at", _events),
    Answered("until the connection ends", "a body without a length", _until_closed),
    Answered(
        "length too short",
        "what follows is read by the caller",
        lambda v: _head(v, _OK, "content-length: 2") + b"ok" + v.text.encode(),
        dirty=DELIVERED,
    ),
    Answered(
        "part of a document",
        "the guard knows no document in the middle of one",
        lambda v: _answer(v, "206 Partial Content", v.text, "content-range: bytes 0-75/900"),
        clean="TRUNCATED",
    ),
    Answered(
        "protocol that is switched",
        "what follows is not read",
        lambda v: (
            _head(v, "101 Switching Protocols", "upgrade: x", "connection: upgrade")
            + v.text.encode()
        ),
        "PROTOCOL_NOT_ALLOWED",
        "PROTOCOL_NOT_ALLOWED",
    ),
    Answered(
        "headers of a HEAD",
        "an answer without a body is not read",
        lambda v: _head(v, _OK, f"x-note: {v.text}", "content-length: 9"),
        method="HEAD",
    ),
    Answered(
        "picture that is none",
        "pictures are not read",
        lambda v: _text(v, "content-type: image/png"),
    ),
    Answered(
        "base64 in JSON",
        "strings are not decoded",
        lambda v: _answer(v, _OK, json.dumps({"data": base64.b64encode(v.text.encode()).decode()})),
    ),
    Answered("UTF-16", "patterns know ASCII", lambda v: _text(v, body=v.text.encode("utf-16"))),
    Answered(
        "value behind the buffer",
        "what exceeds the buffer passes unread",
        lambda v: _text(v, "content-type: application/json", body=filled(v, _LIMIT + 4096)),
        "500 response_payload_too_large",
        "500 response_payload_too_large",
    ),
    Answered(
        "value at the end of the buffer",
        "the last byte is not judged",
        lambda v: _text(v, "content-type: application/json", body=filled(v, _LIMIT - 4096)),
    ),
)
