"""Is each message that the pod sends judged before it leaves, or out of reach?"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mesh.posture.cell import PeerClass
from mesh.posture.effective.finding import Finding, down, unknown, unread, worst
from mesh.posture.effective.listener import Chain, Listener
from mesh.posture.effective.manager import OUTBOUND
from mesh.posture.effective.routes import ANYWHERE
from mesh.posture.effective.tree import Tree, UnreadableError, kind, shown, text, tree, trees
from mesh.posture.effective.view import Leads, View
from mesh.posture.evidence import Stance

_BLACK_HOLE: Final = "BlackHoleCluster"
_SERVICE: Final = "outbound|"
_ORIGINAL: Final = ("ORIGINAL_DST", "4")
_NOBODY: Final = unknown("no-listener", "no listener of the proxy takes this port")
_CLOSED: Final = Finding(
    Stance.CLOSED, "black-hole", "hosts that the mesh does not know are refused"
)
_NOT_CAPTURED: Final = unknown(
    "not-captured", "no listener of the proxy takes what goes to other hosts"
)
_CATCH_ALL_FIX: Final = "set outboundTrafficPolicy.mode: REGISTRY_ONLY"


_ASKED: Final = {
    PeerClass.MESH: frozenset({Leads.SERVICE, Leads.OUTSIDE}),
    PeerClass.PLATFORM: frozenset({Leads.PLATFORM, Leads.OUTSIDE}),
    PeerClass.OUTSIDE: frozenset({Leads.OUTSIDE}),
}
"""What passes on to any host can carry a message to a service too."""


def judge(view: View, port: int, peers: PeerClass) -> Finding:
    """The worst finding for one port.

    Args:
        port: of the service that is called; 0 for any.
        peers: `MESH`, `PLATFORM` or `OUTSIDE`.

    Raises:
        UnreadableError: the listeners have another shape.
    """
    found: list[Finding] = []
    listeners, captured = _taking(view, port, peers)
    for listener in listeners:
        found += view.unsettled(listener)
        try:
            for chain in _chains(listener, port, peers):
                found += _through(view, chain, peers)
        except UnreadableError as error:
            found.append(unread(error))
    for listener, chain in view.roundabout.get(port, ()):
        if listener not in listeners:
            found += view.unsettled(listener)
            found += _through(view, chain, peers)
    if not captured:
        found.append(_NOT_CAPTURED)
    return worst(found, _NOBODY)


def _taking(view: View, port: int, peers: PeerClass) -> tuple[list[Listener], bool]:
    """The listeners that take a port, and whether every way to it is known.

    What no listener of a port takes, the one that captures everything does.
    """
    side = view.outbound
    if peers is PeerClass.OUTSIDE or not port:
        return side.listeners + view.unread, bool(side.capturing)
    bound = side.bound(port)
    if not any(each.is_wildcard(port) for each in bound):
        bound = bound + [each for each in side.capturing if each not in bound]
    return bound + view.unread, True


def _chains(listener: Listener, port: int, peers: PeerClass) -> list[Chain]:
    if peers is PeerClass.OUTSIDE or not port:
        return listener.all_chains()
    return listener.chains_of_port(port)


def _through(view: View, chain: Chain, peers: PeerClass) -> list[Finding]:
    """Findings for what a chain carries to peers of this class; none when it carries nothing.

    A chain that takes what is redirected stands in the way of every port, so it is read once.
    """
    key = id(chain.config), peers
    known = view.carried.get(key)
    if known is None:
        try:
            found = list(_findings(view, chain, peers))
        except UnreadableError as error:
            found = [unread(error)]
        known = view.carried[key] = [each.within(chain.title) for each in found]
    return known


def _findings(view: View, chain: Chain, peers: PeerClass) -> Iterator[Finding]:
    way = view.way(chain)
    routes = None if way.manager is None else view.routes(way.manager)
    clusters = view.clusters(chain)
    asked = _ASKED.get(peers, frozenset())
    reached = {each: _leads(view, each) & asked for each in sorted(clusters)}
    if routes is not None:
        yield from routes.odd
    there = [each for each, found in reached.items() if found]
    if not there:
        if not clusters or all(_leads(view, each) == {Leads.NOWHERE} for each in clusters):
            yield _CLOSED
        return
    judged = way.judged if way.manager is None else view.judged(way.manager, OUTBOUND)
    yield _named(judged, there, reached)


def _named(judged: Finding, there: list[str], reached: dict[str, frozenset[Leads]]) -> Finding:
    if judged.stance is not Stance.DOWN:
        return judged
    outside = [each for each in there if Leads.OUTSIDE in reached[each]]
    first = (outside or there)[0]
    whom = "any host" if first == ANYWHERE else f"`{shown(first)}`"
    said = f"to {whom}: {judged.text}"
    if outside and judged.code == "tcp":
        return down("passthrough", said, _CATCH_ALL_FIX, "MeshConfig")
    return replace(judged, text=said)


def _leads(view: View, name: str) -> frozenset[Leads]:
    """Where a cluster leads, worked out once.

    Raises:
        UnreadableError: the dump does not say it.
    """
    known = view.leads.get(name)
    if known is None:
        known = view.leads[name] = leads(view, name)
    return known


def leads(view: View, name: str) -> frozenset[Leads]:
    """Where a cluster leads.

    Raises:
        UnreadableError: the dump does not say it.
    """
    if name == ANYWHERE:
        return frozenset({Leads.SERVICE, Leads.PLATFORM, Leads.OUTSIDE})
    if view.parts.clusters is None:
        raise UnreadableError("the dump has no clusters; collect it again, whole")
    cluster = view.parts.clusters.get(name)
    if cluster is None:
        # istiod names a service's cluster in routes before, and without, sending it
        if not name.startswith(_SERVICE):
            raise UnreadableError(f"the dump lacks cluster `{shown(name)}`")
    elif name == _BLACK_HOLE and _is_empty(cluster):
        return frozenset({Leads.NOWHERE})
    elif not name.startswith(_SERVICE) or _goes_anywhere(cluster):
        return frozenset({Leads.OUTSIDE})
    return frozenset({Leads.PLATFORM if view.guard.is_platform(name) else Leads.SERVICE})


def _is_empty(cluster: Tree) -> bool:
    """Whether a cluster has no endpoint, and never gets one."""
    return (
        text(cluster, "type") in ("", "STATIC", "0")
        and "cluster_type" not in cluster
        and not any(
            trees(group, "lb_endpoints")
            for group in trees(tree(cluster, "load_assignment"), "endpoints")
        )
    )


def _goes_anywhere(cluster: Tree) -> bool:
    """Whether a cluster sends to the address, or the host, that a message asks for."""
    custom = tree(tree(cluster, "cluster_type"), "typed_config")
    return text(cluster, "type") in _ORIGINAL or "dynamic_forward_proxy" in kind(custom)
