"""Real dumps of real proxies, and short ways to the places where a hole can be made.

`posture/effective/dumps/README.md` says how they were made.
"""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.proxy import Proxy, read
from mesh.posture.evidence import Evidence

FOLDER = Path(__file__).parent / "posture" / "effective" / "dumps"
CLUSTER = "outbound|9000||phiguard.phiguard-system.svc.cluster.local"
GUARD = GuardNames("phiguard", frozenset({CLUSTER}), frozenset({"istio-system", "phiguard-system"}))
AT = 1_796_050_800.0
"""Fifteen minutes after the dumps were taken, in Unix seconds."""

Json = Any
"""A part of a dump. The tests change it."""
Edit = Callable[["Dump"], object]
Cell = tuple[Vantage, int, PeerClass]

INBOUND: Cell = (Vantage.INBOUND, 8080, PeerClass.MESH)
STRANGERS: Cell = (Vantage.INBOUND, 8080, PeerClass.PLAINTEXT)
OUTBOUND: Cell = (Vantage.OUTBOUND, 8080, PeerClass.MESH)
OUTSIDE: Cell = (Vantage.OUTBOUND, 0, PeerClass.OUTSIDE)
GATEWAY: Cell = (Vantage.INBOUND, 8443, PeerClass.MESH)


@cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


class Dump:
    """One dump that a test may change."""

    def __init__(self, name: str) -> None:
        self.body: Json = json.loads(_text(name))

    def proxy(self) -> Proxy:
        return read(self.body, GUARD, "a test", AT)

    def evidence(self, cell: Cell) -> Evidence:
        return self.proxy().evidence(*cell)

    def part(self, name: str) -> Json:
        return next(each for each in self.body["configs"] if each["@type"].endswith(f".{name}"))

    def drop(self, name: str) -> None:
        self.body["configs"].remove(self.part(name))

    def entry(self, name: str) -> Json:
        """What the dump says of a listener, its configuration within."""
        entries = self.part("ListenersConfigDump")["dynamic_listeners"]
        return next(each for each in entries if each["name"] == name)

    def listener(self, name: str) -> Json:
        return self.entry(name)["active_state"]["listener"]

    def chain(self, listener: str = "virtualInbound", name: str = "0.0.0.0_8080") -> Json:
        chains = self.listener(listener)["filter_chains"]
        return next(each for each in chains if each.get("name", "") == name)

    @property
    def inbound(self) -> Json:
        """The connection manager of the pod's port 8080."""
        return self.chain()["filters"][-1]["typed_config"]

    @property
    def outbound(self) -> Json:
        """The connection manager of the services with port 8080."""
        return self.chain("0.0.0.0_8080", "")["filters"][-1]["typed_config"]

    @property
    def gateway(self) -> Json:
        return self.chain("0.0.0.0_8443", "")["filters"][-1]["typed_config"]

    @property
    def authz(self) -> Json:
        return found(self.inbound, "envoy.filters.http.ext_authz")["typed_config"]

    @property
    def rbac(self) -> Json:
        return found(self.inbound, "envoy.filters.http.rbac")["typed_config"]

    @property
    def answers(self) -> Json:
        """The filter that judges answers."""
        wrapped = found(self.inbound, "phiguard.ext_proc")["typed_config"]
        return wrapped["extension_config"]["typed_config"]

    @property
    def sent(self) -> Json:
        """The filter that judges what the pod sends."""
        return found(self.outbound, "phiguard.ext_proc")["typed_config"]

    @property
    def tls(self) -> Json:
        return self.chain()["transport_socket"]["typed_config"]

    def routes(self, name: str = "8080") -> Json:
        entries = self.part("RoutesConfigDump")["dynamic_route_configs"]
        tables = (each["route_config"] for each in entries)
        return next(each for each in tables if each["name"] == name)

    def cluster(self, name: str = CLUSTER) -> Json:
        entries = self.part("ClustersConfigDump")["dynamic_active_clusters"]
        return next(each["cluster"] for each in entries if each["cluster"]["name"] == name)

    def endpoints(self, name: str = CLUSTER) -> Json:
        entries = self.part("EndpointsConfigDump")["dynamic_endpoint_configs"]
        configs = (each["endpoint_config"] for each in entries)
        return next(each for each in configs if each.get("cluster_name") == name)


def as_istio_builds(dump: Dump) -> None:
    """Add the filters that exist only in Istio's own build of Envoy, where istiod puts them.

    istiod sends them by default. The dumps were taken without, because other builds refuse them.
    """
    for entry in dump.part("ListenersConfigDump")["dynamic_listeners"]:
        listener = entry["active_state"]["listener"]
        default = [listener["default_filter_chain"]] if "default_filter_chain" in listener else []
        for chain in listener["filter_chains"] + default:
            chain["filters"].insert(-1, _config("istio.stats", "stats.PluginConfig"))
            if listener["traffic_direction"] == "INBOUND":
                chain["filters"].insert(0, _struct(f"{_EXCHANGE}.MetadataExchange"))
            for manager in (each["typed_config"] for each in chain["filters"]):
                if "http_filters" in manager:
                    _istio_filters(manager, listener["traffic_direction"])


def _istio_filters(manager: Json, direction: str) -> None:
    filters = manager["http_filters"]
    place = 0 if direction == "INBOUND" else 1
    filters.insert(place, _struct("io.istio.http.peer_metadata.Config"))
    if direction == "OUTBOUND":
        filters.insert(-1, _config("istio.alpn", f"{_FILTERS}.alpn.v2alpha1.FilterConfig"))
    filters.insert(-1, _config("istio.stats", "stats.PluginConfig"))


_EXCHANGE = "envoy.tcp.metadataexchange.config"
_FILTERS = "istio.envoy.config.filter.http"


def _config(name: str, kind: str) -> Json:
    return {"name": name, "typed_config": {"@type": f"type.googleapis.com/{kind}"}}


def _struct(kind: str) -> Json:
    """A configuration without Envoy's schema, as istiod writes it."""
    filter_ = _config("istio.metadata_exchange", "udpa.type.v1.TypedStruct")
    filter_["typed_config"] |= {"type_url": f"type.googleapis.com/{kind}", "value": {"x": True}}
    return filter_


def found(manager: Json, name: str) -> Json:
    """The HTTP filter with a name."""
    return next(each for each in manager["http_filters"] if each["name"] == name)


def without(manager: Json, name: str) -> None:
    """Take a filter out."""
    manager["http_filters"].remove(found(manager, name))


def behind(manager: Json, name: str) -> None:
    """Move a filter to the end."""
    gone = found(manager, name)
    manager["http_filters"].remove(gone)
    manager["http_filters"].append(gone)


def insert(manager: Json, place: int, name: str, kind: str) -> None:
    """Insert a filter."""
    config = {"@type": f"type.googleapis.com/{kind}"}
    manager["http_filters"].insert(place, {"name": name, "typed_config": config})


def same(value: Json) -> Json:
    """A copy that shares nothing."""
    return copy.deepcopy(value)
