"""Both gateways are configured as a real istiod configures them.

What istiod made of `istiod/resources.yaml` and of the shipped objects is stored in `istiod/`. Every
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

from e2e.gateways.envoys import EGRESS, INGRESS, egress, ingress
from extauthz.demo.topology import (
    ANALYTICS,
    BILLING,
    GUARD,
    CertificateFiles,
    Mesh,
    Ports,
)

STORED: Final = Path(__file__).with_name("istiod")
FILES: Final = CertificateFiles(Path("cert"), Path("key"), Path("authority"))
EVERYONE: Final = (INGRESS, EGRESS, BILLING, ANALYTICS)
MESH: Final = Mesh(
    dict.fromkeys(EVERYONE, Ports(1, 2, 8443, 3)),
    9000,
    901,
    902,
    dict.fromkeys((*EVERYONE, GUARD), FILES),
)
LOOPBACK: Final = "the listener of a gateway here takes one host, on loopback"
NODE: Final = "the stored run's proxies did not say it"
COLLECTOR: Final = "how the collector is called; what it gets is the same"
TOKENS: Final = "the filter here is that of docs/verified-metadata.yaml"
DIFFERENCES: Final[tuple[Row, ...]] = (
    *OF_STATIC_FILES,
    ("*.match_typed_subject_alt_names[0].*", ABSENT, ANY, "the stored run had no endpoints"),
    ("egress.listener.*.match_typed_subject_alt_names[0].*", ABSENT, ANY, STATIC),
    ("*.rds.*", ANY, ABSENT, STATIC),
    ("*.load_assignment.*", ABSENT, ANY, STATIC),
    ("*.listener.address.socket_address.address", ANY, "127.0.0.1", LOOPBACK),
    ("*.filter_chain_match.server_names[0]", ANY, ABSENT, LOOPBACK),
    ("*.listener.listener_filters*", ANY, ABSENT, LOOPBACK),
    ("*.listener.access_log*", ANY, ABSENT, "of connections that no chain takes"),
    ("*.transport_socket_connect_timeout", "15s", ABSENT, "Envoy would wait longer"),
    ("*.max_connections_to_accept_per_socket_event", 1, ABSENT, "spreads load over threads"),
    ("*.max_direct_response_body_size_bytes", ANY, ABSENT, "no route here answers by itself"),
    ("*.http_protocol_options", {}, ABSENT, "empty"),
    ("*.metadata.filter_metadata.istio.config", ANY, ABSENT, "names the VirtualService"),
    ("*.filter_metadata.istio.services.order", ANY, ANY, "as the next"),
    ("*.filter_metadata.istio.services[*].*", ANY, ABSENT, "the short name of a Service"),
    ("*.filter_metadata.istio.services[*].*", ABSENT, ANY, "the same with the host as its name"),
    ("egress.service.metadata.filter_metadata.istio.external", True, ABSENT, "of a ServiceEntry"),
    ("egress.service.lb_policy", "LEAST_REQUEST", ABSENT, "there is one endpoint"),
    ("egress.*.tls_params.*", ABSENT, ANY, "a Gateway leaves these to Envoy"),
    ("*.tracing.random_sampling.value", 1, 100, "the tests look at every request"),
    ("*.custom_tags[istio.canonical_service].literal.value", "unknown", ANY, NODE),
    ("*.custom_tags[istio.mesh_id].literal.value", "unknown", ANY, NODE),
    ("*.provider.typed_config.grpc_service.envoy_grpc.authority", ANY, ABSENT, COLLECTOR),
    ("*.provider.typed_config.grpc_service.timeout", ABSENT, "1s", COLLECTOR),
    ("ingress.*.providers.origins-0.*", ANY, ABSENT, TOKENS),
    ("ingress.*.providers.clinic.*", ABSENT, ANY, TOKENS),
    ("ingress.*.requirements[0].provider_name", "origins-0", "clinic", TOKENS),
    ("ingress.*.bypass_cors_preflight", True, ABSENT, TOKENS),
)


@cache
def from_istiod() -> dict[str, Any]:
    leaves = {}
    for side in ("ingress", "egress"):
        leaves |= of_istiod(json.loads((STORED / f"{side}.json").read_text()), side)
    return leaves


def keys() -> str:
    """The keys that the stored run's tokens are verified with."""
    objects = yaml.safe_load_all((STORED / "resources.yaml").read_text())
    (tokens,) = [each for each in objects if each["kind"] == "RequestAuthentication"]
    return str(tokens["spec"]["jwtRules"][0]["jwks"])


def in_the_tests() -> dict[str, Any]:
    found = {}
    for side, config in (
        ("ingress", ingress(MESH, FILES, keys())),
        ("egress", egress(MESH)),
    ):
        parts = as_json(config)["static_resources"]
        (listener,) = parts["listeners"]
        service, guard = parts["clusters"][:2]
        # istiod sends them apart
        routes = manager(listener).pop("route_config")
        found[side] = {"listener": listener, "routes": routes, "service": service, "guard": guard}
    return found


def found(here: dict[str, Any]) -> Differences:
    return differences(from_istiod(), dict(flat(here)))


def test_the_gateways_differ_from_istiods_only_where_the_table_says() -> None:
    assert unexplained(found(in_the_tests()), DIFFERENCES) == {}


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row[0])
def test_no_row_of_the_table_is_out_of_date(row: Row) -> None:
    assert any(explains(row, path, values) for path, values in found(in_the_tests()).items())


def test_verified_claims_are_where_the_guard_reads_them() -> None:
    for name, manager_ in (("origins-0", stored_manager("ingress")), ("clinic", None)):
        at = manager_ or manager(in_the_tests()["ingress"]["listener"])
        (tokens,) = [each for each in at["http_filters"] if "jwt_authn" in each["name"]]
        assert tokens["typed_config"]["providers"][name]["payload_in_metadata"] == "payload"


def test_the_filters_come_in_the_same_order() -> None:
    here = in_the_tests()
    for side in ("ingress", "egress"):
        named = [each["name"] for each in stored_manager(side)["http_filters"]]
        assert [each["name"] for each in filters(side, here)] == named


def stored_manager(side: str) -> Any:
    return manager(json.loads((STORED / f"{side}.json").read_text())["listener"])


def filters(side: str, here: Any) -> Any:
    return manager(here[side]["listener"])["http_filters"]


CHANGES: Final[dict[str, Callable[[Any], Any]]] = {
    "no guard": lambda here: filters("ingress", here).pop(-3),
    "guard before the token is verified": lambda here: filters("ingress", here).insert(
        0, filters("ingress", here).pop(-3)
    ),
    "guard behind the router": lambda here: filters("egress", here).append(
        filters("egress", here).pop(-3)
    ),
    "clients' certificates believed": lambda here: manager(here["ingress"]["listener"]).update(
        forward_client_cert_details="ALWAYS_FORWARD_ONLY"
    ),
    "anybody at the egress gateway": lambda here: here["egress"]["listener"]["filter_chains"][0][
        "transport_socket"
    ]["typed_config"].update(require_client_certificate=False),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_a_gateway_is_seen(change: Callable[[Any], Any]) -> None:
    here = in_the_tests()
    change(here)
    assert unexplained(found(here), DIFFERENCES)
