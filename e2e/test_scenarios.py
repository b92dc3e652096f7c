"""Every scenario of the demo on real sidecars. Traces and records must hold no PHI."""

import json

import pytest

from extauthz.demo.lab import Lab
from extauthz.demo.observed import observe
from extauthz.demo.payloads import CANARIES
from extauthz.demo.performance import ScenarioOutcome
from extauthz.demo.scenarios import SCENARIOS, Scenario


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
    traced = sorted(
        (span.trace, decision.reason.value)
        for outcome in outcomes.values()
        for span in outcome.spans
        for decision in observe([span])
    )
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

    assert kept == traced
    assert len(kept) > len(SCENARIOS)


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
