"""Can a proxy ask the guard at all?"""

from collections.abc import Iterator
from typing import Final

from mesh.posture.effective.dump import Parts
from mesh.posture.effective.finding import Finding, down, unknown
from mesh.posture.effective.tree import Tree, shown, text, tree, trees

_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_USABLE: Final = ("", "UNKNOWN", "HEALTHY", "DEGRADED", "0", "1", "5")
_HIDDEN: Final = "let the Sidecar's egress name the guard's host, and let its Service be there"


class Reach:
    """What a proxy knows of the clusters of the guard."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._found: dict[str, list[Finding]] = {}

    def faults(self, cluster: str) -> list[Finding]:
        """Why the guard cannot be asked by this cluster, as far as the dump says.

        Raises:
            UnreadableError: the cluster has another shape.
        """
        if cluster not in self._found:
            self._found[cluster] = list(self._faults(cluster))
        return self._found[cluster]

    def _faults(self, name: str) -> Iterator[Finding]:
        parts = self._parts
        if parts.clusters is None:
            yield unknown("no-clusters", "the dump has no clusters", "collect it again, whole")
            return
        cluster = parts.clusters.get(name)
        if cluster is None:
            yield down("guard-hidden", f"the proxy has no cluster `{shown(name)}`", _HIDDEN)
            return
        if name in parts.warming:
            yield unknown("guard-warming", f"cluster `{shown(name)}` is not in use yet")
        if name in parts.refused:
            yield unknown("update-refused", f"the proxy refused an update of `{shown(name)}`")
        if not _speaks_http2(cluster):
            said = f"cluster `{shown(name)}` does not speak HTTP/2, so no gRPC"
            yield down("guard-no-grpc", said, "name the port of the guard's Service `grpc`")
        yield from self._endpoints(name, cluster)

    def _endpoints(self, name: str, cluster: Tree) -> Iterator[Finding]:
        if "load_assignment" in cluster:
            known = tree(cluster, "load_assignment")
        elif self._parts.endpoints is not None and name in self._parts.endpoints:
            known = self._parts.endpoints[name]
        else:
            return
        if not any(_is_usable(each) for group in trees(known, "endpoints") for each in _of(group)):
            said = f"cluster `{shown(name)}` has no endpoint that is ready"
            yield down("guard-unreachable", said, "start the guard's pods")


def _of(group: Tree) -> list[Tree]:
    return trees(group, "lb_endpoints")


def _is_usable(endpoint: Tree) -> bool:
    return text(endpoint, "health_status") in _USABLE


def _speaks_http2(cluster: Tree) -> bool:
    options = tree(tree(cluster, "typed_extension_protocol_options"), _OPTIONS)
    return (
        "http2_protocol_options" in tree(options, "explicit_http_config")
        or "http2_protocol_options" in cluster
    )
