"""Whose proxy it is, and what is said of proxies that are not read."""

import json
from typing import Any

import pytest
from real_dumps import AT, GATEWAY, GUARD, INBOUND, OUTBOUND, STRANGERS, Cell, Dump, Edit, without

from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.effective.dump import DumpError
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.node import ProxyKind
from mesh.posture.effective.proxy import read
from mesh.posture.evidence import Layer, Stance

AUTHZ, OURS = "envoy.filters.http.ext_authz", "phiguard.ext_proc"


def test_a_proxy_says_itself_whose_it_is() -> None:
    proxy = Dump("guarded").proxy()
    assert (proxy.namespace, proxy.pod, proxy.at) == ("clinic", "ehr-6c9f-x2v4p", AT)
    node = proxy.node
    assert (node.kind, node.ip, node.workload) == (ProxyKind.SIDECAR, "127.0.0.11", "ehr")
    assert (node.service_account, node.cluster, node.version) == ("ehr", "Kubernetes", "1.30.3")
    assert Dump("gateway").proxy().node.kind is ProxyKind.GATEWAY


def test_evidence_names_its_source_its_time_and_its_pod() -> None:
    found = Dump("guarded").evidence(INBOUND)
    assert found.layer is Layer.EFFECTIVE
    assert (found.source, found.at, found.pod) == ("a test", AT, "ehr-6c9f-x2v4p")


@pytest.mark.parametrize(
    ("cell", "edit", "changed"),
    [
        (INBOUND, lambda d: without(d.inbound, AUTHZ), "AuthorizationPolicy clinic/phiguard"),
        (
            INBOUND,
            lambda d: without(d.inbound, OURS),
            "EnvoyFilter clinic/phiguard-inbound-responses",
        ),
        (
            OUTBOUND,
            lambda d: without(d.outbound, OURS),
            "EnvoyFilter clinic/phiguard-outbound-requests",
        ),
        (INBOUND, lambda d: d.authz.update(failure_mode_allow=True), "MeshConfig"),
        (INBOUND, lambda d: d.answers.update(failure_mode_allow=True), ""),
        (INBOUND, lambda d: None, ""),
    ],
)
def test_evidence_names_the_object_to_change(cell: Cell, edit: Edit, changed: str) -> None:
    dump = Dump("guarded")
    edit(dump)
    assert dump.evidence(cell).object == changed


def test_a_gateways_objects_have_names_of_their_own() -> None:
    dump = Dump("gateway")
    without(dump.gateway, OURS)
    assert dump.evidence(GATEWAY).object == ""


@pytest.mark.parametrize(
    ("dump", "cell", "stance"),
    [
        ("guarded", INBOUND, Stance.UNKNOWN),
        ("guarded", OUTBOUND, Stance.UNKNOWN),
        ("mllp", (Vantage.OUTBOUND, 2575, PeerClass.MESH), Stance.UNKNOWN),
        ("mllp", (Vantage.OUTBOUND, 5432, PeerClass.MESH), Stance.DOWN),
        ("unguarded", INBOUND, Stance.DOWN),
        ("unguarded", OUTBOUND, Stance.DOWN),
        ("guarded", STRANGERS, Stance.CLOSED),
    ],
)
def test_where_nobody_says_who_the_guard_is_it_is_unknown(
    dump: str, cell: Cell, stance: Stance
) -> None:
    nobody = GuardNames("phiguard", frozenset(), frozenset())
    assert read(Dump(dump).body, nobody, "a test", AT).evidence(*cell).stance is stance


def test_the_parts_may_come_in_any_order() -> None:
    dump = Dump("guarded")
    dump.body["configs"].reverse()
    assert dump.evidence(INBOUND) == Dump("guarded").evidence(INBOUND)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "it has no `configs`"),
        ('{"configs": {}}', "`configs` is no list"),
        ('{"configs": [1]}', "`configs` holds something else than objects"),
        ('{"configs": []}', "it has no bootstrap"),
        ('{"configs": [{"@type": "x/envoy.admin.v4.BootstrapConfigDump"}]}', "is not known"),
        ('{"configs": [{"@type": 1}]}', "it has a part of type"),
        ('{"configs": [{"@type": []}]}', "`@type` is no text"),
        (
            '{"configs": [{"@type": "x/envoy.admin.v3.ClustersConfigDump"},'
            ' {"@type": "x/envoy.admin.v3.ClustersConfigDump"}]}',
            "it has two parts",
        ),
        ('{"configs": [{"@type": "x/envoy.admin.v3.BootstrapConfigDump"}]}', "the node's id ``"),
        (
            '{"configs": [{"@type": "x/envoy.admin.v3.BootstrapConfigDump",'
            ' "bootstrap": {"node": {"id": "sidecar~1.2.3.4~pod~x"}}}]}',
            "names no pod",
        ),
    ],
)
def test_what_is_no_dump_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(DumpError, match=r"^[^\n]*$") as refused:
        read(json.loads(text), GUARD, "a test", None)
    assert said in str(refused.value)


ZTUNNEL: dict[str, Any] = {"workloads": [], "services": [], "policies": [], "config": {}}


def test_ztunnel_reads_nothing() -> None:
    proxy = read(ZTUNNEL, GUARD, "a test", AT)
    found = proxy.evidence(*INBOUND)
    assert (found.stance, found.code, proxy.pod) == (Stance.DOWN, "ztunnel", "")


def test_a_waypoint_is_not_known() -> None:
    dump = Dump("guarded")
    node = dump.part("BootstrapConfigDump")["bootstrap"]["node"]
    node["id"] = node["id"].replace("sidecar~", "waypoint~")
    assert dump.evidence(INBOUND).stance is Stance.UNKNOWN
