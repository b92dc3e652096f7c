"""A listener: which ports it takes, and which of its filter chains a connection can reach.

Envoy drops chains criterion by criterion, in the order of its `FilterChainMatch`: the port first,
then addresses, server names, the transport, application protocols, the source. It never goes back:
when no chain is left, the default chain takes the connection, or nobody does.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from mesh.posture.effective.dump import InUse, Served
from mesh.posture.effective.tree import (
    Tree,
    UnreadableError,
    flag,
    kind,
    number,
    only,
    shown,
    text,
    tree,
    trees,
)

_KNOWN: Final = frozenset(
    {
        "@type", "name", "address", "additional_addresses", "stat_prefix", "filter_chains",
        "use_original_dst", "default_filter_chain", "per_connection_buffer_limit_bytes",
        "per_connection_buffer_high_watermark_timeout", "metadata", "deprecated_v1", "drain_type",
        "listener_filters", "listener_filters_timeout", "continue_on_listener_filters_timeout",
        "transparent", "freebind", "socket_options", "tcp_fast_open_queue_length",
        "traffic_direction", "udp_listener_config", "connection_balance_config", "reuse_port",
        "enable_reuse_port", "access_log", "tcp_backlog_size",
        "max_connections_to_accept_per_socket_event", "bind_to_port", "enable_mptcp",
        "ignore_global_conn_limit", "bypass_overload_manager", "tcp_keepalive",
    }
)  # fmt: skip
_CHAIN: Final = frozenset(
    {
        "filter_chain_match", "filters", "use_proxy_proto", "metadata", "transport_socket",
        "transport_socket_connect_timeout", "name",
    }
)  # fmt: skip
_MATCH: Final = frozenset(
    {
        "destination_port", "prefix_ranges", "address_suffix", "suffix_len",
        "direct_source_prefix_ranges", "source_type", "source_prefix_ranges", "source_ports",
        "server_names", "transport_protocol", "application_protocols",
    }
)  # fmt: skip
_ANY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - read, never bound
_TLS_INSPECTOR: Final = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"
_ORIGINAL: Final = "envoy.extensions.filters.listener.original_dst.v3.OriginalDst"
_BEFORE_TRANSPORT: Final = ("prefix_ranges", "address_suffix", "suffix_len", "server_names")
_DEEPEST: Final = 20
_NO_DIRECTION: Final = ("", "UNSPECIFIED", "0")


class Transport(StrEnum):
    """How a connection begins, in Envoy's words."""

    TLS = "tls"
    PLAIN = "raw_buffer"


@dataclass(frozen=True)
class Chain:
    """One filter chain of a listener."""

    listener: str
    config: Tree

    @cached_property
    def title(self) -> str:
        """Its name in messages."""
        name = self.config.get("name")
        named = f", chain `{shown(name)}`" if isinstance(name, str) and name else ""
        return f"listener `{shown(self.listener)}`{named}"


class Listener:
    """One listener.

    Args:
        served: as the dump has it.

    Raises:
        UnreadableError: it has another shape.
    """

    def __init__(self, served: Served) -> None:
        self.name = served.name
        self.config = served.config
        self.is_warming = served.use is InUse.WARMING
        self.refused = served.refused
        self.direction = text(served.config, "traffic_direction")
        self.addresses = frozenset(_addresses(served.config))
        if not self.addresses and not served.refused:
            raise UnreadableError(f"listener `{shown(served.name)}` has no address")
        if self.direction in _NO_DIRECTION and not served.is_own and not served.refused:
            raise UnreadableError(f"listener `{shown(served.name)}` has no direction")

    @cached_property
    def ports(self) -> frozenset[int]:
        """The ports that it takes."""
        return frozenset(port for _, port in self.addresses)

    def is_wildcard(self, port: int) -> bool:
        """Whether it takes a port of every address."""
        return any((any_, port) in self.addresses for any_ in _ANY_ADDRESS)

    @cached_property
    def captures(self) -> bool:
        """Whether it takes connections to any port: those that were redirected to it.

        Raises:
            UnreadableError: its filters have another shape.
        """
        return flag(self.config, "use_original_dst") or any(
            kind(tree(each, "typed_config")) == _ORIGINAL
            for each in trees(self.config, "listener_filters")
        )

    def all_chains(self) -> list[Chain]:
        """Every chain, the default one too.

        Raises:
            UnreadableError: the listener chooses chains in a way that is not known.
        """
        only(self.config, _KNOWN, f"listener `{shown(self.name)}`")
        found = [Chain(self.name, each) for each in trees(self.config, "filter_chains")]
        return found + self._default()

    def chains_of_port(self, port: int) -> list[Chain]:
        """The chains that a connection to a port can reach, however it begins.

        Raises:
            UnreadableError: the listener chooses chains in a way that is not known.
        """
        only(self.config, _KNOWN, f"listener `{shown(self.name)}`")
        return [Chain(self.name, each) for each in self._of_port(port)] + self._default()

    def chains(self, port: int, *transports: Transport) -> list[Chain]:
        """The chains that a connection to a port can reach, and perhaps some more.

        Args:
            transports: how the connection may begin.

        Raises:
            UnreadableError: the listener chooses chains in a way that is not known.
        """
        only(self.config, _KNOWN, f"listener `{shown(self.name)}`")
        near = self._of_port(port)
        found: dict[int, Chain] = {}
        for transport in self._seen(port, transports):
            for each in _of_transport(near, transport):
                found[id(each)] = Chain(self.name, each)
        # whether every connection finds another chain first cannot be told from most matches
        return [*found.values(), *self._default()]

    def _default(self) -> list[Chain]:
        if "default_filter_chain" not in self.config:
            return []
        config = tree(self.config, "default_filter_chain")
        only(config, _CHAIN, "the default filter chain")
        return [Chain(self.name, config)]

    def _of_port(self, port: int) -> list[Tree]:
        exact, others = [], []
        for each in trees(self.config, "filter_chains"):
            only(each, _CHAIN, "a filter chain")
            match = tree(each, "filter_chain_match")
            only(match, _MATCH, "filter_chain_match")
            asked = number(match, "destination_port")
            if asked == port and port:
                exact.append(each)
            elif not asked:
                others.append(each)
        return exact or others

    def _seen(self, port: int, transports: tuple[Transport, ...]) -> tuple[Transport, ...]:
        """How the listener sees a connection: without its inspector, TLS is bytes like others."""
        if Transport.TLS not in transports or self._inspects(port):
            return transports
        return tuple(Transport)

    def _inspects(self, port: int) -> bool:
        for each in trees(self.config, "listener_filters"):
            if kind(tree(each, "typed_config")) == _TLS_INSPECTOR:
                off = tree(each, "filter_disabled")
                return not off or _holds(off, port) is False
        return False


def _addresses(config: Tree) -> Iterator[tuple[str, int]]:
    places = [tree(config, "address")]
    places += [tree(each, "address") for each in trees(config, "additional_addresses")]
    for place in places:
        socket = tree(place, "socket_address")
        if socket:
            port = number(socket, "port_value")
            if not port:
                raise UnreadableError("a listener has an address without a port")
            yield text(socket, "address"), port


def _of_transport(chains: list[Tree], transport: Transport) -> Iterator[Tree]:
    """The chains that are left when the transport is compared."""
    groups: dict[str, list[Tree]] = defaultdict(list)
    for each in chains:
        match = tree(each, "filter_chain_match")
        groups[str([match.get(key) for key in _BEFORE_TRANSPORT])].append(each)
    for group in groups.values():
        exact, free = [], []
        for each in group:
            asked = text(tree(each, "filter_chain_match"), "transport_protocol")
            if asked == transport:
                exact.append(each)
            elif asked not in tuple(Transport):
                free.append(each)  # without one, and those that are not known
        yield from exact or free


def _holds(predicate: Tree, port: int, depth: int = 0) -> bool | None:
    """Whether a listener filter's predicate holds for a port; None when that is not known."""
    if depth > _DEEPEST or len(predicate) != 1:
        return None
    found: bool | None = None
    if "any_match" in predicate:
        found = flag(predicate, "any_match")
    elif "destination_port_range" in predicate:
        ports = tree(predicate, "destination_port_range")
        found = number(ports, "start") <= port < number(ports, "end")
    elif "not_match" in predicate:
        inner = _holds(tree(predicate, "not_match"), port, depth + 1)
        found = None if inner is None else not inner
    elif "or_match" in predicate:
        rules = trees(tree(predicate, "or_match"), "rules")
        parts = [_holds(each, port, depth + 1) for each in rules]
        # unless one holds, each must be known
        found = True if True in parts else None if None in parts else False
    return found
