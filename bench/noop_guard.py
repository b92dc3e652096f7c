"""A guard that looks at nothing and allows everything: the floor for any guard on grpcio.

Run it as `python bench/noop_guard.py HOST:PORT CERTIFICATE KEY AUTHORITY [aio]`. It offers the same
two services as phiguard, over the same mutual TLS and with the same codec. With `aio` it runs on
grpc.aio, as phiguard does, and offers Check, and network ext_proc. It is no part of the product.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from extauthz.guard.envoy.wire import (
    AUTHORIZATION,
    EXTERNAL_PROCESSOR,
    NETWORK_PROCESSOR,
    decoder,
    encode,
    message,
)

_NETWORK = "envoy.service.network_ext_proc.v3"
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


async def converse(
    _: AsyncIterator[Message], context: "grpc.aio.ServicerContext[Message, Message]"
) -> None:
    """Give back each piece of a connection."""
    while (request := await context.read()) is not grpc.aio.EOF:  # type: ignore[attr-defined]
        response = message(f"{_NETWORK}.ProcessingResponse")()
        side = "read_data" if request.HasField("read_data") else "write_data"
        getattr(response, side).CopyFrom(getattr(request, side))
        response.data_processing_status = 2  # MODIFIED
        await context.write(response)


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
    server.add_secure_port(address, credentials(certificate, key, authority))
    server.start()
    return server


def credentials(certificate: Path, key: Path, authority: Path) -> grpc.ServerCredentials:
    return grpc.ssl_server_credentials(
        [(key.read_bytes(), certificate.read_bytes())],
        authority.read_bytes(),
        require_client_auth=True,
    )


async def serve_aio(address: str, certificate: Path, key: Path, authority: Path) -> None:
    async def answer(request: Message, context: grpc.ServicerContext) -> Message:
        return check(request, context)

    server = grpc.aio.server(options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE)])
    unary = grpc.unary_unary_rpc_method_handler(
        answer, decoder("envoy.service.auth.v3.CheckRequest"), encode
    )
    connection = grpc.stream_stream_rpc_method_handler(
        converse, decoder(f"{_NETWORK}.ProcessingRequest"), encode
    )
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(AUTHORIZATION, {"Check": unary}),
            grpc.method_handlers_generic_handler(NETWORK_PROCESSOR, {"Process": connection}),
        )
    )
    status = health.aio.HealthServicer()
    await status.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(status, server)
    server.add_secure_port(address, credentials(certificate, key, authority))
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    files = [Path(argument) for argument in sys.argv[2:5]]
    if sys.argv[5:] == ["aio"]:
        asyncio.run(serve_aio(sys.argv[1], *files))
    else:
        serve(sys.argv[1], *files).wait_for_termination()
