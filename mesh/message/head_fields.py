"""Which parts of a message's head are scanned, and under which label.

PHI can stand in a path, a query or a header, outside the body. The scan leaves out only headers
that the transport itself writes, and only while they hold what the transport would write: one short
word. Their names are public, so a sentence under such a name would otherwise evade the scan.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from mesh.message.facts import Direction, Facts
from mesh.message.headers import Headers

# Written by HTTP itself, by Envoy or by a tracer. Not listed, because applications put names and
# numbers into them: `user-agent`, `x-forwarded-for`, `authorization`, `cookie`, `referer`,
# `baggage`, `content-disposition`, `grpc-message`.
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
# In these headers a proxy writes its own identity, which is long. Clients can write there too, and
# some proxies keep what a client wrote. The scan leaves out what has the proxies' form and reads
# the rest. Matches `Hash=` with 64 hex digits, `By=spiffe://cluster.local/ns/a/sa/b`; not
# `Subject="CN=Ana"`.
_PEM: Final = (
    "-----BEGIN%20CERTIFICATE-----"
    "(?:[A-Za-z0-9/+=]|%0A|%2B|%2F|%3D)*"  # base64, percent-encoded
    "-----END%20CERTIFICATE-----(?:%0A)?"
)
_PROXYS: Final = {
    "x-forwarded-client-cert": re.compile(
        "(?:By|URI)=spiffe://[a-z0-9._/-]{1,512}"
        "|Hash=[0-9a-f]{64}"
        '|Subject=""'
        f'|(?:Cert|Chain)="(?:{_PEM})*"'
    ),
    "x-envoy-peer-metadata": re.compile(r"[A-Za-z0-9+/]{64,}={0,2}"),
    "x-envoy-peer-metadata-id": re.compile(r"[a-z]+~[0-9a-f.:]*~[a-z0-9.-]*~[a-z0-9.-]*"),
}
# between elements of `x-forwarded-client-cert`; matches `;` and `, `; not `a`
_LISTED: Final = re.compile(r"[;, ]*")
_REWRITTEN: Final = "x-envoy-original-path"  # the path before a route rewrote it
# matches `"33a64-df"`, `gzip`; not `no-cache, private`, `Ana%20Ruiz`, `ssn=1`, `ana@example.com`
_WORD: Final = re.compile(r"[!-$&-<>?A-~]{0,128}")
# matches `patient.ssn`; not `123-45-6789`, `a1`
_PLAIN_NAME: Final = re.compile(r"[A-Za-z][A-Za-z_.\[\]-]{0,63}")
_MAX_DECODINGS: Final = 3  # `%2531` becomes `1` for a server that decodes twice


def of_head(facts: Facts, headers: Headers) -> Iterator[tuple[str, str]]:
    """Label and decoded value of each part of a head that can hold PHI.

    The path and query belong to the request. For a response they are left out: the request's scan
    read them.
    """
    if facts.direction is Direction.REQUEST:
        yield from _of_path(facts.operation.path or headers.get(":path"))
    yield from of_headers("header", headers)


def of_headers(part: str, headers: Headers) -> Iterator[tuple[str, str]]:
    """Label (`header.x-patient`) and value of each field that the transport did not write."""
    for name, value in headers.pairs:
        label = f"{part}.{name}"
        if name == ":path":  # scanned as a path, with the request line
            continue
        if name in _TRANSPORT or name.startswith(_TRANSPORT_PREFIXES):
            yield from _of_transport(part, name, value)
            continue
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
    elif name in _PROXYS:
        if not _LISTED.fullmatch(rest := _PROXYS[name].sub("", value)):
            yield part, _decode(rest)
    elif not _WORD.fullmatch(value):
        # labelled without the header's name: `age` (seconds in a cache) is not a person's age
        yield part, _decode(value)


def _of_path(raw: str) -> Iterator[tuple[str, str]]:
    path, _, query = raw.partition("?")
    if path not in {"", "/"}:
        yield "path", _decode(path)
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
    """The value, percent-decoded until nothing changes; invalid escapes stay as they are."""
    for _ in range(_MAX_DECODINGS):
        decoded = unquote(value)
        if decoded == value:
            break
        value = decoded
    return value
