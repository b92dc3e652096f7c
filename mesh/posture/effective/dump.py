"""The parts of one `/config_dump`, found and indexed. Nothing is copied.

Envoy's form is that of `envoy.admin.v3.ConfigDump`: a list of parts in any order, each with its
type. `istioctl proxy-config all -o json` prints the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from mesh.posture.effective import node as nodes
from mesh.posture.effective.node import ProxyKind, ProxyNode
from mesh.posture.effective.tree import (
    Tree,
    UnreadableError,
    as_tree,
    kind,
    shown,
    text,
    tree,
    trees,
)

_PREFIX: Final = "envoy.admin."
_EMPTY: Final[Tree] = {}
_DYNAMIC: Final = {
    "cluster": ("dynamic_active_clusters", "dynamic_warming_clusters"),
    "route_config": ("dynamic_route_configs",),
}
_ZTUNNEL: Final = frozenset({"services", "policies", "certificates"})


class DumpError(ValueError):
    """A dump that cannot be read. The text is one line that names what is wrong."""


class InUse(Enum):
    """How far a proxy has taken a listener.

    WARMING: it waits for something, and takes no connection yet. DRAINING: it takes no new one.
    """

    ACTIVE = auto()
    WARMING = auto()
    DRAINING = auto()


@dataclass(frozen=True, slots=True)
class Served:
    """One listener.

    Args:
        refused: whether the proxy refused a later update of it.
        is_own: whether it is of the proxy's bootstrap, and not of istiod.
    """

    name: str
    config: Tree
    use: InUse
    refused: bool
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """What a dump holds. A part that it does not hold is None.

    Args:
        warming: names of clusters that take no request yet.
        refused: names of clusters and route configurations of which the proxy refused an update.
        endpoints: load assignments by cluster; only with `?include_eds`.
        secrets: what `SecretsConfigDump` says of each.
    """

    node: ProxyNode
    listeners: list[Served] | None = None
    clusters: Mapping[str, Tree] | None = None
    warming: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    routes: Mapping[str, Tree] | None = None
    scopes: Mapping[str, list[str]] = field(default_factory=dict)
    endpoints: Mapping[str, Tree] | None = None
    secrets: list[Tree] | None = None


def split(dump: Mapping[str, object]) -> Parts:
    """Find the parts of a dump.

    Raises:
        DumpError: it is no config dump, or a part has another shape than Envoy gives it.
    """
    try:
        return _split(dump)
    except UnreadableError as error:
        raise DumpError(str(error)) from None
    except RecursionError:
        raise DumpError("it is nested too deeply") from None


def _split(dump: Tree) -> Parts:
    if "configs" not in dump:
        if isinstance(dump.get("workloads"), list | Mapping) and dump.keys() & _ZTUNNEL:
            return Parts(ProxyNode(ProxyKind.ZTUNNEL))
        raise DumpError("it has no `configs`, so it is no config dump of a proxy")
    found = _by_type(dump)
    if "BootstrapConfigDump" not in found:
        raise DumpError("it has no bootstrap, so nobody says whose proxy it is")
    node = nodes.read(tree(tree(found["BootstrapConfigDump"], "bootstrap"), "node"))
    clusters = found.get("ClustersConfigDump", _EMPTY)
    routes = found.get("RoutesConfigDump", _EMPTY)
    return Parts(
        node,
        _listeners(found["ListenersConfigDump"]) if "ListenersConfigDump" in found else None,
        _clusters(clusters) if "ClustersConfigDump" in found else None,
        frozenset(_named(clusters, "dynamic_warming_clusters", "cluster")),
        _refused(clusters, "cluster") | _refused(routes, "route_config"),
        _routes(routes) if "RoutesConfigDump" in found else None,
        _scopes(found.get("ScopedRoutesConfigDump", _EMPTY)),
        _endpoints(found["EndpointsConfigDump"]) if "EndpointsConfigDump" in found else None,
        _secrets(found["SecretsConfigDump"]) if "SecretsConfigDump" in found else None,
    )


def _by_type(dump: Tree) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for part in trees(dump, "configs"):
        version, _, name = kind(part).removeprefix(_PREFIX).partition(".")
        if version != "v3":
            raise DumpError(f"it has a part of type `{shown(kind(part))}`, which is not known")
        if name in found:
            raise DumpError(f"it has two parts of type `{shown(name)}`")
        found[name] = part
    return found


def _listeners(part: Tree) -> list[Served]:
    found = []
    for entry in trees(part, "static_listeners"):
        config = tree(entry, "listener")
        found.append(Served(text(config, "name"), config, InUse.ACTIVE, False, is_own=True))
    for entry in trees(part, "dynamic_listeners"):
        refused = "error_state" in entry
        states = (
            ("active_state", InUse.ACTIVE),
            ("warming_state", InUse.WARMING),
            ("draining_state", InUse.DRAINING),
        )
        for key, use in states:
            if key in entry:
                config = tree(tree(entry, key), "listener")
                found.append(Served(text(entry, "name"), config, use, refused))
        if refused and "active_state" not in entry:
            # what was refused is known by its name only; it may take any port
            found.append(Served(text(entry, "name"), {}, InUse.WARMING, refused))
    return found


def _clusters(part: Tree) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    # a cluster that is active and warming is in use as it was
    for key in ("dynamic_warming_clusters", "static_clusters", "dynamic_active_clusters"):
        for entry in trees(part, key):
            cluster = tree(entry, "cluster")
            found[text(cluster, "name")] = cluster
        _single(_named(part, key, "cluster"), "cluster")
    return found


def _single(names: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DumpError(f"it has two of {what} `{shown(name)}`")
        seen.add(name)


def _named(part: Tree, key: str, inner: str) -> Iterator[str]:
    for entry in trees(part, key):
        yield text(tree(entry, inner), "name")


def _refused(part: Tree, inner: str) -> frozenset[str]:
    """Names of what the proxy refused an update of."""
    found = set()
    for key in _DYNAMIC[inner]:
        for entry in trees(part, key):
            if "error_state" in entry:
                refused = tree(tree(entry, "error_state"), "failed_configuration")
                found.add(text(tree(entry, inner) or refused, "name"))
    return frozenset(found)


def _routes(part: Tree) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for key in ("static_route_configs", "dynamic_route_configs"):
        for entry in trees(part, key):
            config = tree(entry, "route_config")
            found[text(config, "name")] = config
    # inline routes are listed too, some of them twice; nobody asks for those by name
    _single(_named(part, "dynamic_route_configs", "route_config"), "route configuration")
    return found


def _scopes(part: Tree) -> dict[str, list[str]]:
    """Names of the route configurations of each set of scoped routes."""
    found: dict[str, list[str]] = defaultdict(list)
    for key in ("inline_scoped_route_configs", "dynamic_scoped_route_configs"):
        for entry in trees(part, key):
            for scoped in trees(entry, "scoped_route_configs"):
                found[text(entry, "name")].append(text(scoped, "route_configuration_name"))
    return found


def _endpoints(part: Tree) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for key in ("static_endpoint_configs", "dynamic_endpoint_configs"):
        for entry in trees(part, key):
            config = tree(entry, "endpoint_config")
            found[text(config, "cluster_name")] = config
    return found


def _secrets(part: Tree) -> list[Tree]:
    return [
        as_tree(entry, "secret")
        for key in ("static_secrets", "dynamic_active_secrets")
        for entry in trees(part, key)
    ]
