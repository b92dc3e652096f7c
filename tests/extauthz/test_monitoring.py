"""The alarms and the dashboard name metrics, labels and words that a guard really has.

`e2e/test_prometheus.py` loads the alarms into a real Prometheus.
"""

import re

import pytest
import yaml
from monitoring_files import FOLDER, RULES, alarms, metrics_by_name, panels

from extauthz.posture.metrics import STATES
from extauthz.records.allow_list import Key
from extauthz.records.exposition import WORKER
from extauthz.records.span_queue import Loss
from mesh.policy.decision import GUARD_FAILURES, Action, Reason
from phiscan.finding import Verdict

EXPRESSIONS = {rule["alert"]: rule["expr"] for rule in alarms()} | {
    panel["title"]: "\n".join(target["expr"] for target in panel["targets"]) for panel in panels()
}
LABELS = {key.value.replace(".", "_") for key in Key}
# matches `phiguard_decisions_total{phiguard_reason="OVERLOADED"}`, and a bare name without braces;
# not a word inside quotes, which is in capitals
SELECTOR = re.compile(r"\b(phiguard_[a-z_]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'([a-z_]+)(?:=~|!~|!=|=)"([^"]*)"')


def names():
    """What an expression can ask for: a counter, a gauge, or the parts of a histogram."""
    found = {}
    for name, labels in metrics_by_name().items():
        parts = ("_bucket", "_sum", "_count") if is_histogram(name) else ("",)
        found |= {name + part: labels for part in parts}
    return found


def is_histogram(name):
    return name.endswith(("_duration_seconds", "_size_bytes"))


@pytest.mark.parametrize("title", EXPRESSIONS)
def test_each_name_in_an_expression_is_one_that_a_guard_exposes(title):
    used = {name for name, _ in SELECTOR.findall(EXPRESSIONS[title])} - LABELS

    assert used
    assert used <= set(names())


@pytest.mark.parametrize("title", EXPRESSIONS)
def test_each_label_and_each_word_in_an_expression_exists(title):
    words_of = {
        "phiguard_reason": {r.value for r in Reason},
        "phiguard_decision": {a.value for a in Action},
        "phiguard_verdict": {v.value for v in Verdict},
        "phiguard_enforced": {"true", "false"},
        "error_type": {loss.value for loss in Loss},
        "phiguard_policy_state": {"held", "closed"},
        "phiguard_posture_state": set(STATES),
    }
    for metric, selector in SELECTOR.findall(EXPRESSIONS[title]):
        for label, value in MATCHER.findall(selector):
            assert label in names()[metric]
            assert set(value.split("|")) <= words_of[label]
    grouped = re.findall(r"(?:by|without) \(([^)]*)\)", EXPRESSIONS[title])
    used = {label for each in grouped for label in re.split(r",\s*", each)}

    assert used <= LABELS | {WORKER, "le", "instance"}


def test_each_metric_is_in_an_alarm_or_on_the_dashboard():
    everything = "\n".join(EXPRESSIONS.values())

    assert [name for name in metrics_by_name() if name not in everything] == []


def test_each_alarm_says_who_is_to_act():
    for rule in alarms():
        assert rule["labels"]["role"] in {"on-call", "security", "privacy"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
    assert len({rule["alert"] for rule in alarms()}) == len(alarms())


def test_the_alarm_on_failures_names_all_of_them_but_the_drain():
    expected = {r.value for r in GUARD_FAILURES} - {Reason.DRAINING.value}
    (named,) = re.findall(r'phiguard_reason=~"([^"]*)"', EXPRESSIONS["PhiguardFails"])

    assert set(named.split("|")) == expected


def test_an_annotation_names_labels_that_its_expression_keeps():
    """`sum by (x)` keeps x alone, and a bare `sum(...)` keeps nothing."""
    for rule in alarms():
        named = set(re.findall(r"\$labels\.([a-z_]+)", rule["annotations"]["summary"]))
        kept = set(re.findall(r"sum by \(([a-z_]+)\)", rule["expr"]))
        if kept or re.match(r"\s*(sum|min|histogram_quantile|absent)\(", rule["expr"]):
            assert named <= kept, rule["alert"]


def test_the_scrape_configuration_is_a_list_of_jobs_named_phiguard():
    (job,) = yaml.safe_load((FOLDER / "scrape.yaml").read_text())["scrape_configs"]

    assert job["job_name"] == "phiguard"
    assert RULES.name in (FOLDER / "README.md").read_text()
