"""The demo's table of outcomes and its tree of spans, as text."""

import json

import json_forms
import pytest

from extauthz.commands import demo
from extauthz.demo import report
from extauthz.demo.observed import Observed
from extauthz.demo.otlp_sink import Span
from extauthz.demo.performance import ScenarioOutcome
from extauthz.demo.scenarios import SCENARIOS
from extauthz.terminal.screen import FILE, Screen
from mesh.policy.decision import Action, Reason
from phiscan.finding import Verdict


def _outcome(*problems: str) -> ScenarioOutcome:
    seen = Observed(Action.REDACT, Reason.REDACTED_BY_RULE, Verdict.PHI, ("A", "G"), 3.0)
    return ScenarioOutcome(SCENARIOS[0], 200, seen, 4.25, problems, ())


def _lines(*outcomes: ScenarioOutcome) -> list[str]:
    return [*report.table(outcomes, FILE), *report.problems(outcomes)]


def test_a_row_has_the_decision_and_the_guards_time() -> None:
    row = _lines(_outcome())[1].split()

    assert row[:3] == ["ok", "ehr", "billing"]
    assert row[-6:] == ["phi", "A", "G", "REDACT", "REDACTED_BY_RULE", "4.2"]


def test_what_is_wrong_stands_below_its_row() -> None:
    lines = _lines(_outcome("status is 500, expected 200"))

    assert lines[1].startswith("FAIL")
    assert lines[2] == f"{SCENARIOS[0].name}: status is 500, expected 200"


def test_a_refusal_by_envoy_has_no_decision() -> None:
    assert (
        "refused   by Envoy with 413"
        in _lines(ScenarioOutcome(SCENARIOS[7], 413, None, 0.0, (), ()))[1]
    )


@pytest.mark.parametrize(
    ("screen", "coloured"), [(FILE, False), (Screen(200, is_coloured=True), True)]
)
def test_colour_is_for_terminals_only(screen: Screen, coloured: bool) -> None:
    assert ("\033[" in "".join(report.table([_outcome()], screen))) is coloured


def test_a_child_span_stands_below_its_parent_however_they_arrive() -> None:
    parent = Span(
        "t", "1", "client", "ehr.clinic", "ingress", 2, 0, 5_000_000, {"http.status_code": "200"}
    )
    child = Span(
        "t",
        "2",
        "1",
        "phiguard",
        "phiguard.inspect",
        1,
        1,
        2_000_001,
        {"phiguard.decision": "ALLOW"},
    )
    first, second = report.trace([child, parent], FILE)

    assert first.split() == ["ingress", "5.00", "ms", "ehr.clinic", "http.status_code=200"]
    assert second.split() == [
        "└──",
        "phiguard.inspect",
        "2.00",
        "ms",
        "phiguard",
        "phiguard.decision=ALLOW",
    ]


def test_the_same_as_json_fits_its_schema() -> None:
    refused = ScenarioOutcome(SCENARIOS[7], 413, None, 0.0, (), ())
    found = demo._plain([_outcome("status is 500, expected 200"), refused], 1.25)

    json_forms.check(("demo", "--format", "json"), json.dumps(found))
    assert (found["asExpected"], found["outcomes"][1]["decision"]) == (1, None)
