"""Check that the mesh's ext_authz provider holds a message until the guard has answered."""

from collections.abc import Iterator

from mesh.istio.problem import IstioProblem, problem
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node

_EXT_AUTHZ = ("envoy_ext_authz_grpc", "envoy_ext_authz_http")


def check(snapshot: MeshSnapshot, provider: str) -> Iterator[IstioProblem]:
    """Every problem of the provider with this name, in every mesh configuration."""
    for document in snapshot.kind("MeshConfig"):
        entries = list(document.spec.at("extension_providers"))
        authorizers = [
            entry for entry in entries if any(not entry.at(kind).missing for kind in _EXT_AUTHZ)
        ]
        mine = [entry for entry in authorizers if entry.at("name").text == provider]
        if not mine:
            yield problem(
                document, f"no ext_authz provider `{provider}`", "add it to extensionProviders"
            )
        for entry in mine:
            yield from _settings(document, provider, entry)
        yield from _prefixes(document, provider, [entry.at("name").text for entry in authorizers])


def _prefixes(document: MeshObject, provider: str, names: list[str]) -> Iterator[IstioProblem]:
    for name in names:
        if name != provider and (name.startswith(provider) or provider.startswith(name)):
            short, long = sorted((name, provider), key=len)
            message = (
                f"provider `{short}` is a prefix of `{long}`, "
                "so Istio also calls it for that provider's policies"
            )
            yield problem(document, message, "rename one of the two")


def _settings(document: MeshObject, provider: str, entry: Node) -> Iterator[IstioProblem]:
    grpc = entry.at("envoy_ext_authz_grpc")
    if grpc.missing:
        yield problem(
            document,
            f"provider `{provider}` speaks HTTP",
            "the guard speaks gRPC: use envoyExtAuthzGrpc",
        )
        return
    if grpc.at("fail_open").is_true:
        message = f"provider `{provider}` has failOpen true: PHI passes while the guard is down"
        yield problem(document, message, "set failOpen: false")
    if grpc.at("timeout").missing:
        yield problem(
            document, f"provider `{provider}` sets no timeout: Envoy waits 600 s", "set timeout: 2s"
        )
    if grpc.at("clear_route_cache").is_true:
        message = (
            f"provider `{provider}` sets clearRouteCache, "
            "which istiod does not write into Envoy's configuration"
        )
        yield problem(document, message, "remove it and rely on no second routing")
    yield from _body(document, provider, grpc.at("include_request_body_in_check"))


def _body(document: MeshObject, provider: str, body: Node) -> Iterator[IstioProblem]:
    if body.missing:
        message = f"provider `{provider}` sends no body: the guard sees headers only"
        yield problem(document, message, "set includeRequestBodyInCheck")
        return
    if body.at("max_request_bytes").text in ("", "0"):
        message = f"provider `{provider}` sets no maxRequestBytes, and Envoy rejects the filter"
        yield problem(document, message, "set maxRequestBytes: 1048576")
    if body.at("allow_partial_message").is_true:
        message = (
            f"provider `{provider}` has allowPartialMessage true: "
            "bytes beyond the limit pass unread"
        )
        yield problem(document, message, "set allowPartialMessage: false")
    if not body.at("pack_as_bytes").is_true:
        message = (
            f"provider `{provider}` has packAsBytes false: Envoy alters bodies that are not UTF-8"
        )
        yield problem(document, message, "set packAsBytes: true")
