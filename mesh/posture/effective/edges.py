"""How a proxy encrypts what it sends to each service that it knows."""

from collections.abc import Iterator
from typing import Final

from mesh.posture.effective.dump import Parts
from mesh.posture.effective.names import PARTS_OF_A_CLUSTER
from mesh.posture.effective.transport import asks_authority
from mesh.posture.effective.tree import Tree, UnreadableError, kind, shown, text, tree, trees
from mesh.posture.encryption import Edge, Encryption

_TLS: Final = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
_RAW: Final = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"
_MATCHED: Final = "envoy.transport_socket_match"
_OUTBOUND: Final = "outbound"
_DISCOVERED: Final = ("EDS", "3")

_Said = tuple[Encryption, str]


def read(parts: Parts, source: str) -> Iterator[Edge]:
    """The edges that begin at a proxy, one for each of its clusters. It is total."""
    node = parts.node
    for name, cluster in (parts.clusters or {}).items():
        named = name.split("|")
        if len(named) != PARTS_OF_A_CLUSTER or named[0] != _OUTBOUND or not named[1].isdecimal():
            continue
        try:
            encryption, said = _cluster(name, cluster, parts)
        except UnreadableError as error:
            encryption, said = Encryption.UNKNOWN, str(error)
        except RecursionError:
            encryption, said = Encryption.UNKNOWN, "the cluster is nested too deeply"
        workload = node.workload or node.pod
        host, port = shown(named[3]), int(named[1][:6])
        yield Edge(node.namespace, workload, host, port, encryption, source, said)


def _cluster(name: str, cluster: Tree, parts: Parts) -> _Said:
    """What holds for each endpoint; the worst decides."""
    matches = trees(cluster, "transport_socket_matches")
    otherwise = _socket(tree(cluster, "transport_socket"))
    if not matches:
        return otherwise
    if "load_assignment" in cluster:
        known = tree(cluster, "load_assignment")
    elif parts.endpoints is not None and name in parts.endpoints:
        known = parts.endpoints[name]
    else:
        return Encryption.UNKNOWN, "the dump has no endpoints; take it with `?include_eds`"
    found = [
        _endpoint(each, matches, otherwise)
        for group in trees(known, "endpoints")
        for each in trees(group, "lb_endpoints")
    ]
    worst = tuple(Encryption)
    nobody = (Encryption.UNKNOWN, "no endpoint is there")
    return min(found, key=lambda each: worst.index(each[0]), default=nobody)


def _endpoint(endpoint: Tree, matches: list[Tree], otherwise: _Said) -> _Said:
    """The first socket whose labels an endpoint has all, as Envoy chooses it."""
    labels = tree(tree(tree(endpoint, "metadata"), "filter_metadata"), _MATCHED)
    for each in matches:
        wanted = tree(each, "match")
        if all(labels.get(key) == value for key, value in wanted.items()):
            return _socket(tree(each, "transport_socket"))
    return otherwise


def _socket(socket: Tree) -> _Said:
    config = tree(socket, "typed_config")
    found = kind(config)
    if not socket or found == _RAW:
        return Encryption.PLAINTEXT, "an endpoint is called in plain text"
    if found != _TLS:
        raise UnreadableError(f"transport socket `{shown(found)}` is not known")
    common = tree(config, "common_tls_context")
    presents = (
        trees(common, "tls_certificate_sds_secret_configs"), trees(common, "tls_certificates")
    )  # fmt: skip
    if not any(presents):
        return Encryption.TLS, "the proxy presents no certificate"
    if not asks_authority(common):
        return Encryption.TLS, "the proxy does not verify the certificate of its peer"
    authority = text(config, "sni")
    return Encryption.MTLS, f"both have a certificate (`{shown(authority)}`)"
