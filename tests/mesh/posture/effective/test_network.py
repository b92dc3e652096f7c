"""What a chain does with a connection, and whether the guard stands before its bytes."""

import pytest
from holes import GOOD, OTHER, TYPE
from real_dumps import CLUSTER, Cell, Dump, Json

from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.evidence import Stance

FILTER = TYPE + "envoy.extensions.filters.network.ext_proc.v3.NetworkExternalProcessor"
RECEIVED: Cell = (Vantage.INBOUND, 5432, PeerClass.MESH)
SENT: Cell = (Vantage.OUTBOUND, 5432, PeerClass.MESH)


def gate(**changed: object) -> Json:
    config = {
        "@type": FILTER,
        "grpc_service": {"envoy_grpc": {"cluster_name": CLUSTER}},
        "processing_mode": {"process_read": "STREAMED", "process_write": "STREAMED"},
        "message_timeout": "20s",
        **changed,
    }
    return {"name": "phiguard.network_ext_proc", "typed_config": config}


def judged(filter_: Json) -> Dump:
    """The pod's port of bytes, and that of the service, with one more filter."""
    dump = Dump("streaming")
    for listener, chain in (("virtualInbound", "0.0.0.0_5432"), ("10.1.0.2_5432", "")):
        dump.chain(listener, chain)["filters"].insert(0, filter_)
    return dump


@pytest.mark.parametrize("cell", [RECEIVED, SENT])
def test_bytes_that_the_guard_holds_back_are_judged(cell: Cell) -> None:
    assert Dump("streaming").evidence(cell).code == "tcp"
    assert judged(gate()).evidence(cell).stance is Stance.JUDGED
    # Envoy leaves defaults out
    assert judged(gate(processing_mode={})).evidence(cell).stance is Stance.JUDGED


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"failure_mode_allow": True}, "failure-open"),
        ({"processing_mode": {"process_read": "SKIP"}}, "skips-direction"),
        ({"processing_mode": {"process_write": 1}}, "skips-direction"),
        ({"processing_mode": {"of_tomorrow": 1}}, "unreadable"),
        ({"message_timeout": None}, "timeout-short"),
        ({"message_timeout": "0s"}, "unknown-timeout"),
        ({"grpc_service": {"envoy_grpc": {"cluster_name": OTHER}}}, "tcp"),
        ({"of_tomorrow": 1}, "unreadable"),
        ({"@type": TYPE + "acme.Other"}, "unreadable"),
    ],
)
@pytest.mark.parametrize("cell", [RECEIVED, SENT])
def test_a_hole_in_the_filter_for_bytes_is_found(
    changed: dict[str, object], code: str, cell: Cell
) -> None:
    found = judged(gate(**changed)).evidence(cell)
    assert found.code == code
    assert found.stance not in GOOD


def test_the_guard_behind_the_proxy_of_bytes_holds_nothing_back() -> None:
    dump = Dump("streaming")
    dump.chain("10.1.0.2_5432", "")["filters"].append(gate())
    assert dump.evidence(SENT).code == "tcp"


def test_a_guard_that_is_only_told_of_a_connection_reads_none_of_it() -> None:
    found = Dump("streaming").evidence(RECEIVED)
    assert (found.stance, found.code) == (Stance.DOWN, "tcp")
    assert "reads none of it" in found.text


@pytest.mark.parametrize("filters", [[], [{"name": "x", "typed_config": {"@type": "x/acme.X"}}]])
def test_filters_that_lead_nowhere_known_are_unknown(filters: Json) -> None:
    dump = Dump("streaming")
    dump.chain(name="0.0.0.0_8080")["filters"] = filters
    found = dump.evidence((Vantage.INBOUND, 8080, PeerClass.MESH))
    assert (found.stance, found.code) == (Stance.UNKNOWN, "unreadable")


ANY_PORT: Cell = (Vantage.INBOUND, 0, PeerClass.MESH)


def catching(dump: Dump) -> Json:
    """The chain for connections to ports that nobody names."""
    return dump.chain("virtualInbound", "virtualInbound")["filters"]


def named(filters: Json, name: str) -> Json:
    (found,) = (each for each in filters if each["name"] == f"envoy.filters.network.{name}")
    return found


def test_the_guard_refuses_connections_to_ports_that_nobody_names() -> None:
    found = Dump("guarded").evidence(ANY_PORT)
    assert found.stance is Stance.JUDGED, found


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"failure_mode_allow": True}, "failure-open"),
        ({"shadow_mode": True}, "observes"),
        ({"of_tomorrow": 1}, "unreadable"),
        ({"grpc_service": {"envoy_grpc": {"cluster_name": OTHER}}}, "tcp"),
        ({"grpc_service": {"envoy_grpc": {"cluster_name": CLUSTER}}}, "timeout-short"),
        ({"grpc_service": {"envoy_grpc": {"cluster_name": CLUSTER}, "timeout": "0s"}},
         "unknown-timeout"),
        ({"filter_enabled_metadata": {"filter": "x"}}, "unknown-switch"),
    ],
)  # fmt: skip
def test_a_hole_in_the_filter_for_connections_is_found(
    changed: dict[str, object], code: str
) -> None:
    dump = Dump("guarded")
    named(catching(dump), "ext_authz")["typed_config"].update(changed)
    found = dump.evidence(ANY_PORT)
    assert (found.code, found.stance in GOOD) == (code, False)


def test_a_switch_that_some_connections_do_not_turn_on_is_found() -> None:
    dump = Dump("guarded")
    filters = catching(dump)
    rbac = named(filters, "rbac")
    (policy,) = rbac["typed_config"]["shadow_rules"]["policies"].values()
    policy["permissions"] = [{"and_rules": {"rules": [{"destination_port": 1}]}}]
    assert dump.evidence(ANY_PORT).code == "conditional"
    filters.remove(rbac)
    assert dump.evidence(ANY_PORT).code == "no-trigger"


def test_without_the_filter_connections_to_any_port_pass() -> None:
    dump = Dump("guarded")
    catching(dump).remove(named(catching(dump), "ext_authz"))
    assert dump.evidence(ANY_PORT).code == "tcp"
