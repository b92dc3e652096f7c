"""tests/cases/envoy.yaml through real sidecars, with the outcomes of `simulate`."""

import functools
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from extauthz.demo.client import Request, Response, new_traceparent
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.observed import observe
from extauthz.demo.programs import POLICY, phiguard
from extauthz.demo.topology import WORKLOADS
from extauthz.demo.workloads import DELIVERY_HEADER
from mesh.analysis import case_file, cases
from mesh.analysis.cases import Case
from mesh.message.facts import Vantage
from mesh.policy.decision import Action
from phiscan.engine import Engine

_FILE = Path(__file__).parents[1] / "tests" / "cases" / "envoy.yaml"
CASES = case_file.load(
    _FILE.read_text(), file=_FILE.name, read=lambda path: (_FILE.parent / path).read_bytes()
)
_BY_PRINCIPAL = {workload.principal: workload for workload in WORKLOADS}
_BY_HOST = {workload.host: workload for workload in WORKLOADS}


@pytest.fixture(scope="module")
def lab(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A separate laboratory: the scenarios' ledger holds only the scenarios."""
    with open_lab(Plan(envoy, tmp_path_factory.mktemp("cases"), phiguard(POLICY))) as running:
        yield running


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load()


def _send(lab: Lab, case: Case, extra: dict[str, str]) -> Response:
    facts = case.head.facts
    headers = {**dict(case.head.headers.pairs), **extra}
    operation = facts.operation
    request = Request(operation.host, operation.method, operation.path, case.body or b"", headers)
    callee = _BY_HOST[operation.host]
    if facts.vantage is Vantage.OUTBOUND:
        return lab.from_application(_BY_PRINCIPAL[facts.source], request)
    if facts.source:
        return lab.past_sidecar(_BY_PRINCIPAL[facts.source], callee, request)
    return lab.from_outside(callee, request)


def _gates(case: Case, action: Action) -> int:
    """How often the guard is asked: once when the sender's gate denies, else at each gate."""
    if case.head.facts.vantage is Vantage.OUTBOUND:
        return 1 if action is Action.DENY else 3
    return 2  # the request and its answer, which may be Envoy's own


@pytest.mark.parametrize("case", CASES, ids=[case.name.replace(" ", "-") for case in CASES])
def test_a_case_ends_on_envoy_as_it_does_in_simulate(lab: Lab, engine: Engine, case: Case) -> None:
    simulated = cases.run(case, functools.partial(engine.scanner, clock=lambda: 0.0))
    decision = simulated.outcome.decision
    identity = token_hex(8)
    trace, traceparent = new_traceparent()
    response = _send(lab, case, {DELIVERY_HEADER: identity, "traceparent": traceparent})
    gates = _gates(case, decision.action)
    decisions = observe(
        lab.sink.trace(trace, until=lambda spans: len(observe(spans)) >= gates, seconds=3.0)
    )
    strictest = max(decisions, key=lambda seen: seen.rank)

    assert simulated.passed
    assert (strictest.action, strictest.reason, strictest.verdict) == (
        decision.action,
        decision.reason,
        decision.verdict,
    )
    assert strictest.identifiers == tuple(identifier.value for identifier in decision.identifiers)
    assert len(decisions) == gates
    denied = decision.action is Action.DENY
    assert (response.status, len(lab.deliveries(identity))) == ((403, 0) if denied else (200, 1))
    assert response.headers.get("x-phiguard-reason", "") == (
        decision.reason.value if denied else ""
    )


def test_thirty_cases_and_more_run_on_envoy() -> None:
    assert len(CASES) >= 30
