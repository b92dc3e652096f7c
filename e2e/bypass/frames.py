"""How the frames of HTTP/2 are cut, counted and filled."""

from typing import Final

from e2e.bypass.technique import (
    Http2,
    Sent,
    Technique,
    Value,
    http2,
)


def _body(value: Value) -> bytes:
    return value.text.encode()


def _halves(value: Value) -> tuple[bytes, bytes]:
    """The sentence cut within its number."""
    body = _body(value)
    return body[:32], body[32:]


def _in_frames(value: Value, *frames: bytes) -> Sent:
    return Sent(http2(value, frames), _body(value))


def _frames_of_one(value: Value) -> Sent:
    return _in_frames(value, *(bytes((byte,)) for byte in _body(value)))


def _http2_with(value: Value, *more: tuple[str, str]) -> Sent:
    return Sent(http2(value, [_body(value)], more=more), _body(value))


def _trailers(value: Value) -> Sent:
    request: Http2 = http2(value, [b"ok"], trailers=[("x-note", value.text)])
    return Sent(request, value.text.encode())


TECHNIQUES: Final = (
    Technique(
        "trailers of HTTP/2",
        "nobody reads behind the last frame",
        _trailers,
        known_open={"ext_authz": "Envoy's ext_authz does not show trailers"},
    ),
    Technique(
        "frames of one byte",
        "each frame is judged by itself",
        _frames_of_one,
    ),
    Technique(
        "value split over two frames",
        "no frame holds the whole number",
        lambda v: _in_frames(v, *_halves(v)),
    ),
    Technique(
        "empty frames between",
        "an empty frame ends the body for the guard",
        lambda v: _in_frames(v, b"", _halves(v)[0], b"", _halves(v)[1], b""),
    ),
    Technique(
        "HTTP/2 with a wrong length",
        "the guard reads as far as the header says",
        lambda v: _http2_with(v, ("content-length", "4")),
        dirty="closed",
        clean="closed",
    ),
    Technique(
        "HTTP/2 with Transfer-Encoding",
        "the sidecar writes the header into a request of HTTP/1.1",
        lambda v: _http2_with(v, ("transfer-encoding", "chunked")),
        dirty="closed",
        clean="closed",
    ),
    Technique(
        "line ends within a field of HTTP/2",
        "the sidecar writes two headers of HTTP/1.1",
        lambda v: _http2_with(v, ("x-a", f"1\r\nx-note: {v.word}")),
        dirty="closed",
        clean="closed",
    ),
)
