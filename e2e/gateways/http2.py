"""A client that speaks HTTP/2 over TLS, as browsers do with a gateway."""

import contextlib
import socket
import ssl
from collections.abc import Mapping
from typing import Final

import h2.connection
import h2.events

from extauthz.demo.client import Request, Response
from extauthz.demo.topology import LOOPBACK

_TIMEOUT_SECONDS: Final = 15.0
_READ: Final = 65_536


def send_http2(request: Request, port: int, context: ssl.SSLContext, *, name: str = "") -> Response:
    """Send one request to a port on loopback. Its body may have 64 KiB, the first window of HTTP/2.

    Args:
        request: `host` is its authority.
        context: of the client; offers HTTP/2.
        name: of the server, for its certificate.

    Raises:
        OSError: the connection failed or ended early, or the server did not take HTTP/2.
    """
    context.set_alpn_protocols(["h2"])
    plain = socket.create_connection((LOOPBACK, port), timeout=_TIMEOUT_SECONDS)
    with contextlib.closing(context.wrap_socket(plain, server_hostname=name or None)) as secured:
        if secured.selected_alpn_protocol() != "h2":
            raise OSError("the server does not take HTTP/2")
        client = h2.connection.H2Connection()
        client.initiate_connection()
        stream = client.get_next_available_stream_id()
        client.send_headers(stream, _headers(request), end_stream=not request.body)
        for at in range(0, len(request.body), client.max_outbound_frame_size):
            part = request.body[at : at + client.max_outbound_frame_size]
            client.send_data(stream, part, at + len(part) == len(request.body))
        return _answer(client, secured)


def _headers(request: Request) -> list[tuple[str, str]]:
    return [
        (":method", request.method),
        (":scheme", "https"),
        (":authority", request.host),
        (":path", request.path),
        *((name.lower(), value) for name, value in request.headers.items()),
    ]


def _answer(client: h2.connection.H2Connection, secured: ssl.SSLSocket) -> Response:
    headers: Mapping[str, str] = {}
    body = b""
    while True:
        secured.sendall(client.data_to_send())
        read = secured.recv(_READ)
        if not read:
            raise OSError("the server ended the connection")
        for event in client.receive_data(read):
            match event:
                case h2.events.ResponseReceived():
                    headers = {_text(name): _text(value) for name, value in event.headers or ()}
                case h2.events.DataReceived():
                    body += event.data or b""
                    client.acknowledge_received_data(event.flow_controlled_length or 0, 1)
                case h2.events.StreamReset() | h2.events.ConnectionTerminated():
                    raise OSError("the server broke the exchange off")
                case h2.events.StreamEnded():
                    return Response(int(headers[":status"]), headers, body)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
