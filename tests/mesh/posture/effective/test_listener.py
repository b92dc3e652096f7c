"""The chains of a listener that a connection can reach, as Envoy chooses them."""

import pytest
from holes import UNKNOWN, Hole, is_found
from real_dumps import INBOUND, Dump, Json, same

from mesh.posture.effective.dump import InUse, Served
from mesh.posture.effective.listener import Listener, Transport
from mesh.posture.evidence import Stance

TLS, PLAIN = Transport.TLS, Transport.PLAIN
INSPECTOR = "x/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"


def inbound(dump: Dump) -> Json:
    return dump.listener("virtualInbound")


def add(dump: Dump, **match: object) -> None:
    """A second chain for some connections, which passes bytes on."""
    filters = same(dump.chain(name="virtualInbound")["filters"])
    inbound(dump)["filter_chains"].append({"filter_chain_match": match, "filters": filters})


def narrowed(dump: Dump) -> None:
    """The port's chain takes some connections only, and the default chain the others."""
    dump.chain()["filter_chain_match"]["application_protocols"] = ["istio"]
    inbound(dump)["default_filter_chain"] = same(dump.chain(name="virtualInbound"))


def blind(dump: Dump) -> None:
    """Without its inspector the listener takes TLS for bytes, and their chain takes it."""
    for each in inbound(dump)["listener_filters"]:
        if "tls_inspector" in each["name"]:
            each["filter_disabled"] = {"any_match": True}
    add(dump, destination_port=8080, transport_protocol="raw_buffer")


def hbone(dump: Dump) -> None:
    """As istiod makes one for a sidecar that speaks HBONE."""
    config = {"name": "main_internal", "internal_listener": {}, "traffic_direction": "INBOUND"}
    entry = {"name": "main_internal", "active_state": {"listener": config}}
    dump.part("ListenersConfigDump")["dynamic_listeners"].append(entry)


HOLES = (
    Hole("no chain", lambda d: inbound(d)["filter_chains"].remove(d.chain()), "tcp"),
    Hole(
        "a chain of bytes",
        lambda d: d.chain().update(filters=same(d.chain(name="virtualInbound")["filters"])),
        "tcp",
    ),
    Hole("a default chain of bytes", narrowed, "tcp"),
    Hole(
        "a chain of bytes for a network",
        lambda d: add(
            d, destination_port=8080, transport_protocol="tls", source_prefix_ranges=[{"x": 1}]
        ),
        "tcp",
    ),
    Hole(
        "a chain of bytes for a name",
        lambda d: add(d, destination_port=8080, server_names=["x.example"]),
        "tcp",
    ),
    Hole(
        "a chain of bytes for an address",
        lambda d: add(d, destination_port=8080, prefix_ranges=[{"address_prefix": "10.0.0.1"}]),
        "tcp",
    ),
    Hole("no inspector", blind, "tcp"),
    Hole(
        "a match of tomorrow",
        lambda d: d.chain()["filter_chain_match"].update(ja4="x"),
        "unreadable",
        UNKNOWN,
    ),
    Hole("a chain of tomorrow", lambda d: d.chain().update(ja4="x"), "unreadable", UNKNOWN),
    Hole("an inner listener", hbone, "unreadable", UNKNOWN),
    Hole(
        "a listener of no direction",
        lambda d: d.listener("10.1.0.2_5432").pop("traffic_direction"),
        "unreadable",
        UNKNOWN,
    ),
    Hole(
        "an address without a port",
        lambda d: d.listener("10.1.0.2_5432")["address"]["socket_address"].pop("port_value"),
        "unreadable",
        UNKNOWN,
    ),
    Hole(
        "chains chosen by a matcher",
        lambda d: inbound(d).update(filter_chain_matcher={}),
        "unreadable",
        UNKNOWN,
    ),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)


def listener(*chains: Json, default: bool = False, off: Json = None) -> Listener:
    inspector: Json = {"typed_config": {"@type": INSPECTOR}}
    if off is not None:
        inspector["filter_disabled"] = off
    config: Json = {
        "traffic_direction": "INBOUND",
        "address": {"socket_address": {"address": "::", "port_value": 15006}},
        "filter_chains": [{"name": name, "filter_chain_match": match} for name, match in chains],
        "listener_filters": [inspector],
    }
    if default:
        config["default_filter_chain"] = {"name": "default"}
    return Listener(Served("a", config, InUse.ACTIVE, refused=False))


def names(found: Listener, *transports: Transport, port: int = 80) -> set[object]:
    return {each.config["name"] for each in found.chains(port, *transports)}


ALL = ("all", {})
PORT = ("port", {"destination_port": 80})
PORT_TLS = ("tls", {"destination_port": 80, "transport_protocol": "tls"})
PORT_RAW = ("raw", {"destination_port": 80, "transport_protocol": "raw_buffer"})
SOME = ("some", {"destination_port": 80, "application_protocols": ["h2"]})
RANGE = {"destination_port_range": {"start": 80, "end": 81}}


@pytest.mark.parametrize(
    ("chains", "default", "transport", "expected"),
    [
        ((ALL, PORT), False, TLS, {"port"}),  # the port comes first
        ((ALL,), False, TLS, {"all"}),
        ((PORT, PORT_TLS), False, TLS, {"tls"}),  # the transport that matches exactly
        ((PORT, PORT_TLS), False, PLAIN, {"port"}),
        ((ALL, PORT_TLS), False, PLAIN, set()),  # Envoy never goes back to `all`
        ((ALL, PORT_TLS), True, PLAIN, {"default"}),
        ((PORT_TLS, PORT_RAW), True, TLS, {"tls", "default"}),
        ((SOME,), True, TLS, {"some", "default"}),
        ((SOME, PORT), False, TLS, {"some", "port"}),
        ((), True, TLS, {"default"}),
        ((), False, TLS, set()),
    ],
)
def test_the_chains_that_are_left(
    chains: tuple[Json, ...], default: bool, transport: Transport, expected: set[str]
) -> None:
    assert names(listener(*chains, default=default), transport) == expected


@pytest.mark.parametrize(
    ("off", "is_off"),
    [
        (None, False),
        ({"any_match": True}, True),
        (RANGE, True),
        ({"not_match": RANGE}, False),
        (
            {"or_match": {"rules": [{"destination_port_range": {"start": 1, "end": 2}}, RANGE]}},
            True,
        ),
        ({"or_match": {"rules": [{"destination_port_range": {"start": 1, "end": 2}}]}}, False),
        ({"or_match": {"rules": [{"of_tomorrow": 1}]}}, True),  # not known: taken for off
        ({"of_tomorrow": 1}, True),
        ({}, False),
    ],
)
def test_where_the_inspector_is_off_tls_is_taken_for_bytes_too(off: Json, is_off: bool) -> None:
    found = names(listener(PORT_TLS, PORT_RAW, off=off), TLS)
    assert found == ({"tls", "raw"} if is_off else {"tls"})


def test_a_chain_of_bytes_for_another_port_changes_nothing() -> None:
    dump = Dump("guarded")
    add(dump, destination_port=5432)
    assert dump.evidence(INBOUND).stance is Stance.JUDGED
