"""Each route that takes the guard off its way is found."""

import pytest
from holes import OTHER, TYPE, UNKNOWN, Hole, host, is_found, override, own_route, route
from real_dumps import GATEWAY, INBOUND, OUTBOUND, Dump

from mesh.posture.evidence import Stance

WRAPPED = "envoy.config.route.v3.FilterConfig"
PROC = "envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute"
AUTHZ = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute"
RBAC = "envoy.extensions.filters.http.rbac.v3.RBACPerRoute"
OURS, ASKS = "phiguard.ext_proc", "envoy.filters.http.ext_authz"
OFF = {"@type": TYPE + PROC, "disabled": True}


def weighted(dump: Dump) -> None:
    action = route(dump)["route"]
    cluster = {"name": action.pop("cluster"), "weight": 1}
    override(cluster, OURS, PROC, disabled=True)
    action["weighted_clusters"] = {"clusters": [cluster]}


HOLES = (
    Hole("a route", lambda d: override(own_route(d), ASKS, AUTHZ, disabled=True), "route-override"),
    Hole(
        "a route without bodies",
        lambda d: override(
            own_route(d), ASKS, AUTHZ, check_settings={"disable_request_body_buffering": True}
        ),
        "route-override",
    ),
    Hole(
        "a route with a part of the body",
        lambda d: override(
            own_route(d),
            ASKS,
            AUTHZ,
            check_settings={"with_request_body": {"allow_partial_message": True}},
        ),
        "no-body",
    ),
    Hole(
        "a route that asks another service",
        lambda d: override(
            own_route(d),
            ASKS,
            AUTHZ,
            check_settings={"grpc_service": {"envoy_grpc": {"cluster_name": OTHER}}},
        ),
        "other-service",
    ),
    Hole(
        "a route without the trigger",
        lambda d: override(own_route(d), "envoy.filters.http.rbac", RBAC),
        "trigger-override",
        UNKNOWN,
    ),
    Hole(
        "a route with something else",
        lambda d: override(own_route(d), ASKS, "acme.Skip"),
        "unknown-override",
        UNKNOWN,
    ),
    *(
        Hole(f"sent: {name}", edit, code, cell=OUTBOUND)
        for name, edit, code in (
            ("a route", lambda d: override(route(d), OURS, PROC, disabled=True), "route-override"),
            ("a host", lambda d: override(host(d), OURS, WRAPPED, disabled=True), "route-override"),
            (
                "all routes",
                lambda d: override(d.routes(), OURS, PROC, disabled=True),
                "route-override",
            ),
            (
                "an override in an override",
                lambda d: override(route(d), OURS, WRAPPED, config=OFF),
                "route-override",
            ),
            ("a cluster of a route", weighted, "route-override"),
            (
                "no bodies",
                lambda d: override(route(d), OURS, PROC, overrides={"processing_mode": {}}),
                "no-body",
            ),
            (
                "open on failure",
                lambda d: override(route(d), OURS, PROC, overrides={"failure_mode_allow": True}),
                "route-override",
            ),
        )
    ),
    Hole(
        "a third override",
        lambda d: override(
            route(d), OURS, WRAPPED, config={"@type": TYPE + WRAPPED, "config": OFF}
        ),
        "unknown-override",
        UNKNOWN,
        OUTBOUND,
    ),
    Hole(
        "gateway: a host",
        lambda d: override(
            d.routes("https.8443.https.front.istio-ingress")["virtual_hosts"][0],
            OURS,
            PROC,
            disabled=True,
        ),
        "route-override",
        cell=GATEWAY,
        dump="gateway",
    ),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)


def test_an_override_of_another_filter_changes_nothing() -> None:
    dump = Dump("guarded")
    override(route(dump), "envoy.filters.http.fault", "envoy.x.HTTPFault", abort={})
    assert dump.evidence(OUTBOUND).stance is Stance.JUDGED


def test_what_a_route_tells_the_guard_changes_nothing() -> None:
    dump = Dump("guarded")
    override(own_route(dump), ASKS, AUTHZ, check_settings={"context_extensions": {"a": "b"}})
    assert dump.evidence(INBOUND).stance is Stance.JUDGED


def test_a_route_with_which_the_proxy_answers_itself_carries_no_message() -> None:
    dump = Dump("guarded")
    answering = {"match": {"prefix": "/robots.txt"}, "direct_response": {"status": 404}}
    override(answering, OURS, PROC, disabled=True)
    host(dump)["routes"].insert(0, answering)
    assert dump.evidence(OUTBOUND).stance is Stance.JUDGED
