"""Holes in the configuration of real proxies: how one is made, and that it is found."""

from dataclasses import dataclass

from real_dumps import GATEWAY, INBOUND, OUTBOUND, OUTSIDE, STRANGERS, Cell, Dump, Edit, Json, found

from mesh.message.facts import Vantage
from mesh.posture.cell import PeerClass
from mesh.posture.evidence import Stance

DOWN, UNKNOWN = Stance.DOWN, Stance.UNKNOWN
GOOD = (Stance.JUDGED, Stance.CLOSED)
TYPE = "type.googleapis.com/"
LUA = "envoy.extensions.filters.http.lua.v3.Lua"
OTHER = "outbound|9000||opa.policy.svc.cluster.local"

CELLS: tuple[tuple[str, Cell, Stance], ...] = (
    ("guarded", INBOUND, Stance.JUDGED),
    ("guarded", (Vantage.INBOUND, 9090, PeerClass.MESH), Stance.JUDGED),
    ("guarded", STRANGERS, Stance.CLOSED),
    ("guarded", OUTBOUND, Stance.JUDGED),
    ("guarded", (Vantage.OUTBOUND, 9090, PeerClass.MESH), Stance.JUDGED),
    ("guarded", (Vantage.OUTBOUND, 9000, PeerClass.PLATFORM), Stance.JUDGED),
    ("guarded", (Vantage.OUTBOUND, 3000, PeerClass.MESH), Stance.CLOSED),
    ("guarded", OUTSIDE, Stance.CLOSED),
    ("streaming", INBOUND, Stance.JUDGED),
    ("streaming", STRANGERS, Stance.CLOSED),
    ("streaming", OUTBOUND, Stance.JUDGED),
    ("gateway", GATEWAY, Stance.JUDGED),
    ("gateway", (Vantage.INBOUND, 8088, PeerClass.MESH), Stance.JUDGED),
    ("allow-any", INBOUND, Stance.JUDGED),
    ("permissive", INBOUND, Stance.JUDGED),
    ("mllp", (Vantage.INBOUND, 2575, PeerClass.MESH), Stance.JUDGED),
    ("mllp", (Vantage.INBOUND, 2575, PeerClass.PLAINTEXT), Stance.CLOSED),
    ("mllp", (Vantage.OUTBOUND, 2575, PeerClass.MESH), Stance.JUDGED),
)
"""Cells of the real dumps that are right as they are."""


@dataclass(frozen=True)
class Hole:
    """One hole.

    Args:
        edit: makes it, in a dump where the cell is right.
        cell: that it opens, or that nothing is known of any more.
    """

    name: str
    edit: Edit
    code: str
    stance: Stance = DOWN
    cell: Cell = INBOUND
    dump: str = "guarded"

    def __str__(self) -> str:
        return self.name


def is_found(hole: Hole) -> None:
    """Assert that the hole alone makes its cell bad, and that the evidence says so in one line."""
    dump = Dump(hole.dump)
    before = dump.evidence(hole.cell)
    hole.edit(dump)
    after = dump.evidence(hole.cell)
    assert before.stance in GOOD, before
    assert (after.stance, after.code) == (hole.stance, hole.code), after
    assert after.text
    assert "\n" not in after.text


def rename(config: Json, old: str, new: str) -> None:
    """Give a field another name."""
    config[new] = config.pop(old)


def override(place: Json, name: str, kind: str, **fields: object) -> None:
    """Let a route, a host or a whole table override a filter."""
    place["typed_per_filter_config"] = {name: {"@type": TYPE + kind, **fields}}


def host(dump: Dump) -> Json:
    """A host that the pod calls."""
    return dump.routes()["virtual_hosts"][0]


def route(dump: Dump) -> Json:
    """A route of what the pod sends."""
    return host(dump)["routes"][0]


def own_route(dump: Dump) -> Json:
    """The route to the pod's own application."""
    return dump.inbound["route_config"]["virtual_hosts"][0]["routes"][0]


def streams(dump: Dump) -> Json:
    """The filter that judges requests and answers of a pod with streams."""
    wrapped = found(dump.inbound, "phiguard.ext_proc")["typed_config"]
    return wrapped["extension_config"]["typed_config"]
