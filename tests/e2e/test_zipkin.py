"""Spans in Zipkin's form. `e2e/test_tracing_ui.py` gives them to a real Zipkin."""

from dataclasses import replace

import pytest

from e2e.zipkin import translated
from extauthz.demo.otlp_sink import Span

TRACE, SPAN, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"
DECISION = Span(
    trace=TRACE,
    identity=SPAN,
    parent=PARENT,
    service="phiguard",
    name="phiguard.authorize",
    kind=1,
    start=1_700_000_000_123_456_789,
    end=1_700_000_000_125_999_999,
    attributes={"phiguard.decision": "DENY", "phiguard.gap": "", "phiguard.identifiers": "A,C"},
)


def test_a_span_keeps_its_ids_its_service_and_its_attributes():
    assert translated([DECISION]) == [
        {
            "traceId": TRACE,
            "id": SPAN,
            "parentId": PARENT,
            "name": "phiguard.authorize",
            "timestamp": 1_700_000_000_123_456,
            "duration": 2_543,
            "localEndpoint": {"serviceName": "phiguard"},
            "tags": {"phiguard.decision": "DENY", "phiguard.identifiers": "A,C"},
        }
    ]


@pytest.mark.parametrize(
    ("kind", "name"), [(2, "SERVER"), (3, "CLIENT"), (4, "PRODUCER"), (5, "CONSUMER")]
)
def test_a_kind_has_the_name_that_zipkin_gives_it(kind, name):
    assert translated([replace(DECISION, kind=kind)])[0]["kind"] == name


@pytest.mark.parametrize("kind", [0, 1])
def test_a_span_within_a_process_has_no_kind(kind):
    assert "kind" not in translated([replace(DECISION, kind=kind)])[0]


def test_a_root_has_no_parent_and_a_short_span_has_a_length():
    (root,) = translated([replace(DECISION, parent="", end=DECISION.start + 999)])

    assert "parentId" not in root
    assert root["duration"] == 1
