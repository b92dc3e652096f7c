"""Each reason why a proxy cannot ask the guard is found."""

import pytest
from holes import OTHER, UNKNOWN, Hole, is_found, rename
from real_dumps import OUTBOUND, Dump, Json


def clusters(dump: Dump) -> Json:
    return dump.part("ClustersConfigDump")


def endpoint(dump: Dump) -> Json:
    return dump.endpoints()["endpoints"][0]["lb_endpoints"][0]


HOLES = (
    Hole("hidden", lambda d: d.cluster().update(name=OTHER), "guard-hidden"),
    Hole("hidden, sent", lambda d: d.cluster().update(name=OTHER), "guard-hidden", cell=OUTBOUND),
    Hole(
        "not in use yet",
        lambda d: rename(clusters(d), "dynamic_active_clusters", "dynamic_warming_clusters"),
        "guard-warming",
        UNKNOWN,
    ),
    Hole(
        "an update was refused",
        lambda d: next(
            each
            for each in clusters(d)["dynamic_active_clusters"]
            if each["cluster"] is d.cluster()
        ).update(error_state={"failed_configuration": {}}),
        "update-refused",
        UNKNOWN,
    ),
    Hole(
        "no HTTP/2", lambda d: d.cluster().pop("typed_extension_protocol_options"), "guard-no-grpc"
    ),
    Hole("no endpoints", lambda d: d.endpoints().pop("endpoints"), "guard-unreachable"),
    Hole("not ready", lambda d: endpoint(d).update(health_status="UNHEALTHY"), "guard-unreachable"),
    Hole(
        "a static cluster without endpoints",
        lambda d: d.cluster().update(type="STATIC", load_assignment={"endpoints": []}),
        "guard-unreachable",
    ),
    Hole("no clusters", lambda d: d.drop("ClustersConfigDump"), "no-clusters", UNKNOWN),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)
