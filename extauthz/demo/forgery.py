"""A forged Check: the caller's own certificate, with another workload's exchange inside."""

from typing import Final

import grpc
from envoy_data_plane.envoy.service.auth.v3 import (
    AttributeContext,
    AttributeContextHttpRequest,
    AttributeContextPeer,
    AttributeContextRequest,
    CheckRequest,
    CheckResponse,
    DeniedHttpResponse,
)

from extauthz.demo.client import Request, Response
from extauthz.demo.topology import EHR, Workload

_CHECK: Final = "/envoy.service.auth.v3.Authorization/Check"
_FORBIDDEN: Final = 403  # Envoy's answer when the guard names no status
_TIMEOUT_SECONDS: Final = 5.0


def forged_check(channel: grpc.Channel, callee: Workload, request: Request) -> Response:
    """Ask the guard about a request from ehr to `callee`, as if the caller were callee's sidecar.

    Returns:
        The HTTP answer that Envoy would give. It is 503 when the guard does not answer, as
        `status_on_error` says.
    """
    check = channel.unary_unary(
        _CHECK, request_serializer=bytes, response_deserializer=CheckResponse.FromString
    )
    http = AttributeContextHttpRequest(
        method=request.method,
        path=request.path,
        host=request.host,
        raw_body=request.body,
        headers={**request.headers, "content-length": str(len(request.body))},
    )
    forged = CheckRequest(
        attributes=AttributeContext(
            source=AttributeContextPeer(principal=EHR.spiffe),
            destination=AttributeContextPeer(principal=callee.spiffe),
            request=AttributeContextRequest(http=http),
        )
    )
    metadata = (("traceparent", request.headers["traceparent"]),)
    try:
        answer = check(forged, timeout=_TIMEOUT_SECONDS, metadata=metadata)
    except grpc.RpcError:
        return Response(503, {}, b"")
    if answer.status is not None and answer.status.code == grpc.StatusCode.OK.value[0]:
        return Response(200, {}, b"")
    denied = answer.denied_response or DeniedHttpResponse()
    status = _FORBIDDEN if denied.status is None else int(denied.status.code)
    options = (option.header for option in denied.headers if option.header is not None)
    return Response(status, {h.key.lower(): h.value for h in options}, denied.body.encode())
