"""What is read of a route table: where it leads, and what is not known of it."""

import pytest
from holes import UNKNOWN, Hole, is_found, override, rename, route
from real_dumps import OUTBOUND, Dump, same

from mesh.posture.effective.dump import DumpError
from mesh.posture.effective.routes import ANYWHERE, read
from mesh.posture.evidence import Stance


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


def scoped(dump: Dump, **part: object) -> Dump:
    """The routes are chosen among those of a scope."""
    del dump.outbound["rds"]
    dump.outbound["scoped_routes"] = {"name": "mine", "scoped_rds": {}}
    scopes = {"name": "mine", "scoped_route_configs": [{"route_configuration_name": "8080"}]}
    kind = "type.googleapis.com/envoy.admin.v3.ScopedRoutesConfigDump"
    dump.drop("ScopedRoutesConfigDump")
    dump.body["configs"].append({"@type": kind, "dynamic_scoped_route_configs": [scopes], **part})
    return dump


def test_scoped_routes_are_all_read() -> None:
    dump = scoped(Dump("guarded"))
    assert dump.evidence(OUTBOUND).stance is Stance.JUDGED
    override(route(dump), "phiguard.ext_proc", "x", disabled=True)
    assert dump.evidence(OUTBOUND).code == "route-override"


def test_a_scope_that_is_not_there_is_unknown() -> None:
    dump = scoped(Dump("guarded"), dynamic_scoped_route_configs=[])
    assert (dump.evidence(OUTBOUND).stance, dump.evidence(OUTBOUND).code) == (UNKNOWN, "unreadable")


def test_a_route_table_that_is_there_twice_is_no_dump() -> None:
    dump = Dump("guarded")
    dump.part("RoutesConfigDump")["dynamic_route_configs"].append(same(entry(dump)))
    with pytest.raises(DumpError, match="two of route configuration `8080`"):
        dump.proxy()
