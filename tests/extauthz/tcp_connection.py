"""One TCP connection as Envoy's network filter brings it to the guard."""

import grpc
from running_guard import BILLING, BILLING_HOST, EHR

from extauthz.guard.envoy import wire
from mesh.istio import call_metadata

VT, END = b"\x0b", b"\x1c\r"
INBOUND = {
    call_metadata.VANTAGE: "inbound",
    call_metadata.CLUSTER: "inbound|2575||",
    call_metadata.PEER: f"spiffe://{EHR}",
    call_metadata.LOCAL: f"spiffe://{BILLING}",
    call_metadata.PEER_ADDRESS: "10.0.0.7",
}
OUTBOUND = {
    call_metadata.VANTAGE: "outbound",
    call_metadata.CLUSTER: f"outbound|2575||{BILLING_HOST}",
}
POLICY = f"""
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: interfaces}}
spec:
  services: [{{host: {BILLING_HOST}, principal: {BILLING}}}]
  rules:
  - name: results
    from: [{{principals: ["{EHR}"]}}]
    to: [{{principals: ["{BILLING}"], operation: {{protocols: [MLLP]}}}}]
    phi: {{request: {{otherwise: DENY}}, response: {{otherwise: DENY}}}}
  - name: admissions
    from: [{{principals: ["{EHR}"]}}]
    to: [{{principals: ["{BILLING}"], operation: {{protocols: [MLLP], messageTypes: ["ADT^A01"]}}}}]
    phi:
      request: {{redact: [US_SOCIAL_SECURITY_NUMBER], allow: [A, C, H, I, R], otherwise: DENY}}
      response: {{otherwise: DENY}}
"""


def message(*segments, type_="ORU^R01^ORU_R01", control_id="M1"):
    head = f"MSH|^~\\&|EHR|CLINIC|LAB|LAB|20260311093000||{type_}|{control_id}|P|2.5.1"
    return "\r".join((head, *segments, "")).encode()


def framed(content):
    return VT + content + END


PATIENT = ("PID|1||MRN-5530917^^^C^MR~541-27-8860^^^S^SS||Okonkwo^Marisol||19611123|F",)
CLEAN = framed(message("NTE|1||gauze rolls of ten"))
DENIED = framed(message(*PATIENT, "DG1|1||E11.9^Diabetes^I10"))
REDACTED = framed(message(*PATIENT, type_="ADT^A01^ADT_A01"))
ACK = framed(message("MSA|AA|M1", type_="ACK^R01^ACK", control_id="A1"))


class Connection:
    """A call, and what the proxy would do with its answers."""

    def __init__(self, channel, metadata=None):
        method = channel.stream_stream(
            f"/{wire.NETWORK_PROCESSOR}/Process",
            request_serializer=wire.encode,
            response_deserializer=wire.decoder(
                "envoy.service.network_ext_proc.v3.ProcessingResponse"
            ),
        )
        self.call = method(metadata=tuple((INBOUND if metadata is None else metadata).items()))
        self.received = {"read_data": b"", "write_data": b""}
        self.ended = set()
        self.is_closed = False

    async def give(self, data, side="read_data", end=False):
        """Give bytes away, as read from the client or written by the server."""
        request = wire.message("envoy.service.network_ext_proc.v3.ProcessingRequest")()
        part = getattr(request, side)
        part.data, part.end_of_stream = data, end
        await self.call.write(request)

    async def take(self):
        """Take one answer."""
        answer = await self.call.read()
        assert answer is not grpc.aio.EOF
        assert answer.data_processing_status == 2  # MODIFIED: else the proxy sends its own bytes
        assert not answer.close_stream_to_ext_proc_server
        self.is_closed |= answer.connection_status == 1
        side = "read_data" if answer.HasField("read_data") else "write_data"
        part = getattr(answer, side)
        if not self.is_closed:
            self.received[side] += part.data
            self.ended |= {side} if part.end_of_stream else set()
        return answer

    async def exchange(self, data, side="read_data", end=False):
        """Give bytes away and take the answer."""
        await self.give(data, side, end)
        return await self.take()

    async def code(self):
        """Wait for the end of the call, and return its status."""
        try:
            while await self.call.read() is not grpc.aio.EOF:
                pass
        except grpc.aio.AioRpcError as error:
            return error.code()
        return await self.call.code()

    @property
    def forwarded(self):
        """What the server has received."""
        return self.received["read_data"]

    @property
    def heard(self):
        """What the client has received."""
        return self.received["write_data"]
