"""A Check that its caller has no right to ask: somebody's own certificate, and another workload's exchange inside."""

from typing import Final

import grpc

from extauthz.demo.client import Request, Response
from extauthz.demo.topology import EHR, Workload
from extauthz.guard.envoy.wire import AUTHORIZATION, decoder, encode, message

_TIMEOUT_SECONDS: Final = 5.0


def forged_check(channel: grpc.Channel, callee: Workload, request: Request) -> Response:
    """Ask the guard about a request from ehr to `callee` as if the caller were the callee's
    sidecar.

    Returns:
        The HTTP answer that Envoy would give; 503 when the guard does not answer, as its
        `status_on_error`.
    """
    check = channel.unary_unary(
        f"/{AUTHORIZATION}/Check",
        request_serializer=encode,
        response_deserializer=decoder("envoy.service.auth.v3.CheckResponse"),
    )
    forged = message("envoy.service.auth.v3.CheckRequest")()
    forged.attributes.source.principal = EHR.spiffe
    forged.attributes.destination.principal = callee.spiffe
    http = forged.attributes.request.http
    http.method, http.path, http.host, http.raw_body = (
        request.method,
        request.path,
        request.host,
        request.body,
    )
    http.headers.update({**request.headers, "content-length": str(len(request.body))})
    metadata = (("traceparent", request.headers["traceparent"]),)
    try:
        answer = check(forged, timeout=_TIMEOUT_SECONDS, metadata=metadata)
    except grpc.RpcError:
        return Response(503, {}, b"")
    if answer.status.code == grpc.StatusCode.OK.value[0]:
        return Response(200, {}, b"")
    denied = answer.denied_response
    headers = {option.header.key.lower(): option.header.value for option in denied.headers}
    return Response(denied.status.code, headers, denied.body.encode())
