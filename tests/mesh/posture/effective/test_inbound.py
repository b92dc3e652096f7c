"""What the real proxies' listeners say of the ports of their pods."""

import pytest
from holes import CELLS, LUA, TYPE, UNKNOWN, Hole, is_found, rename
from real_dumps import GATEWAY, INBOUND, STRANGERS, Cell, Dump, Json, as_istio_builds, insert, same

from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.evidence import Layer, Stance

IN = Vantage.INBOUND
NAME = "0.0.0.0_8080"
MESH, PLAINTEXT = PeerClass.MESH, PeerClass.PLAINTEXT
PASSING: Json = {
    "filter_chain_match": {"server_names": ["raw.clinic.example"]},
    "filters": [
        {
            "name": "envoy.filters.network.tcp_proxy",
            "typed_config": {
                "@type": TYPE + "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                "cluster": "outbound|8080||ehr.clinic.svc.cluster.local",
            },
        }
    ],
}


@pytest.mark.parametrize(("dump", "cell", "stance"), CELLS)
def test_what_is_right_is_called_right(dump: str, cell: Cell, stance: Stance) -> None:
    found = Dump(dump).evidence(cell)
    assert (found.stance, found.fix, found.layer) == (stance, "", Layer.EFFECTIVE), found


@pytest.mark.parametrize(("dump", "cell", "stance"), CELLS)
def test_what_is_right_stays_right_in_istios_own_build(
    dump: str, cell: Cell, stance: Stance
) -> None:
    istios = Dump(dump)
    as_istio_builds(istios)
    assert istios.evidence(cell).stance is stance, istios.evidence(cell)


@pytest.mark.parametrize(
    ("dump", "port", "peers", "code"),
    [
        ("streaming", 5432, MESH, "tcp"),  # named `tcp`
        ("streaming", 7070, MESH, "tcp"),  # has no protocol, so bytes may come
        ("guarded", 3000, MESH, "tcp"),  # no service has it
        ("permissive", 8080, PLAINTEXT, "plaintext-open"),
        ("permissive", 3000, PLAINTEXT, "plaintext-open"),
        ("unguarded", 8080, MESH, "no-gate"),
        ("unguarded", 8080, PLAINTEXT, "plaintext-open"),
        ("gateway", 8443, PLAINTEXT, "plaintext-open"),
    ],
)
def test_what_is_open_in_a_real_proxy_is_down(
    dump: str, port: int, peers: PeerClass, code: str
) -> None:
    found = Dump(dump).evidence((IN, port, peers))
    assert (found.stance, found.code) == (Stance.DOWN, code)
    assert found.fix


HOLES = (
    Hole("no listeners", lambda d: d.drop("ListenersConfigDump"), "unreadable", UNKNOWN),
    Hole(
        "an update was refused",
        lambda d: d.entry("virtualInbound").update(error_state={"details": "x"}),
        "update-refused",
        UNKNOWN,
    ),
    Hole(
        "an update was refused, strangers",
        lambda d: d.entry("virtualInbound").update(error_state={}),
        "update-refused",
        UNKNOWN,
        STRANGERS,
    ),
    Hole(
        "an update of a listener that is not there was refused",
        lambda d: d.part("ListenersConfigDump")["dynamic_listeners"].append(
            {"name": "10.1.0.5_8080", "error_state": {}}
        ),
        "update-refused",
        UNKNOWN,
    ),
    Hole(
        "not in use yet",
        lambda d: rename(d.entry("virtualInbound"), "active_state", "warming_state"),
        "warming",
        UNKNOWN,
    ),
    Hole(
        "gateway: TLS goes through",
        lambda d: d.listener("0.0.0.0_8443")["filter_chains"].append(same(PASSING)),
        "tcp",
        cell=GATEWAY,
        dump="gateway",
    ),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)


def test_at_a_gateway_peers_of_every_kind_count() -> None:
    dump = Dump("gateway")
    plain = {"filter_chain_match": {"transport_protocol": "raw_buffer"}}
    dump.listener("0.0.0.0_8443")["filter_chains"].append({**same(PASSING), **plain})
    assert dump.evidence(GATEWAY).code == "tcp"


def test_what_takes_plain_text_is_no_matter_for_peers_of_the_mesh() -> None:
    dump = Dump("permissive")
    chains = dump.listener("virtualInbound")["filter_chains"]
    plain = [each for each in chains if "transport_socket" not in each and each["name"] == NAME]
    plain[0]["filters"][-1]["typed_config"]["http_filters"] = []
    assert dump.evidence(INBOUND).stance is Stance.JUDGED


def test_what_stands_behind_the_guard_at_the_receiver_changes_nothing() -> None:
    dump = Dump("guarded")
    insert(dump.inbound, 2, "envoy.filters.http.lua", LUA)
    assert dump.evidence(INBOUND).stance is Stance.JUDGED


def test_the_worst_of_what_is_and_what_comes_decides() -> None:
    dump = Dump("guarded")
    coming = same(dump.entry("virtualInbound")["active_state"])
    dump.entry("virtualInbound")["warming_state"] = coming
    assert dump.evidence(INBOUND).code == "warming"
    dump.inbound["http_filters"] = dump.inbound["http_filters"][-1:]
    assert dump.evidence(INBOUND).code == "no-gate"
