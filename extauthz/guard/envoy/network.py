"""Envoy's network `ProcessingRequest` becomes `Received`, and a `TcpAnswer` its response.

INVARIANT (never off): no response sets `close_stream_to_ext_proc_server`. Envoy would let
everything after it pass unread.
"""

from dataclasses import replace
from typing import Any, Final

from extauthz.guard.envoy import wire
from extauthz.guard.envoy.identity import address, host, principal, receiver
from extauthz.guard.inspection import Call
from extauthz.guard.tcp_answer import TcpAnswer
from mesh.exchange.tcp_events import Received
from mesh.istio import call_metadata
from mesh.message.decimals import decimal
from mesh.message.facts import Direction, Facts, Operation, Protocol, Vantage
from mesh.message.identity import is_principal

_REQUEST: Final = "envoy.service.network_ext_proc.v3.ProcessingRequest"
_RESPONSE: Final = "envoy.service.network_ext_proc.v3.ProcessingResponse"
_MODIFIED: Final = 2  # ProcessingResponse.DataProcessedStatus
_CLOSE: Final = 1  # ProcessingResponse.ConnectionStatus: what was sent before is flushed
_PARTS: Final = 4  # outbound|2575||lab.finance.svc.cluster.local
_LAST_PORT: Final = 65535


def decode(data: bytes) -> Received | None:
    """Return the bytes of a message, or None when it holds none: the schema does not know it.

    Raises:
        wire.DecodeError: it is no ProcessingRequest.
    """
    request = wire.decoder(_REQUEST)(data)
    is_read, is_write = request.HasField("read_data"), request.HasField("write_data")
    if is_read == is_write:
        return None
    part = request.read_data if is_read else request.write_data
    direction = Direction.REQUEST if is_read else Direction.RESPONSE
    return Received(direction, part.data, part.end_of_stream)


def encode(answer: TcpAnswer) -> bytes:
    """Return the response."""
    response: Any = wire.message(_RESPONSE)()
    is_read = answer.direction is Direction.REQUEST
    part = response.read_data if is_read else response.write_data
    part.SetInParent()  # without it, Envoy takes the response for none
    part.data, part.end_of_stream = answer.data, answer.end
    response.data_processing_status = _MODIFIED
    if answer.closes:
        response.connection_status = _CLOSE
    return wire.encode(response)


def facts(call: Call) -> Facts:
    """Return who talks to whom on the connection, as the proxy says in the metadata of its call.

    At the receiver, the proxy names the peer of the TLS connection and itself. At the sender, the
    proxy's own certificate says who sends, as the guard's TLS handshake has proven it, and the
    chosen cluster says to which service. Two of its words say the direction: the fixed text of the
    filter, and the cluster. Where they differ, or one is missing, the facts name nobody, and every
    message is denied.

    INVARIANT (no guess): no byte of the connection is looked at. Whoever calls the guard himself
    and writes such metadata can speak for himself only: at the receiver, `decide` compares the
    destination with the caller.
    """
    said = call.metadata
    known = Facts(caller=call.caller, protocol=Protocol.TCP, redactable=True)
    vantage = said.get(call_metadata.VANTAGE, "")
    parts = said.get(call_metadata.CLUSTER, "").split("|")
    if len(parts) != _PARTS or parts[0] != vantage:
        return known
    known = replace(known, operation=Operation(port=_port(parts[1])))
    if vantage == Vantage.INBOUND:
        source = principal(said.get(call_metadata.PEER, ""))
        return replace(
            known,
            vantage=Vantage.INBOUND,
            source=source,
            destination=receiver(said.get(call_metadata.LOCAL, ""), call.caller),
            mtls=bool(source),
            source_address=address(said.get(call_metadata.PEER_ADDRESS, "")),
        )
    if vantage == Vantage.OUTBOUND:
        return replace(
            known,
            vantage=Vantage.OUTBOUND,
            source=call.caller if is_principal(call.caller) else "",
            service=host(parts[3]),
        )
    return known


def _port(text: str) -> int:
    number = decimal(text)
    return number if number is not None and 0 < number <= _LAST_PORT else 0
