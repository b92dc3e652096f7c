"""What the parts of telemetry cost, beside the SDK's own way of each and in the same run.

python -m bench.telemetry [--seconds 2]

The figures are medians of processor time for one decision. docs/decisions/0017 says why phiguard
has its own way.
"""

import argparse
import hashlib
import math
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import orjson
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bench.decision import message, policy, report, workload
from bench.measure import interleaved
from bench.overhead import PARENT, REPEAT, Unread, many
from extauthz.guard.worker import new_id
from extauthz.records import ledger_time
from extauthz.records.allow_list import SpanName, views
from extauthz.records.counts import Counts
from extauthz.records.judgement import Judgement, ledger_record
from extauthz.records.ledger.chain import GENESIS_HEAD, ChainHead, seal
from extauthz.records.otlp_spans import encoded
from extauthz.records.spans import Judged, SpanMaker, parent_of, span_attributes
from mesh.policy.decide import decide

FOUND: Final = 12


class Last(SpanProcessor):
    """Holds the last span."""

    span: ReadableSpan

    def on_end(self, span: ReadableSpan) -> None:
        """Take it."""
        self.span = span


def judged() -> Judged:
    """A message with some findings."""
    rules, found = policy(100), report(FOUND)
    facts = message(workload(0), workload(1), 7)
    judgement = Judgement(new_id(), facts, decide(facts, found, rules), found, "bench", "0" * 32)
    return Judged(judgement, SpanName.AUTHORIZE, 1, parent_of(PARENT), 1, 2, (), 0.001)


def spans(of: Judged) -> dict[str, Callable[[], object]]:
    """Making one span, and encoding one."""
    last, known = Last(), Last()
    resource = Resource.create({"service.name": "phiguard"})
    maker = SpanMaker([last], resource)
    provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(known)
    tracer, propagator = provider.get_tracer("phiguard"), TraceContextTextMapPropagator()

    def by_the_sdk() -> None:
        parent = propagator.extract({"traceparent": PARENT}, Context())
        span = tracer.start_span(of.name.value, parent)
        span.set_attributes(span_attributes(of.judgement))
        span.end()

    maker.add(of)
    several = [last.span] * REPEAT
    return {
        "span": many(lambda: (parent_of(PARENT), maker.add(of))),
        "span, by the SDK": many(by_the_sdk),
        "encoded": lambda: encoded(several),
        "encoded, by the SDK": lambda: encode_spans(several),
    }


def counts(of: Judged) -> dict[str, Callable[[], object]]:
    """Counting one message: a counter and two histograms, and its findings."""
    reader = PeriodicExportingMetricReader(Unread(), export_interval_millis=math.inf)
    meter = MeterProvider([reader], shutdown_on_exit=False, views=views()).get_meter("phiguard")
    decisions = meter.create_counter("phiguard.decisions")
    records = meter.create_counter("phiguard.ledger.records")
    duration = meter.create_histogram("phiguard.decision.duration")
    size = meter.create_histogram("phiguard.scan.size")
    outcome = {"phiguard.decision": "DENY", "phiguard.direction": "request"}
    words = {**outcome, "phiguard.enforced": True, "phiguard.reason": "MINIMUM_NECESSARY"}
    own = Counts()

    def ours() -> None:
        own.add(of)
        own.ledger_kept(is_alone=True)

    def by_the_sdk() -> None:
        decisions.add(1, words)
        records.add(1)
        duration.record(0.001, outcome)
        size.record(of.judgement.report.size, outcome)

    return {"counts": many(ours), "counts, by the SDK": many(by_the_sdk)}


def lines(of: Judged) -> dict[str, Callable[[], object]]:
    """Sealing one line of the ledger."""
    record = {**ledger_record(of.judgement), "time": ledger_time.now()}

    def twice() -> tuple[bytes, ChainHead]:
        body = {**record, "seq": 1, "prev": GENESIS_HEAD.hash}
        digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
        line = orjson.dumps({**body, "hash": digest}, option=orjson.OPT_SORT_KEYS)
        return line + b"\n", ChainHead(1, digest)

    return {
        "ledger line": many(partial(seal, record, GENESIS_HEAD)),
        "ledger line, written twice": many(twice),
    }


def main() -> int:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=2.0)
    seconds, of = arguments.parse_args().seconds, judged()
    medians = interleaved({**spans(of), **counts(of), **lines(of)}, seconds, time.thread_time)
    print("one decision, medians of processor time")
    for name, median in medians.items():
        print(f"{name:<28}{median / REPEAT * 1e6:>8.1f} us")
    return 0


if __name__ == "__main__":
    sys.exit(main())
