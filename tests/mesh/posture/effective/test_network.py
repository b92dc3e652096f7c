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
