"""A dump with what follows from it, worked out once and only where it is asked for."""

import contextlib
from collections.abc import Iterator
from enum import Enum, auto
from functools import cached_property
from typing import Final

import orjson

from mesh.posture.cell import PeerClass
from mesh.posture.effective import manager as managers
from mesh.posture.effective import routes as tables
from mesh.posture.effective.dump import Parts
from mesh.posture.effective.finding import Finding, unknown, unread
from mesh.posture.effective.listener import Chain, Listener
from mesh.posture.effective.manager import Asked
from mesh.posture.effective.names import PARTS_OF_A_CLUSTER, GuardNames
from mesh.posture.effective.network import Way, way
from mesh.posture.effective.node import ProxyKind
from mesh.posture.effective.reach import Reach
from mesh.posture.effective.routes import Routes
from mesh.posture.effective.tree import Tree, UnreadableError, shown, text, tree, trees

_OUTBOUND: Final = ("OUTBOUND", "2")
_OF_ROUTES: Final = frozenset({"rds", "route_config", "scoped_routes", "stat_prefix"})
_DIGITS: Final = 5  # of a port
_INBOUND: Final = ("INBOUND", "1")


class Leads(Enum):
    """Where a cluster leads."""

    NOWHERE = auto()
    SERVICE = auto()
    PLATFORM = auto()
    OUTSIDE = auto()


class Side:
    """The listeners of one direction.

    Args:
        listeners: all of them.
    """

    def __init__(self, listeners: list[Listener]) -> None:
        self.listeners = listeners
        self._by_port: dict[int, list[Listener]] = {}
        for each in listeners:
            for port in each.ports:
                self._by_port.setdefault(port, []).append(each)

    def bound(self, port: int) -> list[Listener]:
        """Those that are bound to a port."""
        return self._by_port.get(port, [])

    @cached_property
    def capturing(self) -> list[Listener]:
        """Those that take what is redirected to them, whatever its port.

        Raises:
            UnreadableError: a listener has another shape.
        """
        return [each for each in self.listeners if each.captures]


class View:
    """What the cells of one proxy are judged by.

    Args:
        parts: of its dump.
        guard: the guard's names.

    `leads` and `carried` are what `mesh.posture.effective.outbound` has worked out so far.
    """

    def __init__(self, parts: Parts, guard: GuardNames) -> None:
        self.parts = parts
        self.guard = guard
        self.reach = Reach(parts)
        self.leads: dict[str, frozenset[Leads]] = {}
        self._ways: dict[int, Way] = {}
        self._tables: dict[str, Routes] = {}
        self._judged: dict[tuple[int, Asked], Finding] = {}
        self._alike: dict[tuple[bytes, Asked], Finding] = {}
        self.carried: dict[tuple[int, PeerClass], list[Finding]] = {}
        self._routed: dict[int, Routes] = {}

    @cached_property
    def listeners(self) -> list[Listener]:
        """All listeners.

        Raises:
            UnreadableError: there is no such part, or a listener has another shape.
        """
        if self.parts.listeners is None:
            raise UnreadableError("the dump has no listeners; collect it again, whole")
        return [Listener(each) for each in self.parts.listeners]

    @cached_property
    def inbound(self) -> "Side":
        """The listeners for peers. istiod calls those of a gateway outbound."""
        if self.parts.node.kind is ProxyKind.GATEWAY:
            return Side(self.listeners)
        return Side([each for each in self.listeners if each.direction in _INBOUND])

    @cached_property
    def outbound(self) -> "Side":
        """The listeners for the application's own messages."""
        return Side([each for each in self.listeners if each.direction in _OUTBOUND])

    @cached_property
    def roundabout(self) -> dict[int, list[tuple[Listener, Chain]]]:
        """Chains for the application that lead to a service's port, by that port.

        A listener can have another port than the service: that of an HTTP proxy, of a `Sidecar`, or
        of a `VirtualService`. What cannot be read is judged at the listener's own port.
        """
        found: dict[int, list[tuple[Listener, Chain]]] = {}
        for listener in self.outbound.listeners:
            with contextlib.suppress(UnreadableError):
                for chain in listener.all_chains():
                    for port in self._service_ports(chain):
                        found.setdefault(port, []).append((listener, chain))
        return found

    def _service_ports(self, chain: Chain) -> set[int]:
        try:
            clusters = self.clusters(chain)
        except UnreadableError:
            return set()
        parts = (each.split("|") for each in clusters)
        return {
            int(each[1])
            for each in parts
            if len(each) == PARTS_OF_A_CLUSTER and each[1].isdecimal() and len(each[1]) <= _DIGITS
        }

    def clusters(self, chain: Chain) -> frozenset[str]:
        """Where a chain may send messages, and copies of them.

        Raises:
            UnreadableError: one of its filters is not known, or its routes are not there.
        """
        way = self.way(chain)
        if way.manager is None:
            return way.clusters
        routes = self.routes(way.manager)
        return frozenset(routes.clusters | routes.mirrors)

    @cached_property
    def unread(self) -> list[Listener]:
        """Listeners of which only a refused update is known. Each may take any port."""
        return [each for each in self.listeners if each.refused and not each.config]

    def way(self, chain: Chain) -> Way:
        """Where a chain sends a connection.

        Raises:
            UnreadableError: one of its filters is not known.
        """
        key = id(chain.config)
        if key not in self._ways:
            self._ways[key] = way(chain, self.guard, self.reach)
        return self._ways[key]

    def judged(self, manager: Tree, asked: Asked) -> Finding:
        """How the guard stands before what passes a connection manager. It is total."""
        key = (id(manager), asked)
        if key not in self._judged:
            try:
                routes = self.routes(manager)
            except UnreadableError as error:
                return unread(error)
            self._judged[key] = self._judge(manager, routes, asked)
        return self._judged[key]

    def _judge(self, manager: Tree, routes: Routes, asked: Asked) -> Finding:
        """Judge it once, of hundreds that differ only in where they find their routes."""
        key = None if routes.odd or routes.mirrors or routes.overrides else _alike(manager)
        if key is None:
            return managers.judge(manager, routes, asked, self.guard, self.reach)
        if (key, asked) not in self._alike:
            found = managers.judge(manager, routes, asked, self.guard, self.reach)
            self._alike[key, asked] = found
        return self._alike[key, asked]

    def routes(self, manager: Tree) -> Routes:
        """All routes that a connection manager may use.

        Raises:
            UnreadableError: they are not in the dump, or have another shape.
        """
        key = id(manager)
        if key not in self._routed:
            self._routed[key] = tables.together(self._routes(manager))
        return self._routed[key]

    def _routes(self, manager: Tree) -> Iterator[Routes]:
        if "route_config" in manager:
            yield tables.read(tree(manager, "route_config"))
        elif "rds" in manager:
            yield self._table(text(tree(manager, "rds"), "route_config_name"))
        elif "scoped_routes" in manager:
            yield from self._scoped(tree(manager, "scoped_routes"))
        else:
            raise UnreadableError("a connection manager has no routes")

    def _scoped(self, scoped: Tree) -> Iterator[Routes]:
        own = tree(scoped, "scoped_route_configurations_list")
        names = [
            text(each, "route_configuration_name")
            for each in trees(own, "scoped_route_configurations")
        ] or self.parts.scopes.get(text(scoped, "name"), [])
        if not names:
            raise UnreadableError("the dump lacks the scoped routes of a connection manager")
        for name in names:
            yield self._table(name)

    def _table(self, name: str) -> Routes:
        if name not in self._tables:
            known = self.parts.routes
            if known is None or name not in known:
                raise UnreadableError(f"the dump lacks the routes `{shown(name)}`")
            found = tables.read(known[name])
            if name in self.parts.refused:
                said = f"the proxy refused an update of the routes `{shown(name)}`"
                found.odd.append(unknown("update-refused", said))
            self._tables[name] = found
        return self._tables[name]

    def unsettled(self, listener: Listener) -> Iterator[Finding]:
        """What keeps a listener's configuration from being what the proxy runs, or will run."""
        name = shown(listener.name)
        if listener.refused:
            said = f"the proxy refused an update of listener `{name}`"
            yield unknown("update-refused", said, "look at error_state in its config dump")
        if listener.is_warming:
            yield unknown("warming", f"listener `{name}` is not in use yet", "collect it again")


def _alike(manager: Tree) -> bytes | None:
    """What two connection managers share that differ in their routes only; None when too deep."""
    rest = {name: value for name, value in manager.items() if name not in _OF_ROUTES}
    try:
        return orjson.dumps(rest)
    except orjson.JSONEncodeError:
        return None
