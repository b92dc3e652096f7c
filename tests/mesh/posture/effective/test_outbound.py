"""What the real proxies' listeners say of what their pods send."""

import pytest
from holes import UNKNOWN, Hole, is_found, route
from real_dumps import OUTBOUND, OUTSIDE, Cell, Dump, Edit, Json, same, without

from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.evidence import Stance

OUT = Vantage.OUTBOUND
ELSEWHERE: Cell = (OUT, 3000, PeerClass.MESH)
PASSES, BLACK_HOLE = "PassthroughCluster", "BlackHoleCluster"
STORE = "outbound|8080||store.clinic.svc.cluster.local"


@pytest.mark.parametrize(
    ("dump", "port", "peers", "code"),
    [
        ("guarded", 5432, PeerClass.MESH, "tcp"),
        ("guarded", 7070, PeerClass.MESH, "tcp"),
        ("guarded", 443, PeerClass.PLATFORM, "tcp"),
        ("allow-any", 8080, PeerClass.MESH, "passthrough"),
        ("allow-any", 3000, PeerClass.MESH, "passthrough"),
        ("allow-any", 9000, PeerClass.PLATFORM, "passthrough"),
        ("allow-any", 0, PeerClass.OUTSIDE, "passthrough"),
        ("unguarded", 8080, PeerClass.MESH, "no-gate"),
    ],
)
def test_what_is_open_in_a_real_proxy_is_down(
    dump: str, port: int, peers: PeerClass, code: str
) -> None:
    found = Dump(dump).evidence((OUT, port, peers))
    assert (found.stance, found.code) == (Stance.DOWN, code)
    assert found.fix


def default(dump: Dump) -> Json:
    return dump.listener("0.0.0.0_8080")["default_filter_chain"]["filters"][-1]["typed_config"]


def rest(dump: Dump) -> Json:
    chain = dump.chain("virtualOutbound", "virtualOutbound-catchall-tcp")
    return chain["filters"][-1]["typed_config"]


def some(dump: Dump) -> None:
    del rest(dump)["cluster"]
    clusters = [{"name": BLACK_HOLE, "weight": 99}, {"name": PASSES, "weight": 1}]
    rest(dump)["weighted_clusters"] = {"clusters": clusters}


def unguarded(edit: Edit) -> Edit:
    """The hole, and no guard on the listener that it is made in."""

    def both(dump: Dump) -> None:
        edit(dump)
        without(dump.outbound, "phiguard.ext_proc")

    return both


def comes(dump: Dump) -> None:
    entry = dump.entry("0.0.0.0_8080")
    entry["warming_state"] = same(entry["active_state"])
    config = entry["warming_state"]["listener"]["filter_chains"][0]["filters"][0]["typed_config"]
    without(config, "phiguard.ext_proc")


def elsewhere(dump: Dump) -> None:
    """A proxy of HTTP on a port of its own leads to the services too, without the guard."""
    entry = same(dump.entry("0.0.0.0_8080"))
    listener = entry["active_state"]["listener"]
    listener["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": 15002}
    without(listener["filter_chains"][0]["filters"][-1]["typed_config"], "phiguard.ext_proc")
    entries = dump.part("ListenersConfigDump")["dynamic_listeners"]
    entries.append({**entry, "name": "127.0.0.1_15002"})


HOLES = (
    Hole(
        "what is no HTTP", lambda d: default(d).update(cluster=PASSES), "passthrough", cell=OUTSIDE
    ),
    Hole(
        "what is no HTTP, to a service",
        lambda d: default(d).update(cluster=PASSES),
        "passthrough",
        cell=OUTBOUND,
    ),
    Hole("all", lambda d: rest(d).update(cluster=PASSES), "passthrough", cell=OUTSIDE),
    Hole("some of it", some, "passthrough", cell=OUTSIDE),
    Hole("a tunnel", lambda d: rest(d).update(tunneling_config={}), "passthrough", cell=OUTSIDE),
    Hole(
        "a service that the Sidecar hides",
        lambda d: rest(d).update(cluster=PASSES),
        "passthrough",
        cell=ELSEWHERE,
    ),
    Hole(
        "an egress host",
        lambda d: rest(d).update(cluster="outbound|443||egress.example"),
        "tcp",
        cell=ELSEWHERE,
    ),
    Hole(
        "the black hole has a bottom",
        lambda d: d.cluster(BLACK_HOLE).update(
            load_assignment={"endpoints": [{"lb_endpoints": [{"endpoint": {}}]}]}
        ),
        "passthrough",
        cell=OUTSIDE,
    ),
    Hole(
        "the black hole leads anywhere",
        lambda d: d.cluster(BLACK_HOLE).update(type="ORIGINAL_DST"),
        "passthrough",
        cell=OUTSIDE,
    ),
    Hole(
        "a service's cluster leads anywhere",
        unguarded(lambda d: d.cluster(STORE).update(type="ORIGINAL_DST")),
        "no-gate",
        cell=OUTSIDE,
    ),
    Hole(
        "unknown hosts",
        unguarded(lambda d: route(d)["route"].update(cluster=PASSES)),
        "no-gate",
        cell=OUTSIDE,
    ),
    Hole(
        "a header says where to",
        unguarded(lambda d: route(d).update(route={"cluster_header": "x-to"})),
        "no-gate",
        cell=OUTSIDE,
    ),
    Hole("by a listener of another port", elsewhere, "no-gate", cell=OUTBOUND),
    Hole("a worse listener comes", comes, "no-gate", cell=OUTBOUND),
    *(
        Hole(name, edit, code, UNKNOWN, cell)
        for name, edit, code, cell in (
            (
                "nothing catches the rest",
                lambda d: d.part("ListenersConfigDump")["dynamic_listeners"].remove(
                    d.entry("virtualOutbound")
                ),
                "not-captured",
                OUTSIDE,
            ),
            (
                "nothing takes the port",
                lambda d: d.part("ListenersConfigDump")["dynamic_listeners"].remove(
                    d.entry("virtualOutbound")
                ),
                "no-listener",
                ELSEWHERE,
            ),
            (
                "no black hole",
                lambda d: d.cluster(BLACK_HOLE).update(name="x"),
                "unreadable",
                OUTSIDE,
            ),
            (
                "an update was refused",
                lambda d: d.entry("0.0.0.0_8080").update(error_state={}),
                "update-refused",
                OUTBOUND,
            ),
            ("no clusters", lambda d: d.drop("ClustersConfigDump"), "unreadable", OUTSIDE),
        )
    ),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)


def test_unknown_hosts_that_go_through_the_guard_are_judged() -> None:
    dump = Dump("guarded")
    route(dump)["route"]["cluster"] = PASSES
    assert dump.evidence(OUTSIDE).stance is Stance.JUDGED


def test_the_way_to_the_platform_is_a_cell_of_its_own() -> None:
    found = Dump("guarded").evidence((OUT, 443, PeerClass.MESH))
    assert found.stance is Stance.CLOSED
