"""Is each message to a port of the pod judged, and each answer? Are strangers refused?"""

from collections.abc import Iterator
from typing import Final

from mesh.posture.cell import PeerClass
from mesh.posture.effective.finding import Finding, unknown, unread, worst
from mesh.posture.effective.listener import Chain, Listener, Transport
from mesh.posture.effective.manager import INBOUND
from mesh.posture.effective.node import ProxyKind
from mesh.posture.effective.transport import refuses_without_certificate
from mesh.posture.effective.tree import UnreadableError
from mesh.posture.effective.view import View
from mesh.posture.evidence import Stance

_NOBODY: Final = unknown("no-listener", "no listener of the proxy takes this port")
_REFUSED: Final = Finding(Stance.CLOSED, "mtls", "peers without a certificate are refused")


def judge(view: View, port: int, peers: PeerClass) -> Finding:
    """The worst finding for one port.

    Args:
        port: of the pod.
        peers: `MESH` or `PLAINTEXT`.

    Raises:
        UnreadableError: the listeners have another shape.
    """
    found: list[Finding] = []
    for listener in _taking(view, port):
        found += view.unsettled(listener)
        try:
            found += _judged(view, listener, port, peers)
        except UnreadableError as error:
            found.append(unread(error))
    return worst(found, _NOBODY)


def _taking(view: View, port: int) -> list[Listener]:
    """The listeners bound to a port, else those that take what is redirected to them."""
    return (view.inbound.bound(port) or view.inbound.capturing) + view.unread


def _judged(view: View, listener: Listener, port: int, peers: PeerClass) -> Iterator[Finding]:
    is_gateway = view.parts.node.kind is ProxyKind.GATEWAY
    if peers is PeerClass.PLAINTEXT:
        for chain in listener.chains(port, *Transport):
            found = refuses_without_certificate(chain, is_gateway) or _REFUSED
            yield found.within(chain.title)
        return
    # at a gateway, anybody may come
    seen = tuple(Transport) if is_gateway else (Transport.TLS,)
    for chain in listener.chains(port, *seen):
        yield _through(view, chain, port).within(chain.title)


def _through(view: View, chain: Chain, port: int) -> Finding:
    try:
        way = view.way(chain)
    except UnreadableError as error:
        return unread(error)
    if way.manager is not None:
        return view.judged(way.manager, INBOUND)
    # nobody says that a port carries TCP where no Service and no container names it
    return way.judged if port or way.admitted is None else way.admitted
