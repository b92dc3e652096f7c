"""The fast encoder against the SDK's own, and over a real connection."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, TraceFlags, format_trace_id

from extauthz.demo.otlp_sink import OtlpSink
from extauthz.demo.topology import LOOPBACK, free_ports
from extauthz.records import otlp_spans
from extauthz.records.allow_list import Key, ListedSpan, SpanName
from extauthz.records.otlp_spans import DecisionExporter, encoded

MADE_BY = Resource({"service.name": "phiguard"}), InstrumentationScope("phiguard")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=256)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.sampled_from([0, 1, 1.0, -0.0])
PLAIN = WORDS | NUMBERS | st.floats(allow_nan=False) | st.lists(WORDS, max_size=40).map(tuple)
CONTEXTS = st.builds(
    SpanContext,
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
    st.booleans(),
    st.sampled_from([TraceFlags(0), TraceFlags(1)]),
)
TIMES = st.integers(0, 2**63)
SPANS = st.builds(
    ListedSpan,
    st.sampled_from(SpanName),
    st.tuples(CONTEXTS, st.none() | CONTEXTS),
    st.just(MADE_BY),
    st.dictionaries(st.sampled_from([key.value for key in Key]), PLAIN),
    st.tuples(TIMES, TIMES),
)


@given(st.lists(SPANS, max_size=5))
def test_spans_are_encoded_as_the_sdk_encodes_them(spans):
    assert encoded(spans) == encode_spans(spans)


def test_equal_values_are_not_taken_for_each_other():
    made = [
        ListedSpan(
            SpanName.SCAN, (SpanContext(1, 2, False), None), MADE_BY, {"phiguard.mtls": v}, (1, 2)
        )
        for v in (True, 1, 1.0, 0.0, -0.0, False)
    ]
    assert encoded(made) == encode_spans(made)


def test_spans_of_others_are_encoded_too():
    tracer = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False).get_tracer("other")
    other = tracer.start_span("phiguard.scan")
    other.end()
    own = ListedSpan(SpanName.SCAN, (SpanContext(1, 2, False), None), MADE_BY, {}, (1, 2))

    assert encoded([own, other]) == encode_spans([own, other])


def test_a_decision_id_is_not_remembered():
    """Each has its own: it would push out what comes again."""
    otlp_spans._remembered.cache_clear()
    attributes = {Key.DECISION_ID.value: "1", Key.REASON.value: "NO_PHI"}
    span = ListedSpan(SpanName.SCAN, (SpanContext(1, 2, False), None), MADE_BY, attributes, (1, 2))
    encoded([span])

    assert otlp_spans._remembered.cache_info().currsize == 1


def test_the_exporter_sends_what_this_module_encodes():
    attributes = {Key.RULES.value: ("a", "b"), Key.FINDINGS.value: 2}
    ids = SpanContext(7, 8, False, TraceFlags(1)), None
    span = ListedSpan(SpanName.INSPECT, ids, MADE_BY, attributes, (1_000_000, 3_000_000))
    with (
        free_ports(1) as (port,),
        OtlpSink(port) as sink,
        patch.object(otlp_spans, "encoded", wraps=encoded) as used,
    ):
        exporter = DecisionExporter(f"http://{LOOPBACK}:{sink.port}", insecure=True)
        exporter.export([span])
        exporter.shutdown()
        (received,) = sink.trace(format_trace_id(7), until=bool, seconds=5)

    used.assert_called_once()
    assert (received.name, received.service, received.milliseconds) == (
        "phiguard.inspect",
        "phiguard",
        2,
    )
    assert received.attributes == {"phiguard.rules": "a,b", "phiguard.findings": "2"}
