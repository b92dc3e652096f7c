"""The demo's sidecars are configured as a real istiod configures them.

Both get the same Istio objects. What istiod 1.30.3 made of them is stored in `istiod/`. Every
difference that remains stands in `DIFFERENCES` with its reason.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from istiod_leaves import (
    ABSENT,
    ANY,
    OF_STATIC_FILES,
    STATIC,
    Differences,
    Row,
    as_json,
    differences,
    explains,
    flat,
    manager,
    of_istiod,
    unexplained,
)

from extauthz.demo import envoy_clusters
from extauthz.demo.envoy_listeners import inbound_listener, outbound_listener
from extauthz.demo.gates import Applied
from extauthz.demo.topology import GUARD, CertificateFiles, Mesh, Ports, Workload

STORED = Path(__file__).with_name("istiod")
LAB, BILLING = Workload("lab", "default"), Workload("billing", "default")
FILES = CertificateFiles(Path("cert"), Path("key"), Path("authority"))
PORTS = {LAB: Ports(28180, 8080, 1, 2), BILLING: Ports(28181, 3, 8080, 4)}
MESH = Mesh(PORTS, 9000, 901, 902, dict.fromkeys((LAB, BILLING, GUARD), FILES))

NAMES: Final = {  # names, addresses and ports of the stored run, and the demo's
    "phi-guard.phi-system": "phiguard.phiguard-system",
    "ns/phi-system/sa/phi-guard": "ns/phiguard-system/sa/phiguard",
    '"phi-system"': '"phiguard-system"',
    "127.0.0.11": "127.0.0.1",
    "16080": "8080",
    "18080": "8080",
    "18081": "8081",
}
SPANS = "of the shipped Telemetry and provider of traces; the stored run had none"
PROTOCOLS = "the demo's port carries HTTP/1.1 and HTTP/2; the stored one is named `http`"
DIFFERENCES: Final[tuple[Row, ...]] = (
    *OF_STATIC_FILES,
    ("*.match_typed_subject_alt_names[0].san_type", ABSENT, "URI", "of the field in `MOVED`"),
    ("sender.listener.*.rds.*", ANY, ABSENT, STATIC),
    ("sender.service.load_assignment.*", ABSENT, ANY, STATIC),
    ("*.guard.load_assignment.*", ABSENT, ANY, STATIC),
    ("receiver.application.typed_extension_protocol_options.*", ABSENT, ANY, PROTOCOLS),
    ("sender.service.typed_extension_protocol_options.*", ABSENT, ANY, PROTOCOLS),
    ("sender.routes.virtual_hosts.order", ANY, ANY, "as the next"),
    (
        "sender.routes.virtual_hosts[allow_any].*",
        ANY,
        ABSENT,
        "nothing redirects the demo's traffic, so there is no original destination",
    ),
    ("*.metadata.filter_metadata.istio.config", ANY, ABSENT, "names the Sidecar object"),
    ("*.log_format.text_format_source.inline_string", ANY, ANY, "the shipped log has no paths"),
    ("*.tracing.random_sampling.value", 1, 100, "the demo shows every request"),
    ("*.tracing.max_path_tag_length", ABSENT, 1, SPANS),
    ("*.tracing.provider.*", ABSENT, ANY, SPANS),
    ("*.tracing.custom_tags.order", ANY, ANY, SPANS),
    ("*.tracing.custom_tags[*].literal.value", ABSENT, "withheld", SPANS),
    ("*.tracing.custom_tags[*].tag", ABSENT, ANY, SPANS),
    ("*.tracing.custom_tags[http.method].value", ABSENT, ANY, SPANS),
    (
        "*.tracing.custom_tags[istio.canonical_service].literal.value",
        "unknown",
        ANY,
        "pods have this name, the stored WorkloadEntry has none",
    ),
)


def in_the_demos_names(name: str) -> str:
    text = (STORED / name).read_text(encoding="utf-8")
    for stored, demo in NAMES.items():
        text = text.replace(stored, demo)
    return text


@cache
def from_istiod() -> dict[str, Any]:
    leaves = {}
    for side in ("receiver", "sender"):
        leaves |= of_istiod(json.loads(in_the_demos_names(f"{side}.json")), side)
    return leaves


def in_the_demo() -> dict[str, Any]:
    """The demo's configuration from the stored run's objects."""
    objects = list(yaml.safe_load_all(in_the_demos_names("resources.yaml")))
    by_kind = {each["kind"]: each for each in objects}  # one of each of these two
    config = yaml.safe_load(in_the_demos_names("mesh-config.yaml"))
    providers = config["extensionProviders"]
    received = Applied([by_kind["AuthorizationPolicy"]], [], providers)
    sent = Applied([], [by_kind["EnvoyFilter"]], providers)
    listener = as_json(outbound_listener(BILLING, MESH, applied=sent))
    return {
        "receiver": {
            "listener": as_json(inbound_listener(LAB, MESH, applied=received, permissive=False)),
            "application": as_json(envoy_clusters.inbound_cluster(LAB, MESH)),
            "guard": as_json(envoy_clusters.guard_cluster(LAB, MESH)),
        },
        "sender": {
            # istiod sends them apart
            "routes": manager(listener).pop("route_config"),
            "listener": listener,
            "service": as_json(envoy_clusters.outbound_cluster(BILLING, LAB, MESH)),
            "guard": as_json(envoy_clusters.guard_cluster(BILLING, MESH)),
        },
    }


def found(demo: dict[str, Any]) -> Differences:
    return differences(from_istiod(), dict(flat(demo)))


def test_the_demo_differs_from_istiod_only_where_the_table_says() -> None:
    assert unexplained(found(in_the_demo()), DIFFERENCES) == {}


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row[0])
def test_no_row_of_the_table_is_out_of_date(row: Row) -> None:
    assert any(explains(row, path, values) for path, values in found(in_the_demo()).items())


def filters(side: str) -> Callable[[Any], Any]:
    return lambda demo: manager(demo[side]["listener"])["http_filters"]


def received_filter(demo: Any, name: str) -> Any:
    named = filters("receiver")(demo)
    return next(each["typed_config"] for each in named if each["name"] == name)


CHANGES: Final[dict[str, Callable[[Any], Any]]] = {
    "filter removed": lambda demo: filters("receiver")(demo).pop(1),
    "filter added": lambda demo: filters("sender")(demo).insert(1, {"name": "another"}),
    "filters reordered": lambda demo: filters("receiver")(demo).reverse(),
    "guard behind the others": lambda demo: filters("sender")(demo).insert(
        3, filters("sender")(demo).pop(0)
    ),
    "fail open": lambda demo: received_filter(demo, "envoy.filters.http.ext_authz").update(
        failure_mode_allow=True
    ),
    "body half read": lambda demo: received_filter(demo, "envoy.filters.http.ext_authz")[
        "with_request_body"
    ].update(allow_partial_message=True),
    "other shadow rule": lambda demo: received_filter(demo, "envoy.filters.http.rbac").update(
        shadow_rules_stat_prefix="other_"
    ),
    "any certificate": lambda demo: demo["receiver"]["listener"]["filter_chains"][0][
        "transport_socket"
    ]["typed_config"].pop("require_client_certificate"),
    "another guard's certificate": lambda demo: demo["sender"]["guard"]["transport_socket_matches"][
        0
    ]["transport_socket"]["typed_config"]["common_tls_context"]["validation_context"][
        "match_typed_subject_alt_names"
    ][0]["matcher"].update(exact="spiffe://cluster.local/ns/default/sa/other"),
    "headers believed": lambda demo: manager(demo["receiver"]["listener"]).update(
        forward_client_cert_details="ALWAYS_FORWARD_ONLY"
    ),
    "other retries": lambda demo: demo["sender"]["routes"]["virtual_hosts"][0]["routes"][0][
        "route"
    ]["retry_policy"].update(num_retries=3),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_the_demo_is_seen(change: Callable[[Any], Any]) -> None:
    demo = in_the_demo()
    change(demo)
    assert unexplained(found(demo), DIFFERENCES)
