"""The demo's scenarios in a real tracing UI: one tree a request, and a decision found by its id.

It needs Java and Zipkin (`make zipkin`). Without them the tests say that they did not run; the
translation of spans is tested in tests/e2e/test_zipkin.py all the same.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from running_guard import REDACTED

from e2e.zipkin import NotHereError, Zipkin, zipkin
from extauthz.demo.client import Request, new_traceparent
from extauthz.demo.lab import Lab
from extauthz.demo.observed import observe
from extauthz.demo.payloads import CANARIES
from extauthz.demo.performance import ScenarioOutcome
from extauthz.demo.scenarios import SCENARIOS, Way
from extauthz.demo.topology import ANALYTICS, EHR

pytestmark = pytest.mark.slow

PICTURE_VARIABLE: Final = "PHIGUARD_PICTURE"
"""Names the file of docs/images/ that the picture of a denied trace replaces."""
_SPANS_SECONDS: Final = 10.0
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zipkin]:
    try:
        with zipkin(tmp_path_factory.mktemp("zipkin")) as running:
            yield running
    except NotHereError as missing:
        pytest.skip(f"NOT RUN: {missing}")


@dataclass(frozen=True, slots=True)
class Denied:
    """A denied request, as its caller sees it, and its trace."""

    decision: str
    trace: str
    spans: int


@pytest.fixture(scope="module")
def told(ui: Zipkin, outcomes: dict[str, ScenarioOutcome]) -> dict[str, ScenarioOutcome]:
    """The scenarios with one trace each, with their spans in the UI. Over MLLP there is none."""
    for outcome in outcomes.values():
        if outcome.spans:
            ui.take(outcome.spans)
    return {
        name: each
        for name, each in outcomes.items()
        if observe(each.spans) and each.scenario.way is not Way.MLLP
    }


@pytest.fixture(scope="module")
def denied(ui: Zipkin, lab: Lab) -> Denied:
    """A patient's record on its way to analytics, which may not have it."""
    trace, traceparent = new_traceparent()
    headers = {"content-type": "application/json", "traceparent": traceparent}
    path = "/claims?ssn=536-22-8790"
    response = lab.from_application(EHR, Request(ANALYTICS.host, "POST", path, REDACTED, headers))
    assert response.status == 403
    spans = lab.sink.trace(
        trace,
        until=lambda found: len(observe(found)) >= 1 and _is_whole(found),
        seconds=_SPANS_SECONDS,
    )
    ui.take(spans)
    return Denied(json.loads(response.body)["decision"], trace, len(spans))


def _is_whole(spans: list[Any]) -> bool:
    known = {span.identity for span in spans}
    return len({span.parent for span in spans} - known) == 1


def tree(spans: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The ids of the children of each span. The client's own span is not among the spans."""
    children: dict[str, list[str]] = {}
    for span in spans:
        children.setdefault(span["parentId"], []).append(span["id"])
    return children


def test_each_scenario_is_one_tree_of_the_sidecars_and_the_guard(
    ui: Zipkin, told: dict[str, ScenarioOutcome]
) -> None:
    assert len(told) > len(SCENARIOS) / 2
    for outcome in told.values():
        found = ui.trace(outcome.spans[0].trace, spans=len(outcome.spans))
        known = {span["id"] for span in found}
        roots = tree(found).keys() - known
        services = {span["localEndpoint"]["serviceName"] for span in found}

        assert len(roots) == 1, outcome.scenario.name
        assert "phiguard" in services
        assert len(services) > 1 or outcome.scenario.way.name == "FORGED"


def test_a_decision_is_below_the_call_of_the_sidecar_that_asked(ui: Zipkin, denied: Denied) -> None:
    found = {span["id"]: span for span in ui.trace(denied.trace, spans=denied.spans)}
    (decision,) = [s for s in found.values() if "phiguard.decision" in s.get("tags", {})]
    asked = found[decision["parentId"]]

    assert asked["localEndpoint"]["serviceName"].startswith("ehr")
    assert asked["name"].startswith("async envoy.service.ext_proc.v3")
    assert decision["tags"]["phiguard.decision"] == "DENY"


def test_the_id_in_a_callers_403_finds_the_trace(ui: Zipkin, denied: Denied) -> None:
    (found,) = ui.search(f"phiguard.decision_id={denied.decision}")

    assert {span["traceId"] for span in found} == {denied.trace}
    assert ui.search("phiguard.decision_id=0123456789abcdef") == []


@pytest.mark.usefixtures("told")
def test_an_auditors_questions_have_queries(ui: Zipkin, denied: Denied) -> None:
    """Those of docs/tracing.md for Zipkin, as they stand there."""
    page = (Path(__file__).parents[1] / "docs" / "tracing.md").read_text()
    queries = [
        line.split("|")[3].strip().strip("`")
        for line in page.splitlines()
        if line.startswith("| ") and line.split("|")[1].strip().isdigit()
    ]
    assert len(queries) == 10
    for query in queries:
        found = ui.search(query.replace("DECISION_ID", denied.decision))
        tags = [span.get("tags", {}) for trace in found for span in trace]
        assert found, query
        assert any("phiguard.decision" in each for each in tags), query


def test_nothing_in_the_ui_holds_a_value(
    ui: Zipkin, denied: Denied, told: dict[str, ScenarioOutcome]
) -> None:
    traces = [(outcome.spans[0].trace, len(outcome.spans)) for outcome in told.values()]
    shown = json.dumps([ui.trace(t, spans=n) for t, n in [*traces, (denied.trace, denied.spans)]])

    assert "withheld" in shown  # where Envoy had the URL
    values = [*CANARIES, "536-22-8790", "Ana Ruiz", "/claims"]
    assert [value for value in values if value in shown] == []


def test_the_ui_shows_a_denied_trace(ui: Zipkin, denied: Denied, tmp_path: Path) -> None:
    picture = tmp_path / "denied.png"
    try:
        ui.picture(denied.trace, picture)
    except NotHereError as missing:
        pytest.skip(f"NOT RUN: {missing}")
    data = picture.read_bytes()
    if PICTURE_VARIABLE in os.environ:
        Path(os.environ[PICTURE_VARIABLE]).write_bytes(data)

    assert data.startswith(_PNG)
    assert len(data) > 20_000  # a page without the trace is nearly white
