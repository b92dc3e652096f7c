"""What a filter chain does with a connection: read it as HTTP, or pass its bytes on."""

from dataclasses import dataclass
from typing import Final

from mesh.istio.check.durations import seconds
from mesh.posture.effective import manager as managers
from mesh.posture.effective import network_ext_authz
from mesh.posture.effective.ext_proc import SHORTEST
from mesh.posture.effective.finding import Finding, down, unknown, worst
from mesh.posture.effective.listener import Chain
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.reach import Reach
from mesh.posture.effective.routes import ANYWHERE
from mesh.posture.effective.service import NOBODY, asks_guard, cluster
from mesh.posture.effective.tree import (
    Tree,
    UnreadableError,
    flag,
    kind,
    only,
    plain,
    shown,
    text,
    tree,
    trees,
)
from mesh.posture.evidence import Stance

_PREFIX: Final = "envoy.extensions.filters.network."
_TCP: Final = _PREFIX + "tcp_proxy.v3.TcpProxy"
_GUARD: Final = _PREFIX + "ext_proc.v3.NetworkExternalProcessor"
_HARMLESS: Final = frozenset(
    {
        network_ext_authz.RBAC,
        _PREFIX + "connection_limit.v3.ConnectionLimit",
        _PREFIX + "local_ratelimit.v3.LocalRateLimit",
        _PREFIX + "sni_cluster.v3.SniCluster",
        _PREFIX + "set_filter_state.v3.Config",
        # of Istio's own build of Envoy
        "envoy.tcp.metadataexchange.config.MetadataExchange",
        "istio.envoy.config.filter.network.authn.v2alpha1.Config",
        "envoy.extensions.network_filters.peer_metadata.Config",
        "stats.PluginConfig",
    }
)
"""Types of network filters that hand bytes on, or close the connection."""
_PASSING: Final = _HARMLESS | {network_ext_authz.KIND}

_PROC: Final = frozenset(
    {
        "@type", "grpc_service", "failure_mode_allow", "processing_mode", "message_timeout",
        "stat_prefix", "metadata_options",
    }
)  # fmt: skip
_FILTER: Final = frozenset({"name", "typed_config"})
_STREAMED: Final = ("", "STREAMED", "0")
_TCP_FIX: Final = "name the port's protocol in the Service, or apply the guard's filter for TCP"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a chain sends a connection.

    Args:
        manager: its HTTP connection manager; None for bytes.
        clusters: of bytes.
        judged: of bytes: how the guard stands before them.
        admitted: of bytes that the guard does not read: how it is asked about their connection;
            None where it is not.
    """

    manager: Tree | None
    clusters: frozenset[str]
    judged: Finding
    admitted: Finding | None = None


_JUDGED: Final = Finding(Stance.JUDGED, "judged", "the guard judges the connection's bytes")
_ADMITTED: Final = Finding(
    Stance.JUDGED,
    "admitted",
    "the guard is asked about each connection, and refuses what no rule names for TCP",
)
_HTTP: Final = Finding(Stance.JUDGED, "http", "it is read as HTTP")


def way(chain: Chain, guard: GuardNames, reach: Reach) -> Way:
    """Where a chain sends a connection.

    Raises:
        UnreadableError: one of its filters is not known, or has another shape.
    """
    gates: list[Tree] = []
    before: list[tuple[str, Tree]] = []
    for each in trees(chain.config, "filters"):
        only(each, _FILTER, "a network filter")
        config = plain(tree(each, "typed_config"))
        found = kind(config)
        if found == managers.KIND:
            return Way(config, frozenset(), _HTTP)
        if found == _TCP:
            admitted = _admitted(before, guard, reach)
            judged = _judged(gates, admitted is not None, guard, reach)
            return Way(None, frozenset(_clusters(config)), judged, admitted)
        if found == _GUARD:
            gates.append(config)
        elif found not in _PASSING:
            raise UnreadableError(
                f"network filter `{shown(found or text(each, 'name'))}` is not known"
            )
        before.append((found, config))
    raise UnreadableError("its filters lead nowhere that is known")


def _admitted(before: list[tuple[str, Tree]], guard: GuardNames, reach: Reach) -> Finding | None:
    """How the guard is asked about a connection; None where nobody asks it."""
    for place, (found, config) in enumerate(before):
        if found == network_ext_authz.KIND and asks_guard(config, guard):
            rbac = [each for name, each in before[:place] if name == network_ext_authz.RBAC]
            faults = [*network_ext_authz.faults(config, rbac), *reach.faults(cluster(config))]
            return worst(faults, _ADMITTED)
    return None


def _clusters(config: Tree) -> list[str]:
    if "tunneling_config" in config:
        return [ANYWHERE]
    if "cluster" in config:
        return [text(config, "cluster")]
    group = trees(tree(config, "weighted_clusters"), "clusters")
    return [text(each, "name") or ANYWHERE for each in group] or [ANYWHERE]


def _judged(gates: list[Tree], admits: bool, guard: GuardNames, reach: Reach) -> Finding:
    ours = [each for each in gates if asks_guard(each, guard)]
    if gates and not guard.clusters:
        return NOBODY
    if not ours:
        more = (
            "; the guard admits the connection (ext_authz) and reads none of it" if admits else ""
        )
        return down("tcp", f"its bytes pass without the guard{more}", _TCP_FIX)
    found = [_faults(each, reach) for each in ours]
    return worst(found[0], _JUDGED) if all(found) else _JUDGED


def _faults(config: Tree, reach: Reach) -> list[Finding]:
    only(config, _PROC, "the network ext_proc filter")
    found = list(reach.faults(cluster(config)))
    if flag(config, "failure_mode_allow"):
        fix = "set failure_mode_allow: false"
        found.append(down("failure-open", "network ext_proc is open on failure", fix))
    mode = tree(config, "processing_mode")
    only(mode, frozenset({"process_read", "process_write"}), "processing_mode")
    for key in sorted(mode):
        if text(mode, key) not in _STREAMED:
            fix = f"set {key}: STREAMED"
            found.append(
                down("skips-direction", f"network ext_proc skips a direction ({key})", fix)
            )
    given = text(config, "message_timeout") or "0.2s"
    wait = seconds(given)
    if wait is None or wait <= 0:
        found.append(unknown("unknown-timeout", f"message_timeout is {shown(given)}"))
    elif wait < SHORTEST:
        said = f"network ext_proc waits {shown(given)} for the guard and then closes"
        found.append(down("timeout-short", said, "set message_timeout: 20s"))
    return found
