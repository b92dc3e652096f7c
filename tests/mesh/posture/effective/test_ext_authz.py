"""Each hole in ext_authz is found."""

import pytest
from holes import OTHER, UNKNOWN, Hole, is_found, rename
from real_dumps import Dump, found

NAME = "envoy.filters.http.ext_authz"


def body(dump: Dump) -> dict[str, object]:
    return dump.authz["with_request_body"]


def share(**enabled: object) -> dict[str, object]:
    return {"filter_enabled": enabled}


HOLES = (
    Hole("open on failure", lambda d: d.authz.update(failure_mode_allow=True), "failure-open"),
    Hole(
        "open on failure, as a wrapped flag",
        lambda d: d.authz.update(failure_mode_allow={"value": True}),
        "failure-open",
    ),
    Hole("disabled", lambda d: found(d.inbound, NAME).update(disabled=True), "disabled"),
    Hole(
        "asks another service",
        lambda d: d.authz["grpc_service"]["envoy_grpc"].update(cluster_name=OTHER),
        "other-service",
    ),
    Hole(
        "asks by Google's library",
        lambda d: d.authz.update(grpc_service={"google_grpc": {"target_uri": "guard:9000"}}),
        "other-service",
    ),
    Hole(
        "asks over HTTP",
        lambda d: rename(d.authz, "grpc_service", "http_service"),
        "other-service",
    ),
    Hole(
        "a part of the body", lambda d: body(d).update(allow_partial_message=True), "partial-body"
    ),
    Hole("no body", lambda d: d.authz.pop("with_request_body"), "no-body"),
    Hole("a body of no length", lambda d: body(d).update(max_request_bytes=0), "no-body"),
    Hole("a body that is changed", lambda d: body(d).pop("pack_as_bytes"), "body-changed"),
    Hole(
        "for half of the requests",
        lambda d: d.authz.update(share(default_value={"numerator": 50})),
        "partly-enabled",
    ),
    Hole(
        "for all but one in a million",
        lambda d: d.authz.update(
            share(default_value={"numerator": 999_999, "denominator": "MILLION"})
        ),
        "partly-enabled",
    ),
    Hole(
        "until a runtime value says otherwise",
        lambda d: d.authz.update(share(default_value={"numerator": 100}, runtime_key="guard")),
        "runtime-key",
        UNKNOWN,
    ),
    Hole(
        "for an unknown share",
        lambda d: d.authz.update(share(default_value={"denominator": "NINE"})),
        "unknown-share",
        UNKNOWN,
    ),
    Hole("in the shadow", lambda d: d.authz.update(shadow_mode=True), "observes"),
    Hole(
        "some headers",
        lambda d: d.authz.update(disallowed_headers={"patterns": [{"exact": "cookie"}]}),
        "headers-withheld",
    ),
    Hole(
        "no header at all",
        lambda d: d.authz.update(allowed_headers={}),
        "headers-withheld",
    ),
    Hole("no time", lambda d: d.authz["grpc_service"].update(timeout="0.05s"), "timeout-short"),
    Hole("Envoy's own timeout", lambda d: d.authz["grpc_service"].pop("timeout"), "timeout-short"),
    Hole(
        "a timeout of nothing",
        lambda d: d.authz["grpc_service"].update(timeout="0s"),
        "unknown-timeout",
        UNKNOWN,
    ),
    Hole("a field of tomorrow", lambda d: d.authz.update(skip_if="x"), "unreadable", UNKNOWN),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)
