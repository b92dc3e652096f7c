"""The demo's running proxies, judged by what they themselves say at their admin interface."""

from typing import Any

import pytest

from e2e.posture.dumps import NAMES, admin, proxy
from extauthz.demo.lab import Lab
from extauthz.demo.topology import (
    ANALYTICS,
    BILLING,
    EHR,
    INSTALLATION,
    SERVICE_PORT,
    WORKLOADS,
    Workload,
)
from mesh.istio.installation import GUARD_PORT
from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.effective.certificates import of_admin
from mesh.posture.effective.proxy import read
from mesh.posture.encryption import Encryption
from mesh.posture.evidence import Stance

IN, OUT = Vantage.INBOUND, Vantage.OUTBOUND


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda each: each.name)
def test_every_guarded_proxy_is_judged_in_both_directions(lab: Lab, workload: Workload) -> None:
    ports, found = lab.mesh.ports[workload], proxy(lab, workload)
    assert (found.namespace, found.pod) == (workload.namespace, workload.name)
    received = found.evidence(IN, ports.inbound, PeerClass.MESH)
    assert received.stance is Stance.JUDGED, received
    sent = found.evidence(OUT, ports.outbound, PeerClass.MESH)
    assert sent.stance is Stance.JUDGED, sent


def test_peers_without_a_certificate_come_in_only_where_the_demo_lets_them(lab: Lab) -> None:
    found = {
        workload: proxy(lab, workload).evidence(
            IN, lab.mesh.ports[workload].inbound, PeerClass.PLAINTEXT
        )
        for workload in WORKLOADS
    }
    assert found[EHR].stance is Stance.CLOSED, found[EHR]
    assert found[ANALYTICS].stance is Stance.CLOSED, found[ANALYTICS]
    assert (found[BILLING].stance, found[BILLING].code) == (Stance.DOWN, "plaintext-open")


def test_without_redirection_nothing_is_known_of_other_hosts(lab: Lab) -> None:
    found = proxy(lab, EHR).evidence(OUT, 0, PeerClass.OUTSIDE)
    assert (found.stance, found.code) == (Stance.UNKNOWN, "not-captured")


def test_a_gate_that_is_taken_out_of_a_running_proxys_dump_is_missed(lab: Lab) -> None:
    port = lab.mesh.ports[EHR].inbound
    for name in ("envoy.filters.http.ext_authz", "phiguard.ext_proc"):
        dump = admin(lab, EHR, "/config_dump?include_eds")
        for filters in http_filters(dump):
            filters[:] = [each for each in filters if each["name"] != name]
        found = read(dump, NAMES, "a dump", None).evidence(IN, port, PeerClass.MESH)
        assert (found.stance, found.code) == (Stance.DOWN, "no-gate")


def http_filters(value: Any) -> list[Any]:
    """Every list of HTTP filters in a dump."""
    if isinstance(value, list):
        return [found for each in value for found in http_filters(each)]
    if not isinstance(value, dict):
        return []
    mine = [value["http_filters"]] if "http_filters" in value else []
    return mine + [found for each in value.values() for found in http_filters(each)]


def test_every_edge_of_the_demo_is_mutual_tls(lab: Lab) -> None:
    found = {(each.host, each.port): each.encryption for each in proxy(lab, EHR).edges}
    assert found[BILLING.host, SERVICE_PORT] is Encryption.MTLS
    assert found[INSTALLATION.host, GUARD_PORT] is Encryption.MTLS


def test_a_proxy_says_who_it_is(lab: Lab) -> None:
    own = [each for each in of_admin(admin(lab, EHR, "/certs"), "ehr") if not each.is_authority]
    assert {each.principal for each in own} == {EHR.principal}
    assert all(each.until for each in own)
