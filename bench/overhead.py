"""What one decision costs in process apart from its scan: `Check`, without gRPC.

python -m bench.overhead [--seconds 2]

A whole `Check` runs from the bytes of Envoy's request to the bytes of the answer, on an event loop,
with what the guard does after the answer. Beside it stand the scan of the same message alone, and
each stage alone. All take turns in one run. The figures are medians of processor time. `export` is
the processor time of the thread that sends spans to a collector, up to the bytes that leave.

A turn of the event loop with nothing to do is part of every figure, and stands alone as
`event loop`. Whole checks take longer than their stages together, which run alone in short loops:
`in place` times the same code within whole checks, where the rest of a check has used the caches of
the processor in between.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, cast
from unittest.mock import patch

from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from bench.measure import interleaved
from extauthz.demo import payloads, programs
from extauthz.demo.topology import BILLING, EHR
from extauthz.detection.engines import Detection
from extauthz.guard.admission import Admission
from extauthz.guard.authorization import Authorization
from extauthz.guard.calls import call_of
from extauthz.guard.envoy import check, wire
from extauthz.guard.envoy.check import CheckAnswer
from extauthz.guard.inspection import InspectionContext
from extauthz.guard.recorder import Recorder
from extauthz.guard.worker import new_id, utc_day
from extauthz.policies.files import PolicyFiles
from extauthz.policies.store import PolicySnapshot, PolicyStore
from extauthz.records import ledger_time
from extauthz.records.allow_list import AllowList, SpanName
from extauthz.records.edges.observation_store import NO_EDGES, EdgeCounter, ObservationStore
from extauthz.records.judgement import Judgement, ledger_record
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.keeper import Ledger, NoLedger
from extauthz.records.otlp import Pipeline
from extauthz.records.otlp_spans import encoded
from extauthz.records.telemetry import Telemetry, Trace
from extauthz.scanning.pool import ScannerPool
from extauthz.settings import Limits
from mesh.exchange.events import Event
from mesh.exchange.machine import Exchange
from phiscan.engine import Engine
from phiscan.finding import ScanReport

REPEAT: Final = 20
KEPT: Final = ("ledger record", "edges", "span and counts")
"""The stages that keep something of a decision: the ledger and the telemetry."""
KEEPERS: Final = (
    (Recorder, "keep"),
    (ObservationStore, "count"),
    (Telemetry, "begin"),
    (Trace, "end"),
    (Telemetry, "settle"),
)
"""What does them in a whole check."""
PARENT: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
# what Envoy sends with a request of a mesh, besides the pseudo-headers
HEADERS: Final = {
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "user-agent": "python-requests/2.32.3",
    "x-envoy-auth-partial-body": "false",
    "x-forwarded-client-cert": f"By=spiffe://{BILLING.principal};URI=spiffe://{EHR.principal}",
    "x-forwarded-proto": "https",
    "x-request-id": "8c4ae5c0-0a1e-4c57-9b0d-5d3f1a0f3c11",
    "traceparent": PARENT,
}


class Call:
    """What `Check` asks of gRPC's context, without gRPC."""

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        """As Envoy sends it."""
        return (("traceparent", PARENT), ("x-envoy-expected-rq-timeout-ms", "200"))

    def auth_context(self) -> dict[str, tuple[bytes, ...]]:
        """Of the receiver's sidecar."""
        return {
            "x509_pem_cert": (b"-----",),
            "peer_spiffe_id": (f"spiffe://{BILLING.principal}".encode(),),
        }

    def time_remaining(self) -> None:
        """Envoy sets no deadline of gRPC."""


CALL: Any = Call()


class Encoded(SpanExporter):
    """Encodes spans as the OTLP exporter does, and sends them nowhere."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Encode them."""
        encoded(spans).SerializeToString()
        return SpanExportResult.SUCCESS


class Unread(MetricExporter):
    """Takes the metrics. They are exported once a minute, so no decision pays for it."""

    def export(self, *_: object, **__: object) -> MetricExportResult:
        """Do nothing."""
        return MetricExportResult.SUCCESS

    def force_flush(self, *_: object, **__: object) -> bool:
        """Do nothing."""
        return True

    def shutdown(self, *_: object, **__: object) -> None:
        """Do nothing."""


class Ready:
    """An engine and its scanner that have the report of the one message already."""

    def __init__(self, report: ScanReport, engine: Engine) -> None:
        self._report = report
        self.matcher = engine.matcher  # a record of the policy names its detectors

    def scanner(self, **_: object) -> "Ready":
        """Itself."""
        return self

    def feed(self, chunk: bytes) -> None:
        """Ignore it."""

    def feed_field(self, label: str, value: str) -> None:
        """Ignore it."""

    def finish(self, **_: object) -> ScanReport:
        """The report."""
        return self._report


@dataclass(frozen=True, slots=True)
class Records:
    """What a guard keeps of its decisions, and where."""

    ledger: Ledger
    edges: EdgeCounter
    pipeline: Pipeline
    processor: BatchSpanProcessor | None = None

    def inspections(self, snapshot: PolicySnapshot) -> InspectionContext:
        """What every inspection of this guard needs."""
        telemetry, limits = self.pipeline.telemetry, Limits(scan_seconds=60.0)
        pool = ScannerPool(0, Detection(), lambda: snapshot)
        return InspectionContext(
            lambda: snapshot, Recorder(self.ledger), self.edges, telemetry, limits, new_id, pool
        )

    def service(self, snapshot: PolicySnapshot) -> Authorization:
        """The service of ext_authz."""
        return Authorization(self.inspections(snapshot), Admission(Limits()))

    def export(self) -> None:
        """Send the queued spans."""
        if self.processor is not None:
            self.processor.force_flush()


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as bytes and as judged."""

    name: str
    data: bytes
    snapshot: PolicySnapshot
    judgement: Judgement

    @property
    def scanned(self) -> PolicySnapshot:
        """The snapshot with an engine that has the report already."""
        return replace(
            self.snapshot, engine=cast("Engine", Ready(self.judgement.report, self.snapshot.engine))
        )


def none() -> Records:
    return Records(NoLedger(), NO_EDGES, Pipeline([]))


def collected(ledger: Ledger, edges: EdgeCounter) -> Records:
    """Records with a collector for spans and metrics."""
    processor = BatchSpanProcessor(AllowList(Encoded()), max_queue_size=32768)
    return Records(ledger, edges, Pipeline([processor], Unread()), processor)


def message(name: str, body: bytes, content_type: str, snapshot: PolicySnapshot) -> Message:
    """One message from the record system to billing, as Envoy asks about it."""
    request = wire.message(check.CHECK_REQUEST)()
    attributes = request.attributes
    attributes.source.principal, attributes.destination.principal = EHR.spiffe, BILLING.spiffe
    attributes.source.address.socket_address.address = "10.4.2.17"
    attributes.destination.address.socket_address.port_value = 8080
    http = attributes.request.http
    http.id, http.protocol, http.scheme = "8911277540128337", "HTTP/1.1", "https"
    http.method, http.path, http.host, http.size = "POST", "/claims", BILLING.host, len(body)
    pseudo = {":method": "POST", ":path": "/claims", ":authority": BILLING.host, ":scheme": "https"}
    http.headers.update({**pseudo, **HEADERS})
    http.headers.update({"content-type": content_type, "content-length": str(len(body))})
    http.raw_body = body
    data = wire.encode(request)
    return Message(name, data, snapshot, asyncio.run(judged(data, none().inspections(snapshot))))


async def judged(data: bytes, inspections: InspectionContext) -> Judgement:
    inspection = inspections.open(call_of(SpanName.AUTHORIZE, CALL))
    for event in check.decode(data, BILLING.principal).events(1 << 20):
        judgement = await inspection.receive(event)
        if judgement is not None:
            return judgement
    raise AssertionError("the message was not judged")


def checks(loop: asyncio.AbstractEventLoop, service: Authorization, data: bytes) -> None:
    """Answer the same message some times, and do what follows each answer."""

    async def answer() -> None:
        for _ in range(REPEAT):
            await service.check(data, CALL)
            await asyncio.sleep(0)

    loop.run_until_complete(answer())


def turns(loop: asyncio.AbstractEventLoop) -> None:
    """What `checks` does beside the answers."""

    async def nothing() -> None:
        for _ in range(REPEAT):
            await asyncio.sleep(0)

    loop.run_until_complete(nothing())


def many(work: Callable[[], object]) -> Callable[[], None]:
    """`work` as often as `checks` answers."""

    def run() -> None:
        for _ in range(REPEAT):
            work()

    return run


def whole(
    loop: asyncio.AbstractEventLoop, of: Message, folder: Path
) -> dict[str, Callable[[], object]]:
    """Whole checks, without the scan but for the first."""
    ledger, edges = ledger_of(folder / "a"), ObservationStore(folder / "edges", 0, utc_day)
    made = {
        "nothing kept": none(),
        "ledger": Records(ledger, NO_EDGES, Pipeline([])),
        "ledger, edges": Records(ledger, edges, Pipeline([])),
        "ledger, edges, telemetry": collected(ledger, edges),
    }

    def run(records: Records, service: Authorization, *, export: bool) -> None:
        checks(loop, service, of.data)
        if export:
            records.export()

    contenders: dict[str, Callable[[], object]] = {
        "event loop": partial(turns, loop),
        "with the scan": partial(checks, loop, none().service(of.snapshot), of.data),
    }
    for name, records in made.items():
        records.pipeline.telemetry.settle_by(loop.call_soon)
        contenders[name] = partial(run, records, records.service(of.scanned), export=False)
    records = collected(ledger, edges)
    records.pipeline.telemetry.settle_by(loop.call_soon)
    contenders["the same with export"] = partial(
        run, records, records.service(of.scanned), export=True
    )
    return contenders


def ledger_of(folder: Path) -> Ledger:
    return FileLedger(folder, 0, ledger_time.now, segment_bytes=1 << 34)


def stages(of: Message, folder: Path) -> dict[str, Callable[[], object]]:
    """Each stage of a check alone, in the order of a check."""
    call, judgement, policy = call_of(SpanName.AUTHORIZE, CALL), of.judgement, of.snapshot.policy
    request = check.decode(of.data, BILLING.principal)
    events: Sequence[Event] = request.events(1 << 20)
    ledger, store = ledger_of(folder / "b"), ObservationStore(folder / "edges-b", 0, utc_day)
    records = collected(ledger, store)

    def exchange() -> None:
        machine = Exchange(policy, lambda _: Ready(judgement.report, of.snapshot.engine))
        for event in events:
            machine.receive(event)

    def traced() -> None:
        trace = records.pipeline.telemetry.begin(call.kind, call.metadata)
        trace.end(judgement, 0.001, [(SpanName.SCAN, 1, 2), (SpanName.DECIDE, 2, 3)])

    works: dict[str, Callable[[], object]] = {
        "metadata of the call": lambda: call_of(SpanName.AUTHORIZE, CALL),
        "decode": lambda: check.decode(of.data, BILLING.principal),
        "events": lambda: request.events(1 << 20),
        "exchange and decision": exchange,
        "ledger record": lambda: ledger.append(ledger_record(judgement)),
        "edges": lambda: store.count(judgement.facts, judgement.decision, judgement.report, policy),
        "span and counts": traced,
        "answer": lambda: check.encode(CheckAnswer(judgement, request.headers)),
    }
    return {name: many(work) for name, work in works.items()}


def in_place(loop: asyncio.AbstractEventLoop, of: Message, folder: Path) -> float:
    """What keeps something of a decision, timed within whole checks, in us."""
    edges = ObservationStore(folder / "edges-c", 0, utc_day)
    records = collected(ledger_of(folder / "c"), edges)
    records.pipeline.telemetry.settle_by(loop.call_soon)
    service = records.service(of.scanned)
    taken: dict[str, list[float]] = {}

    def timed(owner: type, name: str) -> None:
        plain, times = getattr(owner, name), taken.setdefault(f"{owner.__name__}.{name}", [])

        def run(*args: object, **named: object) -> object:
            begun = time.thread_time()
            found = plain(*args, **named)
            times.append(time.thread_time() - begun)
            return found

        stack.enter_context(patch.object(owner, name, run))

    with ExitStack() as stack:
        for owner, name in KEEPERS:
            timed(owner, name)
        for _ in range(100):
            checks(loop, service, of.data)
    return sum(map(statistics.median, taken.values())) * 1e6


def show(of: Message, seconds: float) -> None:
    """Print what one message costs: whole, and by stage."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        loop, place = runner.get_loop(), Path(folder)
        medians = interleaved(whole(loop, of, place), seconds, time.thread_time)
        parts = interleaved(stages(of, place), seconds, time.thread_time)
        within = in_place(loop, of, place)
    us = {name: median / REPEAT * 1e6 for name, median in medians.items()}
    scan = us.pop("with the scan") - us["nothing kept"]
    print(f"\n{of.name}: {of.judgement.decision.reason}, scan {scan:.0f} us")
    for name, cost in us.items():
        print(f"  {name:<28}{cost:>8.0f} us {cost / (cost + scan):>6.0%} of the decision")
    for name, median in parts.items():
        print(f"    {name:<26}{median / REPEAT * 1e6:>8.1f} us")
    kept = sum(parts[name] for name in KEPT)
    print(f"    {', '.join(KEPT)}: {kept / REPEAT * 1e6:.0f} us, in place {within:.0f} us")
    more = us["the same with export"] - us["nothing kept"]
    print(f"    the same with export, less nothing kept: {more:.0f} us")


def main() -> int:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=2.0, help="for each table")
    seconds = arguments.parse_args().seconds
    engine = Engine.load()
    snapshot = PolicyStore(PolicyFiles(programs.POLICY), utc_day, lambda _: engine).current
    fhir = "application/fhir+json"
    print("one Check in process, medians of processor time")
    for name, body, content_type in (
        ("clean JSON 1 KiB", payloads.clean_document_of(1024), "application/json"),
        ("FHIR with PHI 2 KiB", payloads.patient_bundle_of(2048), fhir),
        ("FHIR with an SSN, denied", payloads.patient_bundle(with_ssn=True), fhir),
    ):
        show(message(name, body, content_type, snapshot), seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
