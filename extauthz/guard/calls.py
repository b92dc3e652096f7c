"""What gRPC says about a call: its metadata, its deadline and its caller."""

from typing import Final

import grpc

from extauthz.guard.envoy.identity import principal
from extauthz.guard.inspection import Call
from extauthz.records.allow_list import SpanName
from mesh.message.decimals import decimal

_EOF: Final[object] = grpc.aio.EOF  # type: ignore[attr-defined]  # missing in grpc-stubs
_SPIFFE: Final = "peer_spiffe_id"
_CERTIFICATE: Final = "x509_pem_cert"
_STRANGER: Final = "unknown"
_EXPECTED: Final = "x-envoy-expected-rq-timeout-ms"


def call_of(kind: SpanName, context: "grpc.aio.ServicerContext[bytes, bytes]") -> Call:
    """Return the call of a context.

    Envoy states its timeout as metadata. Other clients set a gRPC deadline. The nearer one counts.
    """
    metadata = {k.lower(): v for k, v in context.invocation_metadata() or () if isinstance(v, str)}
    expected = decimal(metadata.get(_EXPECTED, ""))
    seconds = [context.time_remaining(), None if expected is None else expected / 1000]
    known = [s for s in seconds if s is not None]
    return Call(kind, metadata, _caller(context), min(known) if known else None)


async def read(context: "grpc.aio.ServicerContext[bytes, bytes]") -> bytes | None:
    """Return the next message of a stream, or None when the caller has ended it."""
    message = await context.read()
    return None if message is _EOF else message


def _caller(context: "grpc.aio.ServicerContext[bytes, bytes]") -> str:
    """Return the principal of the calling proxy, proven by the TLS handshake.

    It is empty on a plain listener. A certificate without exactly one SPIFFE id of Istio's form
    gives `unknown`. That name matches no workload, so `decide` refuses the caller's checks as
    forged.
    """
    proven = context.auth_context()
    if _CERTIFICATE not in proven:
        return ""
    uris = [principal(uri.decode(errors="replace")) for uri in proven.get(_SPIFFE, ())]
    return uris[0] if len(uris) == 1 and uris[0] else _STRANGER
