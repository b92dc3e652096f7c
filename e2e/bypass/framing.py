"""How the bytes of HTTP/1 are cut, counted and put one behind the other."""

from typing import Final

from e2e.bypass.technique import (
    DELIVERED,
    Http2,
    Sent,
    Technique,
    Value,
    chunked,
    head,
    post,
)

_BAD: Final = "400 http1.codec_error"
_LOW: Final = "426 low_version"
_BOTH: Final = "400 http1.content_length_and_chunked_not_allowed"
_UNKNOWN: Final = "501 http1.invalid_transfer_encoding"
_CHUNKED: Final = "transfer-encoding: chunked"


def _body(value: Value) -> bytes:
    return value.text.encode()


def _in_chunks(value: Value, body: bytes, carried: bytes = b"") -> Sent:
    start = head(value, "content-type: text/plain", _CHUNKED)
    return Sent((start + body,), carried or _body(value))


def _framed(value: Value, *fields: str | bytes, body: bytes | None = None) -> Sent:
    """A request with these fields about its framing."""
    data = chunked(_body(value)) if body is None else body
    return Sent((head(value, *fields) + data,), _body(value))


def _last_byte_alone(value: Value) -> Sent:
    body = ", ".join(reversed(value.text.split(", "))).encode()
    return _in_chunks(value, chunked(body[:-1], body[-1:]), body)


def _halves(value: Value) -> tuple[bytes, bytes]:
    """The sentence cut within its number."""
    body = _body(value)
    return body[:32], body[32:]


def _inner(value: Value) -> bytes:
    return head(value, "content-length: 2") + b"ok" + _body(value)


def _extended(value: Value) -> bytes:
    return b"%x;a=b;c\r\n%b\r\n0;end\r\n\r\n" % (len(_body(value)), _body(value))


def _pipelined(value: Value, length: int = 0) -> Sent:
    """A harmless request without the token, and the message behind it."""
    first = head(value, f"content-length: {length}").replace(value.token.encode(), b"first")
    second = post(value, _body(value))
    assert not isinstance(second.parts, Http2)
    return Sent((first + b"ok"[:length] + second.parts[0],), second.carried, answers=2)


def _pipelined_behind_a_body(value: Value) -> Sent:
    return _pipelined(value, 2)


def _of_two_lengths(value: Value, first: int, second: int) -> Sent:
    sizes = (f"content-length: {len(_body(value)) + extra}" for extra in (first, second))
    return _framed(value, *sizes, body=_body(value))


def _expecting(value: Value) -> Sent:
    start = head(value, "expect: 100-continue", f"content-length: {len(_body(value))}")
    return Sent((start, _body(value)), _body(value))


TECHNIQUES: Final = (
    Technique(
        "chunks of one byte",
        "each chunk is judged by itself",
        lambda v: _in_chunks(v, chunked(*(bytes((byte,)) for byte in _body(v)))),
    ),
    Technique(
        "value split over two chunks",
        "no chunk holds the whole number",
        lambda v: _in_chunks(v, chunked(*_halves(v))),
    ),
    Technique(
        "value split over two packets",
        "the first packet is judged and the second follows",
        lambda v: Sent(
            (
                head(v, f"content-length: {len(_body(v))}") + _halves(v)[0],
                _halves(v)[1],
            ),
            _body(v),
        ),
    ),
    Technique(
        "last byte alone",
        "the number is complete only with the last byte of the body",
        _last_byte_alone,
    ),
    Technique(
        "chunk extensions",
        "a reader that takes the extension for data loses the frame",
        lambda v: _in_chunks(v, _extended(v)),
    ),
    Technique(
        "value in a chunk extension",
        "the sidecar passes on what stands behind the size",
        lambda v: _in_chunks(v, b"2;x=%b\r\nok\r\n0\r\n\r\n" % v.word.encode(), b"ok"),
        dirty=DELIVERED,
    ),
    Technique(
        "chunk sizes with zeros and capitals",
        "one reader takes 000A for ten, another for zero",
        lambda v: _in_chunks(v, b"%08X\r\n%b\r\n0\r\n\r\n" % (len(_body(v)), _body(v))),
    ),
    Technique(
        "chunk size beyond 64 bits",
        "the size wraps to a small number",
        lambda v: _in_chunks(v, b"1%016x\r\n%b\r\n0\r\n\r\n" % (len(_body(v)), _body(v))),
        dirty=_BAD,
        clean=_BAD,
    ),
    Technique(
        "trailers of HTTP/1.1",
        "nobody reads behind the last chunk",
        lambda v: _in_chunks(
            v, chunked(b"ok", end=f"0\r\nx-note: {v.text}\r\n\r\n".encode()), b"ok"
        ),
        dirty=DELIVERED,
    ),
    Technique(
        "CL.TE",
        "the guard counts bytes, the receiver reads chunks",
        lambda v: _framed(v, "content-length: 4", _CHUNKED),
        dirty=_BOTH,
        clean=_BOTH,
    ),
    Technique(
        "TE.CL",
        "the guard reads chunks, the receiver counts bytes",
        lambda v: _framed(v, _CHUNKED, "content-length: 400"),
        dirty=_BOTH,
        clean=_BOTH,
    ),
    Technique(
        "blank before the colon",
        "one reader does not know the header and reads no chunks",
        lambda v: _framed(v, "transfer-encoding : chunked"),
        dirty=_BAD,
        clean=_BAD,
    ),
    Technique(
        "unknown transfer coding",
        "one reader ignores it, another takes it for chunked",
        lambda v: _framed(v, "transfer-encoding: xchunked"),
        dirty=_UNKNOWN,
        clean=_UNKNOWN,
    ),
    Technique(
        "chunked and identity",
        "two readers take different codings from the list",
        lambda v: _framed(v, "transfer-encoding: chunked, identity"),
        dirty=_UNKNOWN,
        clean=_UNKNOWN,
    ),
    Technique(
        "two Transfer-Encoding headers",
        "two readers take different headers",
        lambda v: _framed(v, _CHUNKED, "transfer-encoding: identity"),
        dirty=_UNKNOWN,
        clean=_UNKNOWN,
    ),
    Technique(
        "folded Transfer-Encoding",
        "one reader joins the lines, another does not",
        lambda v: _framed(v, "transfer-encoding:\r\n chunked"),
    ),
    Technique(
        "compressed transfer coding",
        "the guard reads compressed bytes",
        lambda v: _framed(v, "transfer-encoding: gzip, chunked"),
        dirty=_UNKNOWN,
        clean=_UNKNOWN,
    ),
    Technique(
        "two different lengths",
        "the guard believes the first, the receiver the second",
        lambda v: _of_two_lengths(v, 0, -40),
        dirty=_BAD,
        clean=_BAD,
    ),
    Technique(
        "length with a sign",
        "one reader takes +9 for nine, another for none",
        lambda v: _framed(v, f"content-length: +{len(_body(v))}", body=_body(v)),
        dirty=_BAD,
        clean=_BAD,
    ),
    Technique(
        "length too short",
        "the rest of the body is read as a request of its own",
        _pipelined_behind_a_body,
    ),
    Technique(
        "lines that end in LF",
        "the sidecar sees one header, the receiver two",
        lambda v: Sent(
            (head(v, f"x-note: {v.text}", "content-length: 0").replace(b"\r\n", b"\n"),),
            v.text.encode(),
        ),
    ),
    Technique(
        "CR within a header",
        "the receiver splits the header where the guard did not",
        lambda v: _framed(v, f"x-a: 1\rx-note: {v.text}", "content-length: 0", body=b""),
    ),
    Technique(
        "HTTP/1.0",
        "a version without rules for bodies",
        lambda v: Sent(
            (head(v, f"x-note: {v.text}", line="GET /intake HTTP/1.0"),), v.text.encode()
        ),
        dirty=_LOW,
        clean=_LOW,
    ),
    Technique(
        "HTTP/0.9",
        "a request without headers",
        lambda v: Sent((f"GET /intake?note={v.word}\r\n".encode(),), b""),
        dirty=_LOW,
        clean=_LOW,
    ),
    Technique("pipelined", "the second request rides on the answer to the first", _pipelined),
    Technique(
        "request within a body",
        "the receiver takes the body for the next request",
        lambda v: post(v, _inner(v), "message/http"),
    ),
    Technique(
        "Expect: 100-continue",
        "what is promised to be judged later is not judged",
        _expecting,
    ),
)
