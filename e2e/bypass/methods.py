"""Methods that carry what they should not, and requests that leave HTTP."""

from typing import Final

from e2e.bypass.technique import Sent, Technique, Value, head, http2

_NO: Final = "PROTOCOL_NOT_ALLOWED"
_NO_ROUTE: Final = "404 route_not_found"
_BAD: Final = "400 http1.codec_error"


def _with_body(value: Value, method: str, *fields: str, carried: str = "") -> Sent:
    body = value.text.encode()
    start = head(
        value,
        "content-type: text/plain",
        f"content-length: {len(body)}",
        *fields,
        line=f"{method} /intake HTTP/1.1",
    )
    return Sent((start + body,), carried.encode() or body)


def _of_http2(value: Value, method: str, *more: tuple[str, str]) -> Sent:
    request = http2(value, [value.text.encode()], more=[(":method", method), *more])
    return Sent(request, value.text.encode())


def _upgrade(value: Value, name: str, *fields: str) -> Sent:
    lines = ("connection: Upgrade", f"upgrade: {name}", *fields)
    start = head(value, *lines, line="GET /intake HTTP/1.1")
    return Sent((start + value.text.encode(),), value.text.encode())


TECHNIQUES: Final = (
    Technique("GET with a body", "a GET has none", lambda v: _with_body(v, "GET")),
    Technique("DELETE with a body", "a DELETE has none", lambda v: _with_body(v, "DELETE")),
    Technique("HEAD with a body", "a HEAD has none", lambda v: _with_body(v, "HEAD")),
    Technique("OPTIONS with a body", "a question is harmless", lambda v: _with_body(v, "OPTIONS")),
    Technique("TRACE with a body", "an echo is harmless", lambda v: _with_body(v, "TRACE")),
    Technique("PATCH with a body", "a part of a document", lambda v: _with_body(v, "PATCH")),
    Technique("PROPFIND with a body", "a method of WebDAV", lambda v: _with_body(v, "PROPFIND")),
    Technique(
        "unknown method", "nobody knows its body", lambda v: _with_body(v, "BREW"), _BAD, _BAD
    ),
    Technique(
        "method in small letters",
        "a rule for PUT does not know put, or knows it as PUT",
        lambda v: _with_body(v, "put"),
        _BAD,
        _BAD,
    ),
    Technique("unknown method of HTTP/2", "no parser refuses it", lambda v: _of_http2(v, "BREW")),
    Technique(
        "small letters of HTTP/2",
        "the rule for PUT below /open lets it pass",
        lambda v: _of_http2(v, "put", (":path", "/open/intake")),
    ),
    Technique(
        "method override",
        "the guard applies the rule of the other method",
        lambda v: _with_body(v, "POST", "x-http-method-override: PUT"),
    ),
    Technique(
        "value as a method",
        "a method is a word of the protocol, not of the message",
        lambda v: Sent(http2(v, more=[(":method", v.word)]), v.token.encode()),
    ),
    Technique(
        "WebSocket",
        "frames follow that nobody reads",
        lambda v: _upgrade(
            v,
            "websocket",
            "sec-websocket-version: 13",
            "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
        ),
        _NO,
        _NO,
    ),
    Technique(
        "WebSocket over HTTP/2",
        "an extended CONNECT is no upgrade",
        lambda v: _of_http2(v, "CONNECT", (":protocol", "websocket")),
        "closed",
        "closed",
    ),
    Technique(
        "h2c",
        "the connection changes to HTTP/2, and the guard reads no more",
        lambda v: _upgrade(v, "h2c", "http2-settings: AAAA", f"x-note: {v.text}"),
    ),
    Technique(
        "unknown upgrade",
        "the connection changes to what nobody knows",
        lambda v: _upgrade(v, "x-own/1"),
        "403 upgrade_failed",
        "403 upgrade_failed",
    ),
    Technique(
        "CONNECT",
        "a tunnel is not read",
        lambda v: Sent(
            (head(v, line=f"CONNECT {v.host}:80 HTTP/1.1") + v.text.encode(),), v.text.encode()
        ),
        _NO,
        _NO,
        at={"ext_authz": (_NO_ROUTE, _NO_ROUTE)},
    ),
)
