"""A guard on a real socket, and messages as Envoy sends them."""

import itertools
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from recorded_metrics import RecordedMetrics

from extauthz.guard import start_record
from extauthz.guard.envoy import wire
from extauthz.guard.worker import Worker, utc_day
from extauthz.listeners import Http
from extauthz.policies.files import PolicyFiles
from extauthz.policies.store import PolicyStore
from extauthz.records import ledger_time
from extauthz.records.allow_list import AllowList
from extauthz.records.edges.observation_store import NO_EDGES, EdgeCounter
from extauthz.records.exposition import rendered
from extauthz.records.ledger.chain import unseal
from extauthz.records.ledger.durability import Fsync
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.notary import Signing
from extauthz.records.otlp import Pipeline
from extauthz.settings import Limits, Settings
from mesh.posture.canary.nonce import Keys
from phiscan.engine import Engine

EHR = "cluster.local/ns/clinic/sa/ehr"
BILLING = "cluster.local/ns/finance/sa/billing"
BILLING_HOST = "billing.finance.svc.cluster.local"

POLICY = f"""
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: clinic}}
spec:
  mode: enforce
  defaultAction: DENY
  services: [{{host: {BILLING_HOST}, principal: {BILLING}}}]
  rules:
  - name: ehr-to-billing
    from: [{{principals: ["{EHR}"]}}]
    to: [{{principals: ["{BILLING}"]}}]
    phi:
      request: {{allow: [PERSON_NAME, MEDICAL_RECORD_NUMBER], redact: [US_SOCIAL_SECURITY_NUMBER], otherwise: DENY}}
      response: {{allow: [PERSON_NAME], redact: [US_SOCIAL_SECURITY_NUMBER], otherwise: DENY}}
"""

ALLOWED = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'
DENIED = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9", "email": "ana.ruiz@example.net"}'
REDACTED = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9", "ssn": "536-22-8790"}'

SERVING, NOT_SERVING = (
    health_pb2.HealthCheckResponse.SERVING,
    health_pb2.HealthCheckResponse.NOT_SERVING,
)


async def health(channel, service=""):
    return (
        await health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(service=service)
        )
    ).status


class Guard:
    """One worker in this process, with its spans, metrics and ledger records."""

    def __init__(
        self,
        folder: Path,
        engine: Engine,
        *,
        policy: str = POLICY,
        limits: Limits | None = None,
        tls=None,
        edges: EdgeCounter = NO_EDGES,
        scanners: int = 0,
        fsync: Fsync = Fsync.SECOND,
        signing: Signing | None = None,
        canary_keys: Keys | None = None,
        http: Http | None = None,
    ):
        self.folder = folder
        self.policy = folder / "policy.yaml"
        self.policy.write_text(policy)
        self.settings = Settings(
            "127.0.0.1",
            0,
            self.policy,
            tls=tls,
            ledger=folder / "ledger",
            limits=limits or Limits(scan_seconds=20.0),
            scanners=scanners,
            canary_keys=canary_keys,
            http=http,
        )
        self.spans = InMemorySpanExporter()
        self.metrics = RecordedMetrics()
        self.pipeline = Pipeline([SimpleSpanProcessor(AllowList(self.spans))], self.metrics)
        about = start_record.about(self.settings, 0)
        self.ledger = FileLedger(
            folder / "ledger", 0, ledger_time.now, about, fsync=fsync, signing=signing
        )
        policies = PolicyStore(PolicyFiles(self.policy), utc_day, lambda _: engine)
        self.worker = Worker(self.settings, policies, self.ledger, self.pipeline, edges)
        self.address = ""
        self.metrics_json = ""
        self.pages = b""

    async def __aenter__(self):
        self.address = f"127.0.0.1:{await self.worker.start()}"
        return self

    async def __aexit__(self, *_):
        self.pipeline.flush()
        data = self.metrics.data
        self.metrics_json = data.to_json() if data else ""
        sources = [("0", self.pipeline.families())]
        pages = (rendered(sources, openmetrics=each)[0] for each in (True, False))
        self.pages = b"".join(pages)
        await self.worker.drain()

    def channel(self):
        return grpc.aio.insecure_channel(self.address)

    async def check(self, request, metadata=(), timeout=20):
        async with self.channel() as channel:
            method = channel.unary_unary(
                f"/{wire.AUTHORIZATION}/Check",
                request_serializer=wire.encode,
                response_deserializer=wire.decoder("envoy.service.auth.v3.CheckResponse"),
            )
            return await method(request, metadata=metadata, timeout=timeout)

    async def process(self, *requests, metadata=()):
        """Send each event after the answer to the one before, as Envoy does.

        Returns the answers and the stream's status code.
        """
        answers = []
        async with self.channel() as channel:
            call = processing_call(channel, metadata)
            for request in requests:
                await call.write(request)
                try:
                    answer = await call.read()
                except grpc.aio.AioRpcError as error:
                    return answers, error.code()
                if answer is grpc.aio.EOF:
                    break
                answers.append(answer)
                if answer.WhichOneof("response") == "immediate_response":
                    break
            await call.done_writing()
            return answers, await code_of(call)

    def records(self, *kinds):
        """The ledger's records of these kinds; without any, the decisions."""
        lines = itertools.chain.from_iterable(
            p.read_bytes().splitlines() for p in sorted((self.folder / "ledger").glob("*.jsonl"))
        )
        return [r for r in map(unseal, lines) if r and r["kind"] in (kinds or {"decision"})]

    def span(self, name):
        return next(s for s in self.spans.get_finished_spans() if s.name == name)


async def code_of(call):
    """Wait for the end of a stream without further answers, and return its status code."""
    try:
        assert await call.read() is grpc.aio.EOF
    except grpc.aio.AioRpcError as error:
        return error.code()
    return await call.code()


def processing_call(channel, metadata=()):
    return channel.stream_stream(
        f"/{wire.EXTERNAL_PROCESSOR}/Process",
        request_serializer=wire.encode,
        response_deserializer=wire.decoder("envoy.service.ext_proc.v3.ProcessingResponse"),
    )(metadata=metadata)


def check_request(
    body=b"", *, source=EHR, destination=BILLING, headers=(), path="/claims", method="POST"
):
    request = wire.message("envoy.service.auth.v3.CheckRequest")()
    attributes = request.attributes
    if source:
        attributes.source.principal = f"spiffe://{source}"
    if destination:
        attributes.destination.principal = f"spiffe://{destination}"
    attributes.destination.address.socket_address.port_value = 8080
    http = attributes.request.http
    http.method, http.path, http.host = method, path, "billing"
    http.headers.update({":method": method, ":path": path, "content-type": "application/json"})
    http.headers["content-length"] = str(len(body))
    http.headers.update(dict(headers))
    http.raw_body = body
    return request


OUTBOUND = {
    "xds.listener_direction": 2,
    "xds.node.metadata['NAMESPACE']": "clinic",
    "xds.node.metadata['SERVICE_ACCOUNT']": "ehr",
    "xds.cluster_metadata.filter_metadata['istio']['services'][0]['host']": BILLING_HOST,
}
INBOUND = {
    "xds.listener_direction": 1,
    "connection.uri_san_peer_certificate": f"spiffe://{EHR}",
    "connection.uri_san_local_certificate": f"spiffe://{BILLING}",
    "connection.mtls": True,
    "destination.port": 8080,
    "request.method": "GET",
    "request.path": "/claims/1",
    "request.host": "billing",
}
BUFFERED = 2


def processing_request(name, *, attributes=None, mode=None, **part):
    """One event of a stream.

    `part` holds `headers` for headers and trailers, and `body` for bodies. `mode` sets
    `protocol_config`.
    """
    request = wire.message("envoy.service.ext_proc.v3.ProcessingRequest")()
    event = getattr(request, name)
    event.SetInParent()
    carried = event.trailers if name.endswith("trailers") else getattr(event, "headers", None)
    for key, value in part.pop("headers", {}).items():
        carried.headers.add(key=key, raw_value=value.encode())
    for key, value in part.items():
        setattr(event, key, value)
    if attributes:
        request.attributes["envoy.filters.http.ext_proc"].update(attributes)
    if mode is not None:
        request.protocol_config.request_body_mode = mode
        request.protocol_config.response_body_mode = mode
    return request


def request_head(*, end=False, mode=BUFFERED, attributes=OUTBOUND, **headers):
    lines = {
        ":method": "POST",
        ":path": "/claims",
        ":authority": "billing",
        "content-type": "application/json",
    }
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return processing_request(
        "request_headers",
        attributes=attributes,
        mode=mode,
        headers={**lines, **named},
        end_of_stream=end,
    )


def response_head(*, end=False, mode=BUFFERED, attributes=INBOUND, **headers):
    lines = {":status": "200", "content-type": "application/json"}
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return processing_request(
        "response_headers",
        attributes=attributes,
        mode=mode,
        headers={**lines, **named},
        end_of_stream=end,
    )


def trailers(side="request", **values):
    """The trailers of a request or a response, as an event."""
    return processing_request(f"{side}_trailers", headers=values)


def kinds(answers):
    """What each answer is an answer to; `immediate_response` ends the stream."""
    return [a.WhichOneof("response") for a in answers]


def reasons(records):
    """The reason of each ledger record."""
    return [r["reason"] for r in records]
