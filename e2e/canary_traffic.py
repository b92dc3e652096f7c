"""Messages with a value of each infoType in every place, for the search of what is written.

Some are allowed, some redacted, some alerted on, some denied; some cannot be read, and some find
the guard too busy.
"""

import gzip
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import quote, quote_plus

import orjson
from canaries import BODY, CANARIES, HEADERS, PATH

from e2e.bypass import wire
from e2e.bypass.backend import Http2Answer
from e2e.bypass.technique import Http2, Sent
from extauthz.demo.client import Request, Response, new_traceparent
from extauthz.demo.lab import Lab
from extauthz.demo.programs import POLICY
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, Workload

POLICY_TEXT: Final = POLICY.read_text().replace(
    "request: {otherwise: DENY}  # counts and averages only", "request: {otherwise: ALERT}"
)
"""The demo's policy, with an edge that only alerts."""
HELD_BYTES: Final = 1_000_000
"""What the guard holds at most: any message of a known length but the largest."""
KEPT: Final = "no such table"
"""What an application's gRPC answer says without a value."""
_ALLOWED: Final = {BILLING: "/claims", ANALYTICS: "/reports"}
_JSON: Final = {"content-type": "application/json"}
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_COOKIES: Final = "; ".join(f"{name}={quote_plus(value)}" for name, value in CANARIES.items())
_EVERYWHERE: Final = {
    **HEADERS,
    "cookie": _COOKIES,
    "user-agent": CANARIES["patientName"],
    "referer": f"https://example.net/?ssn={CANARIES['ssn']}",
    "x-request-id": CANARIES["ssn"],
    "x-client-trace-id": CANARIES["mrn"],
    "x-envoy-downstream-service-cluster": CANARIES["patientName"],
    "baggage": f"ssn={CANARIES['ssn']}",
    "authorization": f"Bearer {CANARIES['ssn']}",
    "x-envoy-decorator-operation": CANARIES["patientName"],
    "tracestate": f"ssn={CANARIES['ssn']}",
}
_GRPC: Final = (("content-type", "application/grpc"), ("te", "trailers"))
_FRAME: Final = struct.pack(">BI", 0, len(BODY)) + BODY
_EMPTY_FRAME: Final = struct.pack(">BI", 0, 0)
_TRAILERS: Final = tuple(HEADERS.items())
_MESSAGE: Final = "\r".join(
    (
        f"MSH|^~\\&|{CANARIES['patientName']}|{CANARIES['mrn']}|{CANARIES['ssn']}|{CANARIES['email']}"
        f"|20240319||ADT^A01|{CANARIES['accountNumber']}|P|2.5",
        f"PID|1||{CANARIES['mrn']}^^^ZQ^MR||QUACKENBUSH^ZEBULON||19310217|||"
        f"{CANARIES['address']}^^{CANARIES['city']}||{CANARIES['phone']}||||||{CANARIES['ssn']}",
        *(f"NTE|{at}||{value}" for at, value in enumerate(CANARIES.values())),
        "",
    )
).encode()


def _some(*names: str) -> tuple[bytes, dict[str, str]]:
    return orjson.dumps({name: CANARIES[name] for name in names}), _JSON


BODIES: Final = {
    "read": (BODY, _JSON),
    "packed": (gzip.compress(BODY), {**_JSON, "content-encoding": "gzip"}),
    "a-form": ("&".join(f"{k}={quote_plus(v)}" for k, v in CANARIES.items()).encode(), _FORM),
    "hl7-v2": (_MESSAGE, {"content-type": "application/hl7-v2"}),
    "allowed-to-billing": _some("patientName", "mrn", "memberId"),
    "redacted-for-billing": _some("patientName", "mrn", "ssn"),
    "broken": (BODY[:-20], _JSON),
    "in-an-unknown-coding": (
        BODY,
        {**_JSON, "content-encoding": CANARIES["patientName"].split()[0]},
    ),
    "too-large": (BODY + b" " * 2_000_000, _JSON),
}


def responses() -> Iterator[tuple[str, bytes | Http2Answer]]:
    """By name: the values in each body, then everywhere else, then in frames of HTTP/2."""
    everywhere = {
        **HEADERS,
        "set-cookie": _COOKIES,
        "x-envoy-decorator-operation": CANARIES["patientName"],
    }
    for name, (body, headers) in BODIES.items():
        yield f"{name}-in-the-body", _response(body, headers)
        yield f"{name}-everywhere", _response(body, {**everywhere, **headers})
    yield "allowed-cookie", _response(b"{}", {**_JSON, "set-cookie": f"mrn={CANARIES['mrn']}"})
    yield "trailers", _framed(tuple(_JSON.items()), b"{}", *_TRAILERS)
    yield from _grpc_answers()


def _grpc_answers() -> Iterator[tuple[str, Http2Answer]]:
    kind, told = _GRPC[:1], ("grpc-message", quote(f"no patient with SSN {CANARIES['ssn']}"))
    failed, named = ("grpc-status", "3"), ("grpc-message", quote(CANARIES["patientName"]))
    yield "grpc-kept", _framed(kind, _EMPTY_FRAME, failed, ("grpc-message", KEPT))
    yield "grpc-told", _framed(kind, _EMPTY_FRAME, failed, told)
    yield "grpc-told-in-the-head", Http2Answer((*kind, failed, told, ("content-length", "0")))
    yield "grpc-refused", _framed(kind, _FRAME, failed, named)
    yield "grpc-refused-later", _framed(kind, _EMPTY_FRAME, failed, named, *_TRAILERS)
    number = CANARIES["ssn"].replace("-", "")
    yield "grpc-status", _framed(kind, _EMPTY_FRAME, ("grpc-status", number), told)


Fields = tuple[tuple[str, str], ...]


def _framed(headers: Fields, frame: bytes, *trailers: tuple[str, str]) -> Http2Answer:
    return Http2Answer((*headers, ("content-length", str(len(frame)))), (frame,), trailers)


def _response(body: bytes, headers: dict[str, str]) -> bytes:
    fields = {**headers, "content-length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + body


def requests(callee: Workload, body: bytes, headers: dict[str, str]) -> Iterator[Request]:
    """Two with the values everywhere, and one with the values in its body only.

    The guard denies most of the first two without a look at the body. Without a trace of the
    client's, an `x-request-id` that is no UUID keeps Envoy from reporting a span.
    """
    for more in ({}, {"traceparent": new_traceparent()[1]}):
        yield Request(callee.host, "POST", PATH, body, {**_EVERYWHERE, **more, **headers})
    yield Request(callee.host, "POST", _ALLOWED[callee], body, headers)


def over_http1(lab: Lab) -> Iterator[Response]:
    """Send each request every way, and ask for each response."""
    for body, headers in BODIES.values():
        for asked in (*requests(BILLING, body, headers), *requests(ANALYTICS, body, headers)):
            yield lab.from_application(EHR, asked)
        for asked in requests(BILLING, body, headers):
            yield lab.from_outside(BILLING, asked)
            yield lab.past_sidecar(EHR, BILLING, asked)
    for name, answer in responses():
        if isinstance(answer, bytes):
            asked = Request(EHR.host, "GET", f"/patients/answer/{name}")
            yield lab.past_sidecar(BILLING, EHR, asked)


def over_http2(lab: Lab) -> Iterator[tuple[str, wire.Heard]]:
    """gRPC and trailers, in requests at each gate and in responses, each with its name.

    One request has a value as its method. HTTP/1.1 knows only the usual ones.
    """
    ports, certificates = lab.mesh.ports, lab.mesh.certificates
    for door in (
        wire.Door(ports[EHR].outbound),
        wire.Door(ports[BILLING].inbound, certificates[EHR]),
    ):
        traced = ("traceparent", new_traceparent()[1])
        for path, headers, frame, trailers in (
            ("/claims", _GRPC, _FRAME, ()),
            ("/claims", _GRPC, _FRAME, _TRAILERS),
            (PATH, (*_GRPC, *_EVERYWHERE.items(), traced), _FRAME, ()),
            ("/claims", tuple(_JSON.items()), b"{}", _TRAILERS),
        ):
            length = ("content-length", str(len(frame)))
            asked = _http2(BILLING, path, *headers, length)
            asked = replace(asked, frames=(frame,), trailers=trailers)
            yield "request", wire.send(door, Sent(asked, b""))
        asked = _http2(BILLING, "/claims", traced, method=CANARIES["ssn"])
        yield "method", wire.send(door, Sent(asked, b""))
    for caller in (BILLING, ANALYTICS):
        door = wire.Door(ports[EHR].inbound, certificates[caller])
        for name, answer in responses():
            if isinstance(answer, Http2Answer):
                asked = _http2(EHR, f"/patients/answer/{name}", *_GRPC, method="GET")
                yield name, wire.send(door, Sent(asked, b""))


def _http2(callee: Workload, path: str, *more: tuple[str, str], method: str = "POST") -> Http2:
    head = ((":method", method), (":scheme", "http"), (":authority", callee.host))
    return Http2((*head, (":path", path), *more))
