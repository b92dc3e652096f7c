"""What is read of a route table: where it leads, and what is not known of it."""

import pytest
from holes import UNKNOWN, Hole, is_found, rename, route
from real_dumps import OUTBOUND, Dump

from mesh.posture.effective.routes import ANYWHERE, read


def entry(dump: Dump) -> dict[str, object]:
    tables = dump.part("RoutesConfigDump")["dynamic_route_configs"]
    return next(each for each in tables if each["route_config"]["name"] == "8080")


HOLES = tuple(
    Hole(name, edit, code, UNKNOWN, OUTBOUND)
    for name, edit, code in (
        ("no routes", lambda d: d.drop("RoutesConfigDump"), "unreadable"),
        ("other routes", lambda d: d.outbound["rds"].update(route_config_name="81"), "unreadable"),
        ("no table", lambda d: d.outbound.pop("rds"), "unreadable"),
        ("scoped", lambda d: rename(d.outbound, "rds", "scoped_routes"), "unreadable"),
        ("hosts on demand", lambda d: d.routes().update(vhds={}), "unreadable"),
        (
            "a tree of hosts",
            lambda d: d.routes()["virtual_hosts"][0].update(matcher={}),
            "unreadable",
        ),
        ("no hosts", lambda d: d.routes().pop("virtual_hosts"), "no-routes"),
        ("an update was refused", lambda d: entry(d).update(error_state={}), "update-refused"),
        ("a route of tomorrow", lambda d: route(d).update(teleport={}), "unreadable"),
        ("a route that leads nowhere", lambda d: route(d).pop("route"), "unknown-route"),
        (
            "a tunnel",
            lambda d: route(d)["route"].update(
                upgrade_configs=[{"upgrade_type": "CONNECT", "connect_config": {}}]
            ),
            "connect",
        ),
    )
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)


def test_a_table_says_where_it_leads() -> None:
    found = read(Dump("allow-any").routes())
    assert found.clusters == {
        "PassthroughCluster",
        "outbound|8080||ehr.clinic.svc.cluster.local",
        "outbound|8080||store.clinic.svc.cluster.local",
    }
    assert (found.overrides, found.odd, found.mirrors) == ([], [], set())


def test_what_each_request_chooses_may_lead_anywhere() -> None:
    dump = Dump("guarded")
    route(dump)["route"] = {"cluster_header": "x-to"}
    assert ANYWHERE in read(dump.routes()).clusters
