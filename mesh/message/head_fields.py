"""Which parts of a message's head are scanned, and under which label.

PHI can stand in a path, a query, a header, a host or a method, outside the body. The scan leaves
out only headers that the transport or a client's library writes, and only while they hold what
those would write. Their names are public, so anything else under such a name would evade the scan.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from mesh.message import client_headers, proxy_headers
from mesh.message.facts import Direction, Facts, Protocol
from mesh.message.headers import Headers
from phiscan.readers import encoded_words

# Written by HTTP itself, by Envoy or by a tracer. Not listed, because applications put names and
# numbers into them: `x-forwarded-for`, `authorization`, `cookie`, `referer`, `baggage`,
# `content-disposition`, `grpc-message`.
_TRANSPORT: Final = frozenset(
    "age alt-svc b3 cache-control connection content-encoding content-length content-type date "
    "etag expect expires "
    "grpc-encoding grpc-status grpc-timeout host if-match if-modified-since if-none-match "
    "if-unmodified-since keep-alive "
    "last-modified max-forwards pragma proxy-connection range retry-after "
    "strict-transport-security te traceparent "
    "tracestate trailer transfer-encoding upgrade vary x-forwarded-client-cert x-request-id".split()
)
_TRANSPORT_PREFIXES: Final = (":", "grpc-accept-", "x-b3-", "x-envoy-")
_REWRITTEN: Final = "x-envoy-original-path"  # the path before a route rewrote it
# What the transport writes in one word: a name, a host with its port, a small number, an address, a
# trace or request id. A number in another form could be a person's, so it is scanned.
# matches `gzip`, `billing.finance:8080/*`, `10.0.0.7`, `100m`; not `541-27-8860`, `"33a64-df"`
_WRITTEN: Final = re.compile(
    r"[A-Za-z*][A-Za-z+.*/;_-]{0,127}(?::\d{1,5}(?:/\*)?)?"
    r"|\d{1,8}[A-Za-z]?"
    r"|\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?"
    r"|[0-9a-f]{16}|[0-9a-f]{32}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}",
    re.ASCII,
)
_is_written = _WRITTEN.fullmatch
_READ_ALWAYS: Final = proxy_headers.NAMES | {_REWRITTEN}
"""Transport headers that are read whatever form their value has."""
# matches `patient.ssn`; not `123-45-6789`, `a1`
_PLAIN_NAME: Final = re.compile(r"[A-Za-z][A-Za-z_.\[\]-]{0,63}")
# an escape of JavaScript's `escape`; matches `%u0035`; not `%35`
_WIDE_ESCAPE: Final = re.compile(r"%u([0-9a-fA-F]{4})")
_MAX_DECODINGS: Final = 3  # `%2531` becomes `1` for a server that decodes twice


def of_head(facts: Facts, headers: Headers) -> Iterator[tuple[str, str]]:
    """Label and decoded value of each part of a head that can hold PHI.

    The path and query belong to the request. For a response they are left out: the request's scan
    read them. Of HL7 over MLLP there is nothing: the guard itself writes the type of its content.
    """
    if facts.protocol is Protocol.MLLP:
        return
    if facts.direction is Direction.REQUEST:
        yield from _of_path(facts.operation.path or headers.get(":path"))
    yield from of_headers("header", headers)


def of_headers(part: str, headers: Headers) -> Iterator[tuple[str, str]]:
    """Label (`header.x-patient`) and value of each field that the transport did not write."""
    for name, value in headers.pairs:
        if name in _TRANSPORT or name.startswith(_TRANSPORT_PREFIXES):
            # the first question settles nearly all of them
            if value and name != ":path" and (name in _READ_ALWAYS or not _is_written(value)):
                yield from _of_transport(part, name, value)
            continue
        if name in client_headers.NAMES and client_headers.is_usual(name, value):
            continue
        label = f"{part}.{name}"
        if name == "cookie":
            yield from _of_pairs(label, (pair.strip() for pair in value.split(";")))
        elif value:
            yield label, _decode(value)
        if not _PLAIN_NAME.fullmatch(name):
            yield part, name


def _of_transport(part: str, name: str, value: str) -> Iterator[tuple[str, str]]:
    """The part of a transport header that the transport did not write."""
    if name == _REWRITTEN:
        yield from _of_path(value)
    elif name in proxy_headers.NAMES:
        if rest := proxy_headers.beside(name, value):
            yield part, _decode(rest)
    else:
        # labelled without the header's name: `age` (seconds in a cache) is not a person's age
        yield part, _decode(value)


def _of_path(raw: str) -> Iterator[tuple[str, str]]:
    path, _, query = raw.partition("?")
    if path not in {"", "/"}:
        yield "path", _decode(path)
    if query:
        yield from _of_pairs("query", (pair.replace("+", " ") for pair in query.split("&")))


def _of_pairs(part: str, pairs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each value under its name. A name that is no plain word is yielded as a value too.

    `?123-45-6789`, for example, has a name only.
    """
    names: list[str] = []
    for pair in pairs:
        name, _, value = (_decode(half) for half in pair.partition("="))
        if value:
            yield f"{part}.{name}", value
        if name and not _PLAIN_NAME.fullmatch(name):
            names.append(name)
    if names:
        yield part, "\n".join(names)


def _decode(value: str) -> str:
    """The value, percent-decoded until nothing changes; invalid escapes stay as they are.

    Encoded words of e-mail (RFC 2047) are decoded too: `=?utf-8?Q?Ana_Ruiz?=`.
    """
    for _ in range(_MAX_DECODINGS):
        decoded = _WIDE_ESCAPE.sub(_wide, unquote(value)) if "%" in value else value
        if decoded == value:
            break
        value = decoded
    return _without_encoded_words(value) if "=?" in value else value


def _wide(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def _without_encoded_words(value: str) -> str:
    data, text, at = value.encode("utf-8", "replace"), "", 0
    for word in encoded_words.find(data, 0, len(data)):
        text += data[at : word.start].decode() + word.text
        at = word.end
    return text + data[at:].decode()
