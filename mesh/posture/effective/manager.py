"""Does each message through an HTTP connection manager wait for the guard?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mesh.message.facts import Direction
from mesh.posture.effective import ext_authz, ext_proc, http_filters, overrides, shadow
from mesh.posture.effective.finding import Finding, down, unknown, unread, worst
from mesh.posture.effective.http_filters import ROUTER, HttpFilter
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.reach import Reach
from mesh.posture.effective.routes import Routes
from mesh.posture.effective.service import NOBODY, asks_guard, cluster
from mesh.posture.effective.tree import Tree, UnreadableError, only, shown, text, trees
from mesh.posture.evidence import Stance

KIND: Final = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"

_KNOWN: Final = frozenset(
    {
        "@type", "codec_type", "stat_prefix", "rds", "route_config", "scoped_routes",
        "http_filters", "add_user_agent", "tracing", "common_http_protocol_options",
        "http1_safe_max_connection_duration", "http_protocol_options", "http2_protocol_options",
        "http3_protocol_options", "server_name", "server_header_transformation",
        "scheme_header_transformation", "max_request_headers_kb", "stream_idle_timeout",
        "stream_flush_timeout", "request_timeout", "request_headers_timeout", "drain_timeout",
        "drain_timeout_jitter", "delayed_close_timeout", "access_log", "access_log_flush_interval",
        "flush_access_log_on_new_request", "access_log_options", "use_remote_address",
        "xff_num_trusted_hops", "original_ip_detection_extensions",
        "early_header_mutation_extensions", "internal_address_config", "skip_xff_append", "via",
        "generate_request_id", "preserve_external_request_id",
        "always_set_request_id_in_response", "forward_client_cert_details",
        "set_current_client_cert_details", "forward_client_cert_matcher", "proxy_100_continue",
        "represent_ipv4_remote_address_as_ipv4_mapped_ipv6", "upgrade_configs", "normalize_path",
        "merge_slashes", "path_with_escaped_slashes_action", "request_id_extension",
        "local_reply_config", "strip_matching_host_port", "strip_any_host_port",
        "stream_error_on_invalid_http_message", "path_normalization_options",
        "strip_trailing_host_dot", "proxy_status_config", "typed_header_validation_config",
        "append_x_forwarded_port", "append_local_overload", "add_proxy_protocol_connection_state",
        "forward_proto_config",
    }
)  # fmt: skip
_UPGRADE: Final = frozenset({"upgrade_type", "filters", "enabled"})
_CONNECT: Final = "CONNECT"
_ASKING: Final = (ext_authz.KIND, ext_proc.KIND)
_LOCAL_SPACE: Final = "envoy.filters.http.rbac"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a connection manager.

    Args:
        halves: that must be judged.
        routed: whether the message's way must not change after it was judged.
    """

    halves: tuple[Direction, ...]
    routed: bool


INBOUND: Final = Asked((Direction.REQUEST, Direction.RESPONSE), routed=False)
OUTBOUND: Final = Asked((Direction.REQUEST,), routed=True)

_JUDGED: Final = Finding(Stance.JUDGED, "judged", "the guard judges each message")


def judge(manager: Tree, routes: Routes, asked: Asked, guard: GuardNames, reach: Reach) -> Finding:
    """The worst finding of a connection manager. It is total.

    Args:
        routes: all that it may use.
        reach: whether the guard's clusters can be asked.
    """
    try:
        return worst(_findings(manager, routes, asked, guard, reach), _JUDGED)
    except UnreadableError as error:
        return unread(error)


def _findings(
    manager: Tree, routes: Routes, asked: Asked, guard: GuardNames, reach: Reach
) -> Iterator[Finding]:
    only(manager, _KNOWN, "the connection manager")
    yield from routes.odd
    yield from _copies(routes)
    stacks = [http_filters.of(manager, "http_filters")]
    for upgrade in trees(manager, "upgrade_configs"):
        only(upgrade, _UPGRADE, "an upgrade")
        if text(upgrade, "upgrade_type").upper().startswith(_CONNECT):
            yield unknown("connect", "it opens tunnels (CONNECT), and nobody reads what is in them")
        # without filters of its own, an upgrade goes through those of the manager
        if "filters" in upgrade:
            stacks.append(http_filters.of(upgrade, "filters"))
    for stack in stacks:
        judged = _Stack(stack, routes, asked, guard, reach)
        for half in asked.halves:
            yield from judged.half(half)


def _copies(routes: Routes) -> Iterator[Finding]:
    for mirror in sorted(routes.mirrors):
        said = f"a copy of requests goes to `{shown(mirror)}`, which the guard is not told of"
        yield down("mirrored", said, "remove the mirror from the VirtualService")


class _Stack:
    """The filters of one kind of requests."""

    def __init__(
        self,
        filters: Sequence[HttpFilter],
        routes: Routes,
        asked: Asked,
        guard: GuardNames,
        reach: Reach,
    ) -> None:
        ends = [each.place for each in filters if each.kind == ROUTER]
        self._end = ends[0] if ends else len(filters)
        self._filters = filters
        self._routes = routes
        self._asked = asked
        self._guard = guard
        self._reach = reach

    def half(self, half: Direction) -> Iterator[Finding]:
        """Findings for one half: none where one gate holds every message."""
        gates = [each for each in self._filters if self._is_gate(each, half)]
        if not gates:
            yield self._no_gate(half)
            return
        judged = [list(self._faults(each, half)) for each in gates]
        if all(judged):
            yield from judged[0]

    def _is_gate(self, each: HttpFilter, half: Direction) -> bool:
        if each.kind == ext_authz.KIND:
            return half is Direction.REQUEST and asks_guard(each.config, self._guard)
        if each.kind != ext_proc.KIND:
            return False
        return asks_guard(each.config, self._guard) and ext_proc.takes(each.config, half)

    def _no_gate(self, half: Direction) -> Finding:
        for each in self._filters:
            if each.kind in _ASKING and not self._guard.clusters:
                return NOBODY
            if each.kind in _ASKING and not self._is_ours(each):
                asked = shown(cluster(each.config)) or "no gRPC cluster"
                said = f"no filter gives {half}s to the guard: `{shown(each.name)}` asks {asked}"
                return down("other-service", said, "name the guard's cluster")
        if any(not each.kind for each in self._filters[: self._end]):
            return unknown("discovered", f"a filter that is discovered elsewhere may judge {half}s")
        inserts = _INSERTS[half, self._asked.routed]
        return down("no-gate", f"no filter gives {half}s to the guard", _SWITCH_ON, inserts)

    def _faults(self, gate: HttpFilter, half: Direction) -> Iterator[Finding]:
        """Everything that is wrong with one gate, for one half."""
        if gate.place > self._end:
            yield down("behind-router", f"`{shown(gate.name)}` stands behind the router", _BEFORE)
        if gate.disabled:
            yield down("disabled", f"`{shown(gate.name)}` is disabled", "remove `disabled`")
        if gate.skipped:
            yield gate.skipped
        if gate.kind == ext_authz.KIND:
            yield from ext_authz.faults(gate.config, self._guard)
            yield from self._trigger(gate)
        else:
            yield from ext_proc.faults(gate.config, half, self._guard)
        yield from self._overridden(gate, half)
        yield from self._neighbours(gate, half)
        yield from self._reach.faults(cluster(gate.config))

    def _trigger(self, gate: HttpFilter) -> Iterator[Finding]:
        before = [
            each
            for each in self._filters[: gate.place]
            if shadow.KINDS.get(each.kind) == _LOCAL_SPACE and not each.disabled
        ]
        yield from shadow.faults(gate.config, [each.config for each in before], _LOCAL_SPACE)
        if "filter_enabled_metadata" not in gate.config:
            return
        names = {each.name for each in before}
        for override in self._routes.overrides:
            if override.filter in names:
                said = f"route `{override.route}` changes the rules that switch ext_authz on"
                yield unknown("trigger-override", said)

    def _overridden(self, gate: HttpFilter, half: Direction) -> Iterator[Finding]:
        for override in self._routes.overrides:
            if override.filter == gate.name:
                yield from overrides.faults(override, half, self._guard)

    def _neighbours(self, gate: HttpFilter, half: Direction) -> Iterator[Finding]:
        """Filters that see a message before the guard, or may send it elsewhere after it."""
        if half is Direction.RESPONSE:
            near = self._filters[gate.place + 1 : self._end]
        else:
            near = self._filters[: self._end if self._asked.routed else gate.place]
        for each in near:
            if not each.is_harmless and not self._is_ours(each):
                what = shown(each.kind.rpartition(".")[2] or each.name)
                yield unknown(
                    "unknown-filter",
                    f"`{shown(each.name)}` ({what}) sees each {half} too, and is not known",
                    "put the guard's filter before it",
                )

    def _is_ours(self, each: HttpFilter) -> bool:
        return each.kind in _ASKING and asks_guard(each.config, self._guard)


_INSERTS: Final = {
    (Direction.REQUEST, False): "AuthorizationPolicy phiguard",
    (Direction.RESPONSE, False): "EnvoyFilter phiguard-inbound-responses",
    (Direction.REQUEST, True): "EnvoyFilter phiguard-outbound-requests",
}
"""The objects that `phiguard istio render` writes for each gate; whether what it judges is sent."""
_SWITCH_ON: Final = "apply what `phiguard istio render` writes for the namespace, and the label"
_BEFORE: Final = "insert it before the router"
