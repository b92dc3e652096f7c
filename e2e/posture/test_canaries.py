"""Canaries through real Envoys: refused in every mode, and an alarm where they pass the guard."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from e2e.policies import OPEN
from e2e.posture.probing import PROBE, Probe, probed
from extauthz.demo import payloads
from extauthz.demo.client import Request
from extauthz.demo.lab import Lab, Sidecar
from extauthz.demo.topology import BILLING, EHR, LOOPBACK
from extauthz.records.edges.observation_store import read
from mesh.message.facts import Vantage
from mesh.posture.canary.nonce import Purpose
from mesh.posture.canary.outcome import Result
from mesh.posture.canary.plan import Target
from mesh.posture.cell import PeerClass

GUARDED = (EHR, BILLING)
FHIR = {"content-type": "application/fhir+json"}


def records(lab: Lab) -> list[dict[str, Any]]:
    found = (
        orjson.loads(line)
        for file in lab.plan.folder.rglob("ledger-*.jsonl")
        for line in file.read_bytes().splitlines()
    )
    return [record for record in found if record.get("kind") == "decision"]


@pytest.fixture(scope="module")
def lab(envoy: Path, probe: Probe, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("canaries")
    edges = ("--edges", str(folder / "edges"))
    with probed(envoy, folder, probe, *map(Sidecar, GUARDED), options=edges) as running:
        yield running


def test_each_guarded_port_refuses_in_monitor_mode_with_a_decision_of_the_ledger(
    lab: Lab, probe: Probe
) -> None:
    code, outcomes = probe.send(lab, [probe.target(lab, workload) for workload in GUARDED])

    assert code == 0
    assert [each.result for each in outcomes] == [Result.REFUSED, Result.REFUSED]
    assert all(each.seen and each.seen.mtls and each.seen.is_found for each in outcomes)
    kept = {record["id"]: record for record in records(lab)}
    for each in outcomes:
        record = kept[each.decision]
        assert (record["reason"], record["decision"], record["enforced"]) == (
            "CANARY", "DENY", True,
        )  # fmt: skip
        assert (record["verdict"], record["coverage"]) == ("phi", "COMPLETE")
        assert record["source"] == PROBE.principal


@pytest.mark.slow
def test_the_message_beside_a_canary_passes_and_only_it_is_observed(lab: Lab, probe: Probe) -> None:
    claim = Request(BILLING.host, path="/claims", headers=FHIR, body=payloads.patient_bundle())
    probe.send(lab, [probe.target(lab, BILLING)])
    assert lab.from_application(EHR, claim).status == 200
    lab.processes.stop("phiguard")  # it writes what it has counted
    lab.start_guard()
    lab.wait_for_guard()

    counted = read([lab.plan.folder / "edges"]).observations
    assert EHR.principal in {each.sighting.source for each in counted}
    assert PROBE.principal not in {each.sighting.source for each in counted}


def test_in_clear_the_port_refuses_the_connection(lab: Lab, probe: Probe) -> None:
    target = probe.target(lab, EHR, PeerClass.PLAINTEXT)
    code, outcomes = probe.send(lab, [target], through=lab.mesh.ports[EHR].inbound)

    assert (code, [each.result for each in outcomes]) == (0, [Result.CLOSED])


def test_a_target_with_another_workloads_name_proves_nothing(lab: Lab, probe: Probe) -> None:
    wrong = replace(probe.target(lab, EHR), principal=BILLING.principal)
    code, outcomes = probe.send(lab, [wrong])

    assert (code, [each.result for each in outcomes]) == (1, [Result.WRONG_PEER])


@pytest.mark.slow
def test_past_the_sidecar_a_canary_reaches_the_application_and_is_an_alarm(
    lab: Lab, probe: Probe
) -> None:
    code, outcomes = probe.send(lab, [probe.target(lab, EHR)], through=lab.mesh.ports[EHR].app)

    assert (code, [each.result for each in outcomes]) == (1, [Result.REACHED])


def test_a_port_without_the_gate_is_an_alarm(lab: Lab, probe: Probe) -> None:
    code, outcomes = probe.send(lab, [probe.target(lab, PROBE)])

    assert (code, [each.result for each in outcomes]) == (1, [Result.REACHED])


@pytest.mark.slow
def test_while_the_guard_is_dead_nothing_is_proved_and_nothing_has_passed(
    lab: Lab, probe: Probe
) -> None:
    lab.processes.stop("phiguard")
    code, outcomes = probe.send(lab, [probe.target(lab, EHR)])
    lab.start_guard()
    lab.wait_for_guard()

    assert (code, [each.result for each in outcomes]) == (1, [Result.REFUSED_BY_OTHER])


def test_nothing_of_a_canary_is_kept_but_words(lab: Lab, probe: Probe) -> None:
    probe.send(lab, [probe.target(lab, EHR)])
    kept = b"".join(
        path.read_bytes()
        for path in (*lab.plan.folder.rglob("*"), *probe.folder.glob("*.jsonl"))
        if path.is_file()
    )
    assert [v for v in (b"Canary Synthetic", b"219-09-9999", b"1901-02-03") if v in kept] == []


@pytest.fixture
def echo(lab: Lab, probe: Probe) -> Iterator[list[Target]]:
    """An echo in the place of an application: the targets that ask it for an answer."""
    port = lab.mesh.ports[EHR].app
    command = [sys.executable, "-m", "extauthz.cli", "posture", "echo"]
    lab.processes.stop("workloads")
    lab.processes.start(
        "echo", [*command, "--listen", f"{LOOPBACK}:{port}", "--canary-key", str(probe.key)]
    )
    lab.processes.wait_until(lambda: _listens(port), "the echo's start")
    usual = probe.target(lab, EHR)
    # a cell has one canary in five minutes; what an echo answers has a name of its own here
    yield [
        replace(usual, purpose=purpose, cell=f"{usual.cell}-{purpose}")
        for purpose in (Purpose.RESPONSE, Purpose.REDACTION)
    ]
    lab.processes.stop("echo")


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


@pytest.mark.slow
def test_an_answer_is_refused_or_masked_by_the_gate_of_who_gives_it(
    lab: Lab, probe: Probe, echo: list[Target]
) -> None:
    code, outcomes = probe.send(lab, echo)
    assert (code, [each.result for each in outcomes]) == (0, [Result.REFUSED] * 2)
    assert {each.seen.gate for each in outcomes if each.seen} == {Vantage.INBOUND}

    masking = OPEN.replace('response: {allow: ["*"]}', 'response: {redact: ["*"], otherwise: DENY}')
    (lab.plan.folder / "policy.yaml").write_text(masking)
    lab.processes.wait_until(
        lambda: probe.send(lab, echo)[1][1].result is Result.MASKED, "the masking policy"
    )
    code, outcomes = probe.send(lab, echo)
    assert (code, [each.result for each in outcomes]) == (0, [Result.REFUSED, Result.MASKED])
    assert {r["reason"] for r in records(lab) if r["decision"] == "REDACT"} == {"CANARY"}
