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
from istiod_leaves import (
    Differences,
    Row,
    as_json,
    differences,
    explains,
    flat,
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
DIFFERENCES: Final[tuple[Row, ...]] = ()


@cache
def from_istiod() -> dict[str, Any]:
    leaves = {}
    for side in ("ingress", "egress"):
        leaves |= of_istiod(json.loads((STORED / f"{side}.json").read_text()), side)
    return leaves


def in_the_tests() -> dict[str, Any]:
    found = {}
    for side, config in (
        ("ingress", ingress(MESH, FILES, '{"keys": []}')),
        ("egress", egress(MESH)),
    ):
        parts = as_json(config)["static_resources"]
        (listener,) = parts["listeners"]
        service, guard = parts["clusters"][:2]
        # istiod sends them apart
        routes = manager(listener).pop("route_config")
        found[side] = {"listener": listener, "routes": routes, "service": service, "guard": guard}
    return found


def manager(listener: Any) -> Any:
    return listener["filter_chains"][0]["filters"][0]["typed_config"]


def found(here: dict[str, Any]) -> Differences:
    return differences(from_istiod(), dict(flat(here)))


def test_the_gateways_differ_from_istiods_only_where_the_table_says() -> None:
    assert unexplained(found(in_the_tests()), DIFFERENCES) == {}


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row[0])
def test_no_row_of_the_table_is_out_of_date(row: Row) -> None:
    assert any(explains(row, path, values) for path, values in found(in_the_tests()).items())


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
