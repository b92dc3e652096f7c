"""The value in a header, and headers that lie about the body."""

import base64
import json
from collections.abc import Callable
from email.header import Header
from typing import Final
from urllib.parse import quote

from e2e.bypass.technique import DELIVERED, Sent, Technique, Value, head, http2, with_field

UNSCANNABLE: Final = "UNSCANNABLE"


def _field(name: str, written: Callable[[Value], str | bytes] = lambda v: v.text):
    def make(value: Value) -> Sent:
        data = written(value)
        data = data if isinstance(data, bytes) else data.encode()
        return with_field(value, name.encode() + b": " + data, data)

    return make


def _typed(*lines: str):
    return lambda value: Sent(
        (head(value, *lines, f"content-length: {len(value.text.encode())}") + value.text.encode(),),
        value.text.encode(),
    )


def _base64(value: Value) -> str:
    return base64.b64encode(value.text.encode()).decode()


def _crumbs(value: Value) -> Sent:
    pairs = [("cookie", f"{name}={text}") for name, text in value.record.items()]
    return Sent(http2(value, more=pairs), next(iter(value.record.values())).encode())


def _cookies(value: Value) -> str:
    return "; ".join(f"{name}={quote(text)}" for name, text in value.record.items())


def _name(value: Value) -> Sent:
    """The number in the name of a header, the diagnosis in another header's value."""
    name = f"x-{value.word.replace('.', '-').lower()}"
    return Sent(
        (head(value, f"{name}: 1", f"x-note: {value.text.split(', ')[-1]}"),), name.encode()
    )


def _trace_state(value: Value) -> Sent:
    parent = f"traceparent: 00-{value.token * 2}-{value.token}-01"
    return Sent((head(value, parent, f"tracestate: a={value.word}"),), value.word.encode())


def _many(value: Value) -> Sent:
    lines = [f"x-{number}: a" for number in range(90)]
    return Sent((head(value, *lines, f"x-note: {value.text}"),), value.text.encode())


def _twice(value: Value) -> Sent:
    first, second = value.text.split(", ", 1)
    return Sent((head(value, f"x-note: {first}", f"x-note: {second}"),), first.encode())


TECHNIQUES: Final = (
    Technique("header of one's own", "only bodies are read", _field("x-note")),
    Technique("cookie", "cookies are random", _field("cookie", _cookies)),
    Technique("crumbs of a cookie", "HTTP/2 cuts a cookie into headers", _crumbs),
    Technique(
        "bearer token", "tokens are random", _field("authorization", lambda v: "Bearer " + v.text)
    ),
    Technique(
        "basic credentials",
        "nobody decodes credentials",
        _field("authorization", lambda v: "Basic " + _base64(v)),
    ),
    Technique(
        "web token",
        "nobody decodes a token that is not verified",
        _field(
            "authorization",
            lambda v: (
                "Bearer "
                + ".".join(
                    base64.urlsafe_b64encode(part).rstrip(b"=").decode()
                    for part in (b'{"alg":"none"}', json.dumps(dict(v.record)).encode(), b"abc")
                )
            ),
        ),
    ),
    Technique("name of a header", "only values are read", _name),
    Technique("last of many headers", "the first headers are read", _many),
    Technique("one header in two lines", "each line is judged by itself", _twice),
    Technique("user agent", "programs have no patients", _field("user-agent")),
    Technique(
        "referer",
        "the target of another request",
        _field("referer", lambda v: f"https://a.example/?q={quote(v.text)}"),
    ),
    Technique("forwarded address", "proxies write it", _field("x-forwarded-for")),
    Technique("forwarded host", "proxies write it", _field("x-forwarded-host")),
    Technique("header of Envoy", "the sidecar's own headers are not read", _field("x-envoy-note")),
    Technique(
        "word in a header of Envoy",
        "one word is what Envoy would write",
        _field("x-envoy-note", lambda v: v.word),
    ),
    Technique("word in an entity tag", "one word is a tag", _field("if-match", lambda v: v.word)),
    Technique(
        "text in an entity tag", "tags are random", _field("if-none-match", lambda v: f'"{v.text}"')
    ),
    Technique("text in a date", "a date is no text", _field("if-modified-since")),
    Technique(
        "path before a rewrite",
        "Envoy's own header holds a path",
        _field("x-envoy-original-path", lambda v: f"/a?q={quote(v.text)}"),
    ),
    Technique(
        "peer metadata",
        "what looks like the sidecar's own base64 is not decoded",
        _field("x-envoy-peer-metadata", lambda v: _base64(v).rstrip("=")),
    ),
    Technique(
        "trace state",
        "tracers write it",
        _trace_state,
        # removed before the guard is asked; with ext_authz alone it is not (`span_headers`)
        at=dict.fromkeys(("ext_proc", "both", "receiver"), (DELIVERED, DELIVERED)),
    ),
    Technique("baggage", "tracers write it", _field("baggage", lambda v: f"note={quote(v.text)}")),
    Technique("text in a trace id", "tracers write it", _field("x-b3-traceid", lambda v: v.word)),
    Technique("text in an interval", "it is a number", _field("grpc-timeout", lambda v: v.word)),
    Technique(
        "text in a client certificate",
        "the sidecar's own header is not read",
        _field("x-forwarded-client-cert", lambda v: f'Subject="CN={v.text}"'),
        at=dict.fromkeys(("ext_proc", "both"), (DELIVERED, DELIVERED)),
    ),
    Technique(
        "certificate in a client certificate",
        "a certificate's base64 is not decoded",
        _field(
            "x-forwarded-client-cert",
            lambda v: (
                f'Cert="-----BEGIN%20CERTIFICATE-----%0A{_base64(v).rstrip("=")}%0A'
                '-----END%20CERTIFICATE-----%0A"'
            ),
        ),
        at=dict.fromkeys(("ext_proc", "both"), (DELIVERED, DELIVERED)),
    ),
    Technique("base64 in a header", "nobody decodes a header", _field("x-note", _base64)),
    Technique(
        "percent in a header", "nobody decodes a header", _field("x-note", lambda v: quote(v.text))
    ),
    Technique(
        "JSON in a header",
        "a document where none is looked for",
        _field("x-note", lambda v: json.dumps(dict(v.record))),
    ),
    Technique(
        "encoded word in base64",
        "mail's form of a header",
        _field("subject", lambda v: f"=?utf-8?B?{_base64(v)}?="),
    ),
    Technique(
        "encoded word in quoted-printable",
        "mail's form of a header",
        _field("subject", lambda v: Header(v.text, "iso-8859-1", 500).encode().replace(":", "=3A")),
    ),
    Technique(
        "extended parameter",
        "RFC 8187's form of a parameter",
        _field("content-disposition", lambda v: f"attachment; filename*=UTF-8''{quote(v.text)}"),
    ),
    Technique(
        "full-width digits in a header",
        "Envoy replaces bytes that are no ASCII",
        _field(
            "x-note", lambda v: "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in v.text)
        ),
    ),
    Technique(
        "Latin-1 in a header",
        "the guard gets no header that is not UTF-8",
        _field("x-note", lambda v: b"caf\xe9: " + v.text.encode()),
    ),
    Technique(
        "folded header",
        "the second line is no header",
        lambda v: with_field(v, f"x-note: a\r\n {v.text}", v.text),
    ),
    Technique(
        "parameter of the Content-Type",
        "the type is read, not scanned",
        _field("content-type", lambda v: f'text/plain; note="{v.text}"'),
    ),
    Technique(
        "body called octets", "octets are no text", _typed("content-type: application/octet-stream")
    ),
    Technique("body called a picture", "pictures are not read", _typed("content-type: image/png")),
    Technique("body called a video", "videos are not read", _typed("content-type: video/mp4")),
    Technique("body without a type", "what has no type is not read", _typed()),
    Technique(
        "body of two types",
        "the guard takes the first, the receiver the second",
        _typed("content-type: image/png", "content-type: text/plain"),
    ),
    Technique("broken type", "what cannot be named is not read", _typed("content-type: ;;=/")),
    Technique(
        "body called JSON",
        "what is no JSON is not read",
        _typed("content-type: application/json"),
        clean=UNSCANNABLE,
    ),
    Technique(
        "header only for the guard",
        "the sidecar removes what Connection names, and the guard has read it",
        lambda v: Sent((head(v, f"x-note: {v.text}", "connection: x-note"),), v.token.encode()),
        dirty=DELIVERED,
    ),
)
