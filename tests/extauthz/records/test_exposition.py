"""The page, read by the parsers of prometheus_client."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judgements import JUDGEMENT, TRACE
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from extauthz.records.allow_list import Key, SpanName
from extauthz.records.counts import Counts
from extauthz.records.exposition import packed, rendered, unpacked
from extauthz.records.series import Buckets, Family, Kind
from extauthz.records.spans import Judged

END = 1_800_000_000_500_000_000


def families(messages=1):
    counts = Counts()
    for _ in range(messages):
        steps = [(SpanName.SCAN, 0, 1000)]
        counts.add(Judged(JUDGEMENT, SpanName.INSPECT, int(TRACE, 16), None, 10, END, steps, 0.25))
    return counts.families()


def samples(page, parse=openmetrics):
    return {
        (each.name, tuple(sorted(each.labels.items()))): each
        for family in parse(page.decode())
        for each in family.samples
    }


def page_of(*sources):
    page, _ = rendered(sources, openmetrics=True)
    return page


def test_each_worker_has_series_of_its_own():
    found = samples(page_of(("0", families(1)), ("1", families(2))))
    decisions = {
        dict(labels)["worker"]: each.value
        for (name, labels), each in found.items()
        if name == "phiguard_decisions_total"
    }

    assert decisions == {"0": 1, "1": 2}


def test_labels_and_names_are_those_of_a_collectors_exporter():
    found = samples(page_of(("", families())))
    words = {
        "phiguard_decision": "DENY",
        "phiguard_enforced": "true",
        "phiguard_reason": "MINIMUM_NECESSARY",
        "phiguard_verdict": "phi",
        "phiguard_direction": "request",
        "phiguard_vantage": "inbound",
    }

    assert found["phiguard_decisions_total", tuple(sorted(words.items()))].value == 1
    assert {name for name, _ in found} >= {
        "phiguard_decision_duration_seconds_bucket",
        "phiguard_scan_duration_seconds_sum",
        "phiguard_scan_size_bytes_count",
        "phiguard_ledger_failures_total",
    }


def test_a_bucket_counts_what_is_below_its_bound():
    found = samples(page_of(("", families(3))))
    below = {
        dict(labels)["le"]: each.value
        for (name, labels), each in found.items()
        if name == "phiguard_decision_duration_seconds_bucket"
    }

    assert (below["0.2"], below["0.5"], below["1.0"], below["+Inf"]) == (0, 3, 3, 3)


def test_a_bucket_names_the_trace_of_a_decision_in_openmetrics_alone():
    named = [
        each.exemplar
        for (name, labels), each in samples(page_of(("0", families()))).items()
        if name == "phiguard_decision_duration_seconds_bucket" and each.exemplar
    ]
    text, media = rendered([("0", families())], openmetrics=False)

    assert [(e.labels, e.value, float(e.timestamp)) for e in named] == [
        ({"trace_id": TRACE}, 0.25, END / 1e9)
    ]
    assert TRACE.encode() not in text
    assert samples(text, plain)
    assert media.startswith("text/plain")


@pytest.mark.parametrize(
    ("name", "keys"),
    [("requests.by.path", ()), ("phiguard.ready", ("path",)), ("phiguard.ready", (Key.SOURCE,))],
)
def test_a_metric_or_an_attribute_that_is_not_listed_does_not_leave(name, keys):
    words = ("/536-22-8790",) * len(keys)
    family = Family(name, Kind.GAUGE, "", "", keys, values=[(words, 1)])

    assert page_of(("0", [family])) == b"# EOF\n"
    assert samples(
        page_of(("0", [replace(family, name="phiguard.ready", keys=(), values=[((), 1)])]))
    )


WORDS = st.tuples(st.text(), st.booleans())
EXAMPLES = st.none() | st.tuples(st.floats(0, 9), st.integers(0, 2**128 - 1), st.integers(0, 2**62))
BUCKETS = st.builds(
    lambda counts, total, example: Buckets(counts, total, examples=[example] * 2),
    st.lists(st.integers(0, 2**53), min_size=2, max_size=2),
    st.floats(0, 1e9),
    EXAMPLES,
)
FAMILIES = st.builds(
    Family,
    st.text(),
    st.sampled_from(Kind),
    st.text(),
    st.text(),
    st.just(("a", "b")),
    st.just((0.5,)),
    st.lists(st.tuples(WORDS, st.floats(0, 1e9) | st.integers(0, 2**53))),
    st.lists(st.tuples(WORDS, BUCKETS)),
)


@given(st.lists(FAMILIES))
def test_what_another_process_unpacks_is_what_was_packed(made):
    assert unpacked(packed(made)) == made


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1]", b"[[1,2,3]]", b'[["a","odd","","",[],[],[],[]]]']
)
def test_what_is_not_packed_is_an_error(data):
    with pytest.raises(ValueError):  # noqa: PT011 - its text is never shown
        unpacked(data)
