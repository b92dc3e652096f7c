"""Each hole in the order of a connection manager's filters is found."""

import pytest
from holes import LUA, OTHER, UNKNOWN, Hole, is_found, override, own_route, route
from real_dumps import GATEWAY, INBOUND, OUTBOUND, Dump, Json, behind, found, insert, same, without

from mesh.posture.evidence import Stance

AUTHZ = "envoy.filters.http.ext_authz"
WASM = "envoy.extensions.filters.http.wasm.v3.Wasm"
OURS = "phiguard.ext_proc"


def place(manager: Json, name: str) -> int:
    return [each["name"] for each in manager["http_filters"]].index(name)


HOLES = (
    Hole("requests unjudged", lambda d: without(d.inbound, AUTHZ), "no-gate"),
    Hole("requests judged behind the router", lambda d: behind(d.inbound, AUTHZ), "behind-router"),
    Hole(
        "Lua before requests",
        lambda d: insert(d.inbound, 0, "envoy.filters.http.lua", LUA),
        "unknown-filter",
        UNKNOWN,
    ),
    Hole(
        "Lua right before answers",
        lambda d: insert(d.inbound, place(d.inbound, OURS) + 1, "envoy.filters.http.lua", LUA),
        "unknown-filter",
        UNKNOWN,
    ),
    Hole("answers unjudged", lambda d: without(d.inbound, OURS), "no-gate"),
    Hole(
        "Lua before answers",
        lambda d: insert(d.inbound, -1, "envoy.filters.http.lua", LUA),
        "unknown-filter",
        UNKNOWN,
    ),
    *(
        Hole(f"sent: {name}", edit, code, cell=OUTBOUND)
        for name, edit, code in (
            ("unjudged", lambda d: without(d.outbound, OURS), "no-gate"),
            ("judged behind the router", lambda d: behind(d.outbound, OURS), "behind-router"),
            ("no filters", lambda d: d.outbound.update(http_filters=[]), "no-gate"),
            (
                "a copy goes elsewhere",
                lambda d: route(d)["route"].update(request_mirror_policies=[{"cluster": OTHER}]),
                "mirrored",
            ),
            (
                "upgrades have filters of their own",
                lambda d: d.outbound["upgrade_configs"][0].update(
                    filters=[same(d.outbound["http_filters"][-1])]
                ),
                "no-gate",
            ),
        )
    ),
    *(
        Hole(f"sent: {name}", edit, code, UNKNOWN, OUTBOUND)
        for name, edit, code in (
            ("Wasm behind it", lambda d: insert(d.outbound, 1, "acme", WASM), "unknown-filter"),
            (
                "a filter that is discovered",
                lambda d: d.outbound["http_filters"].insert(
                    0, {"name": "acme", "config_discovery": {"type_urls": ["acme.Any"]}}
                ),
                "unknown-filter",
            ),
            (
                "the guard is discovered",
                lambda d: found(d.outbound, OURS).update(typed_config={}, config_discovery={}),
                "discovered",
            ),
            ("a field of tomorrow", lambda d: d.outbound.update(bypass=True), "unreadable"),
            (
                "tunnels",
                lambda d: d.outbound["upgrade_configs"].append({"upgrade_type": "connect-udp"}),
                "connect",
            ),
            (
                "an upgrade of tomorrow",
                lambda d: d.outbound["upgrade_configs"][0].update(bypass=True),
                "unreadable",
            ),
        )
    ),
    Hole(
        "gateway: unjudged",
        lambda d: without(d.gateway, OURS),
        "no-gate",
        cell=GATEWAY,
        dump="gateway",
    ),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)


def test_one_gate_that_holds_every_message_is_enough() -> None:
    dump = Dump("guarded")
    second = same(found(dump.outbound, OURS))
    second["typed_config"]["failure_mode_allow"] = True
    dump.outbound["http_filters"].insert(0, {**second, "name": "second"})
    assert dump.evidence(OUTBOUND).stance is Stance.JUDGED
    dump.sent["failure_mode_allow"] = True
    assert dump.evidence(OUTBOUND).code == "failure-open"


def test_rules_that_switch_nothing_on_may_be_overridden() -> None:
    dump = Dump("guarded")
    del dump.authz["filter_enabled_metadata"]
    override(own_route(dump), "envoy.filters.http.rbac", "x")
    assert dump.evidence(INBOUND).stance is Stance.JUDGED
