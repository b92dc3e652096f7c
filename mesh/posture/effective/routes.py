"""Where a route configuration leads, and which filters it overrides on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from mesh.posture.effective.finding import Finding, unknown
from mesh.posture.effective.tree import Tree, as_tree, only, shown, text, tree, trees

ANYWHERE: Final = "*"
"""In place of a cluster: one that is chosen for each request."""

_ROUTE: Final = frozenset(
    {
        "name", "match", "route", "redirect", "direct_response", "filter_action",
        "non_forwarding_action", "metadata", "decorator", "typed_per_filter_config",
        "request_headers_to_add", "request_headers_to_remove", "response_headers_to_add",
        "response_headers_to_remove", "tracing", "per_request_buffer_limit_bytes", "stat_prefix",
        "request_body_buffer_limit",
    }
)  # fmt: skip
_ACTION: Final = frozenset(
    {
        "cluster", "cluster_header", "weighted_clusters", "cluster_specifier_plugin",
        "inline_cluster_specifier_plugin", "cluster_not_found_response_code", "metadata_match",
        "prefix_rewrite", "regex_rewrite", "path_rewrite_policy", "path_rewrite",
        "host_rewrite_literal", "auto_host_rewrite", "host_rewrite_header",
        "host_rewrite_path_regex", "host_rewrite", "append_x_forwarded_host", "timeout",
        "idle_timeout", "flush_timeout", "early_data_policy", "retry_policy",
        "retry_policy_typed_config", "request_mirror_policies", "priority", "rate_limits",
        "include_vh_rate_limits", "hash_policy", "cors", "max_grpc_timeout", "grpc_timeout_offset",
        "upgrade_configs", "internal_redirect_policy", "internal_redirect_action",
        "max_internal_redirects", "hedge_policy", "max_stream_duration",
    }
)  # fmt: skip
_HOST: Final = frozenset(
    {
        "name", "domains", "routes", "require_tls", "virtual_clusters", "rate_limits",
        "request_headers_to_add", "request_headers_to_remove", "response_headers_to_add",
        "response_headers_to_remove", "cors", "typed_per_filter_config",
        "include_request_attempt_count", "include_attempt_count_in_response", "retry_policy",
        "retry_policy_typed_config", "hedge_policy", "include_is_timeout_retry_header",
        "per_request_buffer_limit_bytes", "request_body_buffer_limit", "request_mirror_policies",
        "metadata",
    }
)  # fmt: skip
_TABLE: Final = frozenset(
    {
        "@type", "name", "virtual_hosts", "internal_only_headers", "response_headers_to_add",
        "response_headers_to_remove", "request_headers_to_add", "request_headers_to_remove",
        "most_specific_header_mutations_wins", "validate_clusters",
        "max_direct_response_body_size_bytes", "cluster_specifier_plugins",
        "request_mirror_policies", "ignore_port_in_host_matching", "vhost_header",
        "ignore_path_parameters_in_path_matching", "typed_per_filter_config", "metadata",
    }
)  # fmt: skip
_ANSWERS: Final = ("redirect", "direct_response", "non_forwarding_action")
"""Actions with which the proxy answers itself: no message goes on."""


@dataclass(frozen=True, slots=True)
class Override:
    """What a route says of one filter."""

    filter: str
    config: Tree
    route: str


@dataclass(slots=True)
class Routes:
    """What all routes of one table say together.

    Args:
        clusters: where requests go; `ANYWHERE` where each request chooses.
        mirrors: where copies go.
        overrides: of filters, on routes that let requests go on.
        odd: what is not known of them.
    """

    clusters: set[str] = field(default_factory=set)
    mirrors: set[str] = field(default_factory=set)
    overrides: list[Override] = field(default_factory=list)
    odd: list[Finding] = field(default_factory=list)


def read(table: Tree) -> Routes:
    """Read a route configuration.

    Raises:
        UnreadableError: it has a field that is not known, or one of another type.
    """
    found = Routes()
    only(table, _TABLE, "a route configuration")
    _override(table, shown(text(table, "name")), found)
    _mirror(table, found)
    hosts = trees(table, "virtual_hosts")
    if not hosts:
        said = f"the routes `{shown(text(table, 'name'))}` have no virtual host"
        found.odd.append(unknown("no-routes", said))
    for host in hosts:
        only(host, _HOST, "a virtual host")
        _override(host, shown(text(host, "name")), found)
        _mirror(host, found)
        for route in trees(host, "routes"):
            _route(route, host, found)
    return found


def _route(route: Tree, host: Tree, found: Routes) -> None:
    only(route, _ROUTE, "a route")
    if "route" in route:
        _action(tree(route, "route"), route, host, found)
    elif not any(key in route for key in _ANSWERS):
        said = f"nobody knows where a route of `{shown(text(host, 'name'))}` leads"
        found.odd.append(unknown("unknown-route", said))


def _action(action: Tree, route: Tree, host: Tree, found: Routes) -> None:
    only(action, _ACTION, "a route's action")
    named = shown(f"{text(host, 'name')}/{text(route, 'name')}")
    _override(route, named, found)
    _mirror(action, found)
    if "cluster" in action:
        found.clusters.add(text(action, "cluster"))
    elif "weighted_clusters" in action:
        _weighted(tree(action, "weighted_clusters"), named, found)
    else:
        found.clusters.add(ANYWHERE)
    if any("connect_config" in each for each in trees(action, "upgrade_configs")):
        found.odd.append(unknown("connect", f"route `{named}` opens tunnels"))


def _weighted(group: Tree, named: str, found: Routes) -> None:
    for each in trees(group, "clusters"):
        found.clusters.add(text(each, "name") or ANYWHERE)
        _override(each, named, found)


def _override(place: Tree, named: str, found: Routes) -> None:
    for name, config in tree(place, "typed_per_filter_config").items():
        found.overrides.append(
            Override(str(name), as_tree(config, "typed_per_filter_config"), named)
        )


def _mirror(place: Tree, found: Routes) -> None:
    for each in trees(place, "request_mirror_policies"):
        found.mirrors.add(text(each, "cluster") or ANYWHERE)


def together(tables: Iterator[Routes]) -> Routes:
    """What several tables say together."""
    found = Routes()
    for each in tables:
        found.clusters |= each.clusters
        found.mirrors |= each.mirrors
        found.overrides += each.overrides
        found.odd += each.odd
    return found
