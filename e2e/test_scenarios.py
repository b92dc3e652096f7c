"""Every scenario of the demo on real sidecars. Traces and records must hold no PHI."""

import json
from collections import Counter
from functools import partial
from typing import Final

import pytest

from extauthz.demo.lab import Lab
from extauthz.demo.observed import observe
from extauthz.demo.otlp_sink import Span
from extauthz.demo.payloads import CANARIES
from extauthz.demo.performance import ScenarioOutcome
from extauthz.demo.scenarios import SCENARIOS, Scenario

_SPANS_TIMEOUT_SECONDS: Final = 10.0


@pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=[scenario.name.replace(" ", "-") for scenario in SCENARIOS]
)
def test_a_scenario_ends_as_it_has_to(
    outcomes: dict[str, ScenarioOutcome], scenario: Scenario
) -> None:
    assert outcomes[scenario.name].problems == ()


def test_every_decision_hangs_below_the_span_of_the_sidecar_that_asked(
    outcomes: dict[str, ScenarioOutcome],
) -> None:
    spans = outcomes[SCENARIOS[0].name].spans
    names = {span.identity: span.name for span in spans}
    parents = [names[span.parent] for span in spans if observe([span])]

    assert parents == [
        "async envoy.service.ext_proc.v3.ExternalProcessor.Process egress",
        "async envoy.service.auth.v3.Authorization.Check egress",
        "async envoy.service.ext_proc.v3.ExternalProcessor.Process egress",
    ]


def test_the_ledger_keeps_every_decision_that_was_traced(
    lab: Lab, outcomes: dict[str, ScenarioOutcome]
) -> None:
    lines = [
        line
        for file in (lab.plan.folder / "ledger").glob("*.jsonl")
        for line in file.read_text().splitlines()
    ]
    kept = sorted(
        (record["trace"], record["reason"])
        for record in map(json.loads, lines)
        if record.get("kind") == "decision"
    )
    recorded = Counter(trace for trace, _ in kept)
    traces = recorded.keys() | {span.trace for each in outcomes.values() for span in each.spans}
    traced = sorted(
        (span.trace, decision.reason.value)
        for trace in traces
        # the guard exports a span after its record, and a busy machine does so late
        for span in lab.sink.trace(
            trace, until=partial(_has_decisions, recorded[trace]), seconds=_SPANS_TIMEOUT_SECONDS
        )
        for decision in observe([span])
    )

    assert kept == traced
    assert len(kept) > len(SCENARIOS)


def _has_decisions(number: int, spans: list[Span]) -> bool:
    return len(observe(spans)) >= number


@pytest.mark.usefixtures("outcomes")
def test_no_export_log_or_ledger_holds_a_value(lab: Lab) -> None:
    refused = b" 413 - request_payload_too_large"
    ehr = lab.processes.children["envoy-ehr"].output
    lab.processes.wait_until(lambda: refused in ehr.read_bytes(), "ehr's access log")
    exports = b"".join(lab.sink.exports)
    files = [*lab.plan.folder.glob("*.log"), *(lab.plan.folder / "ledger").iterdir()]
    written = b"".join(file.read_bytes() for file in files)

    assert b"phiguard.decision" in exports
    assert b"MINIMUM_NECESSARY" in written
    assert [value for value in CANARIES if value.encode() in exports + written] == []
