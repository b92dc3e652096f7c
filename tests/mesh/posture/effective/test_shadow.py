"""Each hole in the rules that switch ext_authz on is found."""

import pytest
from holes import UNKNOWN, Hole, is_found
from real_dumps import INBOUND, Dump, Json, found, same, without

from mesh.posture.evidence import Stance

RBAC = "envoy.filters.http.rbac"
PATH = {"url_path": {"path": {"prefix": "/api"}}}
EVERYTHING = {"permissions": [{"any": True}], "principals": [{"any": True}]}


def rules(dump: Dump) -> Json:
    return dump.rbac["shadow_rules"]["policies"]


def rule(dump: Dump) -> Json:
    return next(iter(rules(dump).values()))


def switch(dump: Dump) -> Json:
    return dump.authz["filter_enabled_metadata"]


HOLES = (
    Hole("no trigger", lambda d: without(d.inbound, RBAC), "no-trigger"),
    Hole(
        "the trigger behind it",
        lambda d: d.inbound["http_filters"].insert(2, d.inbound["http_filters"].pop(0)),
        "no-trigger",
    ),
    Hole(
        "the trigger disabled", lambda d: found(d.inbound, RBAC).update(disabled=True), "no-trigger"
    ),
    Hole(
        "the trigger writes elsewhere",
        lambda d: d.rbac.update(shadow_rules_stat_prefix="x"),
        "no-trigger",
    ),
    Hole("no rules", lambda d: rules(d).clear(), "conditional"),
    Hole(
        "for some paths",
        lambda d: rule(d).update(permissions=[{"and_rules": {"rules": [PATH]}}]),
        "conditional",
    ),
    Hole(
        "for some paths, and any",
        lambda d: rule(d).update(permissions=[{"and_rules": {"rules": [{"any": True}, PATH]}}]),
        "conditional",
    ),
    Hole(
        "for some peers",
        lambda d: rule(d).update(principals=[{"authenticated": {}}]),
        "conditional",
    ),
    Hole(
        "for nobody",
        lambda d: rule(d).update(principals=[{"not_id": {"any": True}}]),
        "conditional",
    ),
    Hole("on a condition", lambda d: rule(d).update(condition={"id": "1"}), "conditional"),
    Hole(
        "another provider's rule comes first",
        lambda d: rules(d).update({"istio-ext-authz-opa-ns[clinic]": same(EVERYTHING)}),
        "other-provider",
        UNKNOWN,
    ),
    Hole(
        "a second trigger of another provider",
        lambda d: d.inbound["http_filters"].insert(
            1,
            {
                "name": "again",
                "typed_config": {
                    **same(d.rbac),
                    "shadow_rules": {"policies": {"istio-ext-authz-opa": EVERYTHING}},
                },
            },
        ),
        "other-provider",
        UNKNOWN,
    ),
    Hole("turned round", lambda d: switch(d).update(invert=True), "unknown-switch", UNKNOWN),
    Hole(
        "of another provider",
        lambda d: switch(d)["value"]["string_match"].update(prefix="istio-ext-authz-opa"),
        "other-provider",
        UNKNOWN,
    ),
    Hole(
        "by other metadata",
        lambda d: switch(d).update(filter="acme"),
        "unknown-switch",
        UNKNOWN,
    ),
    Hole("a field of tomorrow", lambda d: d.rbac.update(x=1), "unreadable", UNKNOWN),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)


def test_without_a_switch_every_request_is_asked_about() -> None:
    dump = Dump("guarded")
    del dump.authz["filter_enabled_metadata"]
    without(dump.inbound, RBAC)
    assert dump.evidence(INBOUND).stance is Stance.JUDGED


def test_a_rule_of_another_provider_that_comes_later_changes_nothing() -> None:
    dump = Dump("guarded")
    rules(dump)["istio-ext-authz-zebra"] = same(EVERYTHING)
    assert dump.evidence(INBOUND).stance is Stance.JUDGED


def test_a_conditional_rule_of_the_guard_before_the_one_for_everything_changes_nothing() -> None:
    dump = Dump("guarded")
    rules(dump)["istio-ext-authz-phiguard-a"] = {**EVERYTHING, "permissions": [PATH]}
    assert dump.evidence(INBOUND).stance is Stance.JUDGED
