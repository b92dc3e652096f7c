import threading
from dataclasses import replace

from judgements import FOUND, JUDGEMENT
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from extauthz.records.allow_list import SpanName
from extauthz.records.counts import Counts
from extauthz.records.spans import Judged
from phiscan.finding import Location


def judged(judgement=JUDGEMENT):
    return Judged(judgement, SpanName.INSPECT, 1, None, 10, 20, [], 0.25)


def sums(counts):
    """The counters as a reader of the SDK sees them."""
    reader = InMemoryMetricReader()
    meters = MeterProvider([reader], shutdown_on_exit=False)
    counts.observe(meters.get_meter("test"))
    data = reader.get_metrics_data()
    metrics = data.resource_metrics[0].scope_metrics[0].metrics if data else []
    return {m.name: [(dict(p.attributes), p.value) for p in m.data.data_points] for m in metrics}


def test_what_did_not_happen_has_no_series():
    assert sums(Counts()) == {}


def test_findings_are_counted_by_kind_and_class():
    report = replace(JUDGEMENT.report, findings=(FOUND, FOUND, FOUND._replace(identifier=None)))
    counts = Counts()
    for _ in range(2):
        counts.add(judged(replace(JUDGEMENT, report=report)))
    of = {"phiguard.info_type": "PERSON_NAME", "phiguard.direction": "request"}

    assert sums(counts)["phiguard.findings"] == [
        ({**of, "phiguard.identifier": "A"}, 4),
        ({**of, "phiguard.identifier": ""}, 2),
    ]


def test_opaque_parts_are_counted_where_there_are_any():
    counts = Counts()
    counts.add(judged())
    assert "phiguard.opaque" not in sums(counts)
    parts = (Location("a"), Location("b"))
    counts.add(judged(replace(JUDGEMENT, report=replace(JUDGEMENT.report, opaque=parts))))

    assert sums(counts)["phiguard.opaque"] == [({"phiguard.direction": "request"}, 2)]


def test_records_and_refusals_are_counted_without_labels():
    counts = Counts()
    counts.ledger_kept()
    counts.ledger_kept()
    counts.ledger_failed()
    counts.policy_refused()

    assert sums(counts) == {
        "phiguard.ledger.records": [({}, 2)],
        "phiguard.ledger.failures": [({}, 1)],
        "phiguard.policy.refusals": [({}, 1)],
    }


def test_counting_in_one_thread_while_another_reads_loses_nothing():
    counts, done, seen = Counts(), threading.Event(), []

    def read():
        while not done.is_set():
            seen.append(sum(sum(b.counts) for b in _durations(counts, reset=True)))

    thread = threading.Thread(target=read)
    thread.start()
    for _ in range(3000):
        counts.add(judged())
    done.set()
    thread.join()

    assert sum(seen) + sum(sum(b.counts) for b in _durations(counts, reset=True)) == 3000
    assert sums(counts)["phiguard.decisions"][0][1] == 3000


def _durations(counts, *, reset):
    return counts.distributions(reset=reset)[0].series.values()
