import threading
from dataclasses import replace

from judgements import FOUND, JUDGEMENT
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from extauthz.records.allow_list import SpanName
from extauthz.records.counts import Counts
from extauthz.records.series import Kind, gauge
from extauthz.records.spans import Judged
from phiscan.finding import Coverage, Gap, Location


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


def test_what_alarms_is_counted_from_zero_and_nothing_else_has_a_series():
    """Prometheus sees no increase in a series whose first value is 1."""
    assert sums(Counts()) == {
        name: [({}, 0)]
        for name in (
            "phiguard.ledger.records",
            "phiguard.ledger.summed",
            "phiguard.ledger.failures",
            "phiguard.ledger.sync.failures",
            "phiguard.policy.refusals",
        )
    }


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


def test_documents_are_counted_by_what_was_found_or_why_there_is_no_result():
    counts = Counts()
    counts.document("scan", JUDGEMENT.report)
    counts.document("scan", None, "OVERLOADED")
    report = JUDGEMENT.report
    found = (report.verdict.value, report.coverage.value, "")
    names = ("phiguard.verdict", "phiguard.coverage", "error.type")
    assert sums(counts)["phiguard.documents"] == [
        ({"phiguard.operation": "scan", **dict(zip(names, words, strict=True))}, 1)
        for words in (found, ("", "", "OVERLOADED"))
    ]


def test_records_and_refusals_are_counted_without_labels():
    counts = Counts()
    counts.ledger_kept(is_alone=True)
    counts.ledger_kept(is_alone=True)
    counts.ledger_kept(is_alone=False)
    counts.ledger_failed()
    counts.policy_refused()
    counts.sync_failed()

    assert sums(counts) == {
        "phiguard.ledger.records": [({}, 2)],
        "phiguard.ledger.summed": [({}, 1)],
        "phiguard.ledger.failures": [({}, 1)],
        "phiguard.policy.refusals": [({}, 1)],
        "phiguard.ledger.sync.failures": [({}, 1)],
    }


def test_a_message_that_was_not_read_completely_is_counted_by_its_gap():
    decision = replace(JUDGEMENT.decision, coverage=Coverage.UNSCANNABLE, gap=Gap.ENCRYPTED)
    counts = Counts()
    counts.add(judged())
    assert "phiguard.unscannable" not in sums(counts)
    counts.add(judged(replace(JUDGEMENT, decision=decision)))

    assert sums(counts)["phiguard.unscannable"] == [
        (
            {
                "phiguard.gap": "ENCRYPTED",
                "phiguard.coverage": "UNSCANNABLE",
                "phiguard.direction": "request",
            },
            1,
        )
    ]


def test_the_scans_of_one_message_are_one_duration_and_the_decision_is_not_in_it():
    second = 1_000_000_000
    steps = [
        (SpanName.SCAN, 0, second),
        (SpanName.DECIDE, second, 7 * second),
        (SpanName.SCAN, 7 * second, 9 * second),
    ]
    counts = Counts()
    counts.add(replace(judged(), steps=steps))
    counts.add(judged())  # it was refused without a scan
    scans = {each.name: each for each in counts.families()}["phiguard.scan.duration"]

    assert [(words, sum(b.counts), b.total) for words, b in scans.buckets] == [
        (("json", "request"), 1, 3.0)
    ]


def test_the_newest_decision_of_each_bucket_is_an_example():
    counts = Counts()
    for trace in (1, 2):
        counts.add(replace(judged(), trace=trace))
    counts.add(replace(judged(), trace=3, seconds=9.0))
    durations = {each.name: each for each in counts.families()}["phiguard.decision.duration"]
    ((_, buckets),) = durations.buckets

    assert [each for each in buckets.examples if each] == [(0.25, 2, 20), (9.0, 3, 20)]


def test_gauges_are_read_when_somebody_asks():
    reader, counts, values = InMemoryMetricReader(), Counts(), iter([1, 2, None, None])
    meters = MeterProvider([reader], shutdown_on_exit=False)
    counts.watch([gauge("phiguard.ready", "", "", lambda: next(values))], meters.get_meter("test"))
    assert counts.families()[-1].values == [((), 1)]
    (metric,) = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    assert metric.data.data_points[0].value == 2

    assert counts.families()[-1].values == []
    assert reader.get_metrics_data() is None


def test_a_gauge_that_only_grows_is_a_counter():
    reader, counts = InMemoryMetricReader(), Counts()
    meters = MeterProvider([reader], shutdown_on_exit=False)
    grows = gauge("phiguard.ledger.written", "By", "", lambda: 3, Kind.COUNTER)
    counts.watch([grows], meters.get_meter("test"))
    (metric,) = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics

    assert metric.data.is_monotonic


def test_counting_in_one_thread_while_another_reads_loses_nothing():
    counts, done, seen = Counts(), threading.Event(), []

    def read():
        while not done.is_set():
            seen.append(sum(sum(b.counts) for b in _durations(counts, since_last=True)))

    thread = threading.Thread(target=read)
    thread.start()
    for _ in range(3000):
        counts.add(judged())
    done.set()
    thread.join()

    assert sum(seen) + sum(sum(b.counts) for b in _durations(counts, since_last=True)) == 3000
    assert sums(counts)["phiguard.decisions"][0][1] == 3000


def _durations(counts, *, since_last):
    return counts.distributions(since_last=since_last)[0].series.values()
