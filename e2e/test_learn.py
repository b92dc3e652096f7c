"""Traffic through real sidecars is counted, and a policy is learned and enforced.

The same traffic then passes, and other traffic does not.
"""

import contextlib
import http.client
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest

from extauthz.demo import payloads
from extauthz.demo.client import Request, Response, tls_context
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, LOOPBACK
from extauthz.records.edges.observation_store import read
from mesh.message.facts import Direction, Protocol
from mesh.observed.learn import MIN_COUNT

_WATCHING = """
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: watching}
spec: {mode: discover, rules: []}
"""
_FHIR = MappingProxyType({"content-type": "application/fhir+json"})
_CLAIM = Request(BILLING.host, path="/claims", headers=_FHIR, body=payloads.patient_bundle())
_RECORD = Request(EHR.host, method="GET", path="/patients/7731")
_HANDSHAKE = MappingProxyType(
    {
        "host": BILLING.host,
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "cGhpZ3VhcmQgZGVtbyBrZXk=",
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("learn")


@pytest.fixture(scope="module")
def lab(envoy: Path, folder: Path) -> Iterator[Lab]:
    policy = folder / "policy.yaml"
    policy.write_text(_WATCHING)
    with open_lab(
        Plan(envoy, folder, phiguard(policy, "--edges", str(folder / "edges")))
    ) as running:
        yield running


def _learn(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "extauthz.cli", "policy", "learn", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _usual(lab: Lab) -> list[Response]:
    report = Request(ANALYTICS.host, path="/reports", headers=_FHIR, body=payloads.CLEAN)
    return [
        lab.from_application(EHR, _CLAIM),
        lab.from_application(EHR, report),
        lab.from_application(BILLING, _RECORD),
    ]


def _asks_for_a_websocket(lab: Lab) -> int:
    """The status of the answer of the receiver's sidecar to the sender's certificate."""
    mesh = lab.mesh
    connection = http.client.HTTPSConnection(
        LOOPBACK,
        mesh.ports[BILLING].inbound,
        timeout=20,
        context=tls_context(mesh.certificates[EHR]),
    )
    connection.request("GET", "/claims", headers=dict(_HANDSHAKE))
    with contextlib.closing(connection), connection.getresponse() as answer:
        return answer.status


@pytest.fixture(scope="module")
def learned(lab: Lab, folder: Path) -> str:
    """The policy learned from usual traffic and one bad habit, then enforced in this laboratory."""
    for _ in range(MIN_COUNT):
        assert [answer.status for answer in _usual(lab)] == [200, 200, 200]
        assert lab.from_outside(BILLING, _CLAIM).status == 200  # PHI in the clear
        assert _asks_for_a_websocket(lab) == 200  # the workload answers by HTTP
    lab.processes.stop("phiguard")
    proposal = _learn(folder / "edges", "--name", "clinic")
    assert (proposal.returncode, proposal.stderr) == (0, "")
    (folder / "policy.yaml").write_text(proposal.stdout.replace("mode: monitor", "mode: enforce"))
    lab.start_guard()
    lab.wait_for_guard()
    lab.processes.wait_until(
        lambda: _usual(lab)[0].status != 503, "the sidecars' new connections to the guard"
    )
    return proposal.stdout


@pytest.mark.usefixtures("learned")
def test_the_same_traffic_passes(lab: Lab) -> None:
    answers = _usual(lab)

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert payloads.PATIENT_NAME.encode() in answers[2].body


@pytest.mark.usefixtures("learned")
def test_other_traffic_does_not(lab: Lab) -> None:
    phi_to_analytics = Request(
        ANALYTICS.host, path="/reports", headers=_FHIR, body=payloads.patient_bundle()
    )
    other_path = Request(BILLING.host, path="/invoices", headers=_FHIR, body=payloads.CLEAN)
    with_number = Request(
        BILLING.host, path="/claims", headers=_FHIR, body=payloads.patient_bundle(with_ssn=True)
    )

    assert lab.from_application(EHR, phi_to_analytics).status == 403
    assert lab.from_application(EHR, other_path).status == 403
    assert lab.from_application(EHR, with_number).status == 403
    assert lab.from_application(ANALYTICS, _RECORD).status == 403
    assert lab.from_outside(BILLING, _CLAIM).status == 403


def test_the_proposal_says_what_it_guessed_and_what_it_marked(learned: str) -> None:
    assert f'host: "{BILLING.host}", principal: "{BILLING.principal}"}}  # a guess' in learned
    assert f"# * (no identity) -> {BILLING.principal} POST /claims: {MIN_COUNT} messages" in learned
    assert 'operation: {methods: [GET], paths: ["/patients/*"]}' in learned


def test_nothing_is_proposed_for_a_websocket(learned: str, folder: Path) -> None:
    asked = {
        each.sighting.protocol
        for each in read([folder / "edges"]).observations
        if (each.sighting.method, each.sighting.route) == ("GET", "/claims")
        and each.sighting.direction is Direction.REQUEST
    }

    assert asked == {Protocol.UPGRADE}
    assert not [line for line in learned.splitlines() if "[GET]" in line and "/claims" in line]


@pytest.mark.usefixtures("learned")
def test_what_was_not_opened_and_what_is_refused_since_is_drift(lab: Lab, folder: Path) -> None:
    lab.from_application(ANALYTICS, _RECORD)
    lab.processes.stop("phiguard")
    report = _learn(folder / "edges", "--against", folder / "policy.yaml")
    lab.start_guard()
    lab.wait_for_guard()
    lines = [" ".join(line.split()) for line in report.stdout.splitlines()]
    edge = (
        "no rule names it (EDGE_NOT_ALLOWED, refused) research/analytics clinic/ehr GET "
        "/patients/{id} request -"
    )

    assert report.returncode == 1
    assert [line.startswith(edge) for line in lines].count(True) == 1
    assert "nothing seen uses it" not in report.stdout


def test_neither_counts_nor_proposal_hold_a_value(folder: Path, learned: str) -> None:
    counted = b"".join(path.read_bytes() for path in (folder / "edges").iterdir())

    assert b"/patients/{id}" in counted
    assert [v for v in (*payloads.CANARIES, "7731") if v.encode() in counted or v in learned] == []
