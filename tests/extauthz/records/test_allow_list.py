from judgements import JUDGEMENT
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext

from extauthz.records.allow_list import Key, ListedSpan, SpanName
from extauthz.records.spans import span_attributes

MADE_BY = Resource({}), InstrumentationScope("x")
CONTEXT = SpanContext(1, 2, is_remote=False)


def span(attributes):
    return ListedSpan(SpanName.INSPECT, (CONTEXT, None), MADE_BY, attributes, (1, 2))


def test_a_listed_span_holds_the_listed_attributes_only():
    made = span(
        {
            "http.url": "/patients?ssn=536-22-8790",
            Key.SERVICE.value: "x" * 257,
            Key.RULES.value: ("x" * 257,),
            Key.AUDITS.value: ({"a": "b"},),
            Key.MEDIA.value: b"536-22-8790",
            Key.SOURCE.value: "x" * 256,
            Key.MTLS.value: True,
        }
    )

    assert dict(made.attributes) == {"phiguard.source": "x" * 256, "phiguard.mtls": True}


def test_every_attribute_of_a_decision_is_plain():
    attributes = span_attributes(JUDGEMENT)

    assert dict(span(attributes).attributes) == attributes
