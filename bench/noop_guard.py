"""A guard that looks at nothing and allows everything: the floor for any guard on grpcio.

Run it as `python bench/noop_guard.py HOST:PORT CERTIFICATE KEY AUTHORITY`. It offers the same two
services as phiguard, over the same mutual TLS and with the same codec. It is no part of the
product.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from extauthz.guard.envoy.wire import AUTHORIZATION, EXTERNAL_PROCESSOR, decoder, encode, message

_LARGEST_MESSAGE = 16 * 1024 * 1024


def _allowed() -> Message:
    response = message("envoy.service.auth.v3.CheckResponse")()
    response.status.code = 0
    response.ok_response.SetInParent()
    allowed: Message = response
    return allowed


def check(_request: Message, _context: grpc.ServicerContext) -> Message:
    return _allowed()


def process(requests: Iterator[Message], _context: grpc.ServicerContext) -> Iterator[Message]:
    for request in requests:
        response = message("envoy.service.ext_proc.v3.ProcessingResponse")()
        getattr(response, request.WhichOneof("request")).SetInParent()
        yield response


def serve(address: str, certificate: Path, key: Path, authority: Path) -> grpc.Server:
    server = grpc.server(
        ThreadPoolExecutor(16), options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE)]
    )
    unary = grpc.unary_unary_rpc_method_handler(
        check, decoder("envoy.service.auth.v3.CheckRequest"), encode
    )
    stream = grpc.stream_stream_rpc_method_handler(
        process, decoder("envoy.service.ext_proc.v3.ProcessingRequest"), encode
    )
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(AUTHORIZATION, {"Check": unary}),
            grpc.method_handlers_generic_handler(EXTERNAL_PROCESSOR, {"Process": stream}),
        )
    )
    status = health.HealthServicer()
    status.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(status, server)
    credentials = grpc.ssl_server_credentials(
        [(key.read_bytes(), certificate.read_bytes())],
        authority.read_bytes(),
        require_client_auth=True,
    )
    server.add_secure_port(address, credentials)
    server.start()
    return server


if __name__ == "__main__":
    serve(sys.argv[1], *(Path(argument) for argument in sys.argv[2:5])).wait_for_termination()
