"""The value in the request's target: path, query, fragment, user, host."""

import base64
import json
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, quote_plus

from e2e.bypass.technique import DELIVERED, Sent, Technique, Value, get, head, http2

AMBIGUOUS: Final = "AMBIGUOUS_PATH"
_NO_ROUTE: Final = "404 route_not_found"
BAD_PATH: Final = "400 path_normalization_failed"


def _times(value: Value, times: int) -> str:
    """The sentence, percent-encoded several times."""
    text = value.text
    for _ in range(times):
        text = quote(text, safe="")
    return text


def _query(written: Callable[[Value], str]) -> Callable[[Value], Sent]:
    return lambda value: get(value, f"/intake?{written(value)}", written(value))


def _all_escaped(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def _overlong(text: str) -> str:
    """Each digit in two bytes where UTF-8 has one."""
    return "".join(f"%C0%{0x80 + ord(c):02X}" if c.isdigit() else quote(c) for c in text)


def _wide(text: str) -> str:
    """Full-width digits, percent-encoded."""
    return quote("".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in text))


def _fields(value: Value) -> str:
    return "&".join(f"{name}={quote_plus(text)}" for name, text in value.record.items())


def _with_host(value: Value, host: str, carried: str) -> Sent:
    start = head(value, line="GET /intake HTTP/1.1").replace(
        f"host: {value.host}".encode(), f"host: {host}".encode()
    )
    return Sent((start,), carried.encode())


def _authority(value: Value) -> Sent:
    host = f"{value.word}.example"
    return Sent(http2(value, more=[(":authority", host)]), host.encode())


TECHNIQUES: Final = (
    Technique("plain query", "only bodies are read", _query(_fields)),
    Technique("percent once", "the guard does not decode", _query(lambda v: "q=" + _times(v, 1))),
    Technique("percent twice", "it decodes once", _query(lambda v: "q=" + _times(v, 2))),
    Technique("percent thrice", "it decodes twice", _query(lambda v: "q=" + _times(v, 3))),
    Technique("percent four times", "it decodes thrice", _query(lambda v: "q=" + _times(v, 4))),
    Technique(
        "every letter escaped",
        "no letter of the value is in the target",
        _query(lambda v: "q=" + _all_escaped(v.text)),
    ),
    Technique(
        "overlong UTF-8 in the query",
        "a lenient receiver decodes what the guard calls broken",
        _query(lambda v: "q=" + _overlong(v.text)),
    ),
    Technique(
        "full-width digits in the query",
        "digits that no pattern knows",
        _query(lambda v: "q=" + _wide(v.text)),
    ),
    Technique(
        "escapes with %u",
        "an old form that the guard does not know",
        _query(lambda v: "q=" + "".join(f"%u{ord(c):04x}" for c in v.text)),
    ),
    Technique(
        "plus for blank",
        "the words are no words",
        _query(lambda v: "q=" + quote_plus(v.text)),
    ),
    Technique(
        "semicolons between parameters",
        "all of it is one parameter for the guard",
        _query(lambda v: "a=1;" + _fields(v).replace("&", ";")),
    ),
    Technique(
        "names of parameters",
        "only values are read",
        _query(lambda v: quote(v.text) + "=1"),
    ),
    Technique(
        "query without a name",
        "only pairs are read",
        _query(lambda v: quote(v.text)),
    ),
    Technique(
        "parameters with indices",
        "the label is no label",
        _query(lambda v: "&".join(f"p[0][{n}]={quote(t)}" for n, t in v.record.items())),
    ),
    Technique(
        "address within the query",
        "a target within a target",
        _query(lambda v: "next=" + quote(f"http://a.example/?{_fields(v)}", safe="")),
    ),
    Technique(
        "JSON in the query",
        "a document where none is looked for",
        _query(lambda v: "filter=" + quote(json.dumps(dict(v.record)))),
    ),
    Technique(
        "base64 in the query",
        "nobody decodes a parameter",
        _query(lambda v: "state=" + base64.urlsafe_b64encode(v.text.encode()).decode()),
    ),
    Technique(
        "base64 in the path",
        "nobody decodes a segment",
        lambda v: get(v, "/a/" + base64.urlsafe_b64encode(v.text.encode()).decode()),
    ),
    Technique(
        "very long query",
        "the guard reads the first kilobytes",
        _query(lambda v: "&".join(["a=bcd"] * 8000) + "&" + _fields(v)),
    ),
    Technique(
        "second question mark",
        "the query ends where it begins again",
        _query(lambda v: "a=1?" + _fields(v)),
    ),
    Technique("path", "only queries are read", lambda v: get(v, "/" + _times(v, 1))),
    Technique(
        "path of a cut sentence",
        "no segment holds two words",
        lambda v: get(v, "/" + v.text.replace(", ", "/").replace(" ", "/")),
    ),
    Technique(
        "matrix parameters",
        "they belong neither to the path nor to the query",
        lambda v: get(v, "/intake;" + _fields(v).replace("&", ";")),
    ),
    Technique(
        "escaped slash",
        "the guard and the receiver see different segments",
        lambda v: get(v, f"/a%2f..%2f{_times(v, 1)}"),
    ),
    Technique(
        "double slash",
        "the guard reads a host where the receiver reads a path",
        lambda v: get(v, f"//{_times(v, 1)}/x"),
    ),
    Technique(
        "traversal",
        "what is removed from the path was never read, and arrives",
        lambda v: get(v, f"/{_times(v, 1)}/../intake", "/intake"),
        dirty=DELIVERED,
    ),
    Technique(
        "NUL in the path",
        "the guard stops reading where C ends a string",
        lambda v: get(v, f"/a%00{_times(v, 1)}"),
        dirty=BAD_PATH,
        clean=BAD_PATH,
    ),
    Technique(
        "fragment",
        "it is no part of the target for the guard",
        lambda v: get(v, f"/intake#{_times(v, 1)}"),
        dirty=BAD_PATH,
        clean=BAD_PATH,
    ),
    Technique(
        "absolute target",
        "the guard reads no path in it",
        lambda v: get(v, f"http://{v.host}/{_times(v, 1)}", _times(v, 1)),
    ),
    Technique(
        "user of an absolute target",
        "the sidecar passes on what stands before the host",
        lambda v: get(v, f"http://{v.word}:x@{v.host}/intake", "/intake"),
        dirty=DELIVERED,
    ),
    Technique(
        "host",
        "a host name that nobody reads",
        lambda v: _with_host(v, f"{v.word}.example", v.word),
        at=dict.fromkeys(("ext_proc", "both"), ("UNENCRYPTED", _NO_ROUTE)),
    ),
    Technique(
        "authority of HTTP/2",
        "as before, where no parser looks at it",
        _authority,
        at=dict.fromkeys(("ext_proc", "both"), ("UNENCRYPTED", _NO_ROUTE)),
    ),
)
