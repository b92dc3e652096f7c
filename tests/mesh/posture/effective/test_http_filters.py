"""Filters that a matcher may skip, that have no name, or that are not known."""

import pytest
from holes import UNKNOWN, Hole, is_found
from real_dumps import INBOUND, Dump, Json, found

from mesh.posture.evidence import Stance


def wrapped(dump: Dump) -> Json:
    return found(dump.inbound, "phiguard.ext_proc")["typed_config"]


def nested(depth: int) -> Json:
    value: Json = {}
    for _ in range(depth):
        value = {"not_matcher": value}
    return value


HOLES = tuple(
    Hole(name, edit, code, UNKNOWN)
    for name, edit, code in (
        (
            "another matcher",
            lambda d: wrapped(d)["xds_matcher"].update(on_no_match={"action": {"name": "skip"}}),
            "skipped",
        ),
        ("no matcher", lambda d: wrapped(d).pop("xds_matcher"), "skipped"),
        ("an older matcher too", lambda d: wrapped(d).update(matcher={}), "skipped"),
        ("a deep one", lambda d: wrapped(d).update(xds_matcher=nested(5000)), "unreadable"),
        ("no name", lambda d: d.inbound["http_filters"][0].pop("name"), "unreadable"),
        ("a field of tomorrow", lambda d: d.inbound["http_filters"][0].update(x=1), "unreadable"),
    )
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)


def test_a_filter_that_was_given_without_its_schema_is_read() -> None:
    dump = Dump("guarded")
    entry = found(dump.inbound, "envoy.filters.http.ext_authz")
    config = entry["typed_config"]
    struct = "type.googleapis.com/xds.type.v3.TypedStruct"
    entry["typed_config"] = {"@type": struct, "type_url": config.pop("@type"), "value": config}
    assert dump.evidence(INBOUND).stance is Stance.JUDGED
    config["failure_mode_allow"] = True
    assert dump.evidence(INBOUND).code == "failure-open"
