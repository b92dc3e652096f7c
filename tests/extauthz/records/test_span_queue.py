import threading

import pytest
from judgements import JUDGEMENT, TRACE
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from extauthz.records.allow_list import SpanName
from extauthz.records.span_queue import SpanQueue
from extauthz.records.spans import Judged, SpanMaker


class Collector(SpanExporter):
    """Takes spans, refuses them, breaks, or lets them wait."""

    def __init__(self, answer=SpanExportResult.SUCCESS):
        self.answer = answer
        self.asked, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()
        self.taken = 0

    def export(self, spans):
        self.asked.set()
        self.may_answer.wait(30)
        if self.answer is None:
            raise OSError("broken")
        self.taken += len(spans)
        return self.answer


def end(queue, number):
    maker = SpanMaker([queue], Resource({}))
    for _ in range(number):
        maker.add(Judged(JUDGEMENT, SpanName.INSPECT, int(TRACE, 16), None, 10, 20, [], 0.25))


def readings(queue):
    return {each.name: dict(each.family().values) for each in queue.gauges()}


def test_what_is_exported_is_not_lost():
    collector = Collector()
    queue = SpanQueue(collector, 600)
    end(queue, 30)
    assert readings(queue)["phiguard.telemetry.waiting"] == {(): 30}
    queue.force_flush()
    queue.shutdown()

    assert collector.taken == 30
    assert readings(queue) == {
        "phiguard.telemetry.waiting": {(): 0},
        "phiguard.telemetry.dropped": {("queue_full",): 0, ("export_failed",): 0},
    }


def test_each_span_that_a_full_queue_drops_is_counted():
    collector = Collector()
    collector.may_answer.clear()
    queue = SpanQueue(collector, 600)
    end(queue, 512)  # a batch, which the exporter takes
    assert collector.asked.wait(30)
    end(queue, 600 + 7)
    assert queue.lost["queue_full"] == 7
    collector.may_answer.set()
    queue.shutdown()

    assert collector.taken == 512 + 600


@pytest.mark.parametrize("answer", [SpanExportResult.FAILURE, None], ids=["refused", "broken"])
@pytest.mark.filterwarnings("ignore")
def test_each_span_that_a_collector_does_not_take_is_counted(answer):
    queue = SpanQueue(Collector(answer), 600)
    end(queue, 30)
    queue.force_flush()
    queue.shutdown()

    assert readings(queue)["phiguard.telemetry.dropped"] == {
        ("queue_full",): 0,
        ("export_failed",): 30,
    }
