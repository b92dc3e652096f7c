"""What gRPC tells of a call: its metadata, its deadline, and who calls."""

from typing import Any, Final

import grpc

from extauthz.guard.envoy.identity import principal
from extauthz.guard.inspection import Call
from extauthz.records.telemetry import SpanName

EOF: Final[Any] = grpc.aio.EOF  # type: ignore[attr-defined]  # missing in grpc-stubs
"""What reading a stream gives when the caller has ended it."""

_SPIFFE: Final = "peer_spiffe_id"
_CERTIFICATE: Final = "x509_pem_cert"
_STRANGER: Final = "unknown"
_EXPECTED: Final = "x-envoy-expected-rq-timeout-ms"


def call_of(kind: SpanName, context: "grpc.aio.ServicerContext[Any, Any]") -> Call:
    """Return the call of a context. Envoy states its timeout as metadata, other clients as a gRPC
    deadline."""
    metadata = {k.lower(): v for k, v in context.invocation_metadata() or () if isinstance(v, str)}
    expected = metadata.get(_EXPECTED, "")
    is_number = (
        expected.isascii() and expected.isdigit() and len(expected) < 20
    )  # Python reads no more than 4,300 digits
    seconds = [context.time_remaining(), int(expected) / 1000 if is_number else None]
    known = [s for s in seconds if s is not None]
    return Call(kind, metadata, _caller(context), min(known) if known else None)


def _caller(context: "grpc.aio.ServicerContext[Any, Any]") -> str:
    """Return the principal of the proxy that calls, proven by the TLS handshake; empty on a plain
    listener.

    A certificate without a SPIFFE id of Istio's form gives a name that matches no workload, so that
    `decide` refuses its checks as forged."""
    proven = context.auth_context()
    if _CERTIFICATE not in proven:
        return ""
    uris = [principal(uri.decode(errors="replace")) for uri in proven.get(_SPIFFE, ())]
    return uris[0] if len(uris) == 1 and uris[0] else _STRANGER
