"""A gate that is open on failure, on a real Envoy: while the guard is dead, a canary comes through.

While the guard answers, nothing shows: the canary is refused as everywhere. So the proxy's own
configuration must say it before the guard is dead, and the canary when it is.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.posture.dumps import proxy
from e2e.posture.probing import Probe, cell, probed
from extauthz.demo.gates import Gates, IstioObject
from extauthz.demo.lab import Lab, Sidecar
from extauthz.demo.topology import BILLING, EHR, INSTALLATION, Workload
from mesh.istio import guarded
from mesh.message.facts import Vantage
from mesh.posture.canary.history import read
from mesh.posture.canary.outcome import Result
from mesh.posture.cell import PeerClass
from mesh.posture.evidence import Evidence, Stance

pytestmark = pytest.mark.slow

EXT_AUTHZ = "envoy.filters.http.ext_authz"
AUTHZ_TYPE = "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"


OPEN_REQUESTS: IstioObject = {
    "spec": {
        "configPatches": [
            {
                "applyTo": "HTTP_FILTER",
                "match": {
                    "context": "SIDECAR_INBOUND",
                    "listener": {"filterChain": {"filter": {"subFilter": {"name": EXT_AUTHZ}}}},
                },
                "patch": {
                    "operation": "MERGE",
                    "value": {
                        "name": EXT_AUTHZ,
                        "typed_config": {"@type": AUTHZ_TYPE, "failure_mode_allow": True},
                    },
                },
            }
        ]
    }
}


def _open_responses() -> IstioObject:
    """The guard's own filter for answers, open on failure."""
    closed = json.dumps(guarded.inbound_responses(INSTALLATION))
    made: IstioObject = json.loads(
        closed.replace('"failure_mode_allow": false', '"failure_mode_allow": true')
    )
    assert json.dumps(made) != closed
    return made


OPEN = Sidecar(EHR, Gates.ALL & ~Gates.RESPONSES, filters=(OPEN_REQUESTS, _open_responses()))


@pytest.fixture(scope="module")
def lab(envoy: Path, probe: Probe, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """EHR's gate is open on failure; billing's is as it should be."""
    folder = tmp_path_factory.mktemp("open-gates")
    with probed(envoy, folder, probe, OPEN, Sidecar(BILLING)) as running:
        yield running


def effective(lab: Lab, workload: Workload) -> Evidence:
    """What the running proxy says of its port."""
    port = lab.mesh.ports[workload].inbound
    return proxy(lab, workload).evidence(Vantage.INBOUND, port, PeerClass.MESH)


def proved(lab: Lab, probe: Probe, workload: Workload) -> Evidence:
    """What the canaries say of its port."""
    history = read(probe.outcomes.read_text(), time.time(), probe.outcomes.name)
    return history.evidence(cell(workload, lab.mesh.ports[workload].inbound), opted_in=True)


def test_the_proxys_configuration_says_so_while_the_guard_is_there(lab: Lab, probe: Probe) -> None:
    code, outcomes = probe.send(lab, [probe.target(lab, each) for each in (EHR, BILLING)])

    assert (code, [each.result for each in outcomes]) == (0, [Result.REFUSED] * 2)
    found = effective(lab, EHR)
    assert (found.stance, found.code) == (Stance.DOWN, "failure-open"), found
    assert effective(lab, BILLING).stance is Stance.JUDGED
    assert proved(lab, probe, EHR).stance is Stance.JUDGED


def test_with_the_guard_dead_the_canary_reaches_the_application_and_is_an_alarm(
    lab: Lab, probe: Probe
) -> None:
    lab.processes.stop("phiguard")
    code, outcomes = probe.send(lab, [probe.target(lab, each) for each in (EHR, BILLING)])

    assert (code, [each.result for each in outcomes]) == (
        1, [Result.REACHED, Result.REFUSED_BY_OTHER],
    )  # fmt: skip
    assert outcomes[0].result.is_alarm
    found = proved(lab, probe, EHR)
    assert (found.stance, found.code) == (Stance.DOWN, "canary-reached"), found
    assert proved(lab, probe, BILLING).stance is Stance.UNKNOWN
