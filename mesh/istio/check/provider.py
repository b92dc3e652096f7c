"""Check that the mesh's ext_authz provider holds a message until the guard has answered."""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check import guard_options
from mesh.istio.check.durations import seconds
from mesh.istio.check.view import Mesh
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_EXT_AUTHZ: Final = ("envoy_ext_authz_grpc", "envoy_ext_authz_http")
_HOLE, _REFUSAL = Severity.HOLE, Severity.REFUSAL

UNREGISTERED = Rule(
    "provider-not-registered",
    _REFUSAL,
    "istiod refuses every request of a policy whose provider it does not know",
)
PREFIX = Rule(
    "provider-name-prefix",
    _HOLE,
    "Istio compares providers by prefix, so the one also answers for policies of the other",
)
DUPLICATE = Rule(
    "provider-name-twice", _HOLE, "only one of the two is used, and it may be the looser one"
)
HTTP = Rule("provider-http", _REFUSAL, "the guard speaks gRPC, so no check gets an answer")
FAIL_OPEN = Rule("provider-fail-open", _HOLE, "PHI passes while the guard is down")
NO_TIMEOUT = Rule(
    "provider-no-timeout", _REFUSAL, "Envoy waits 600 s for an answer, and each request with it"
)
SHORT_TIMEOUT = Rule(
    "provider-timeout-short", _REFUSAL, "Envoy refuses messages that the guard is still reading"
)
ROUTE_CACHE = Rule(
    "provider-clear-route-cache",
    Severity.ADVICE,
    "istiod does not write it into Envoy's configuration, so no request is routed again",
)
NO_BODY = Rule("provider-no-body", _HOLE, "the guard sees headers only, and bodies pass unread")
NO_LIMIT = Rule("provider-body-limit-missing", _REFUSAL, "Envoy rejects the whole listener")
PARTIAL = Rule("provider-partial-body", _HOLE, "bytes beyond the limit pass unread")
AS_TEXT = Rule(
    "provider-body-as-text",
    _HOLE,
    "Envoy alters bodies that are not UTF-8, so the guard does not read what the receiver gets",
)
OVER_GUARD = Rule(
    "provider-body-over-guard",
    _REFUSAL,
    "the guard takes a body that fills its own limit for one that was cut off",
)
OVER_BUFFER = Rule(
    "provider-body-over-buffer",
    _REFUSAL,
    "a filter that holds whole messages refuses what is longer than its buffer with 413",
)
STATUS = Rule(
    "provider-status-on-error",
    _REFUSAL,
    "a client takes a request that nobody judged, and nobody served, for answered",
)
SEVERAL = Rule(
    "policy-several-providers",
    _REFUSAL,
    "Istio asks one provider a workload, and refuses every request that two of them match",
)

RULES = (
    UNREGISTERED, PREFIX, DUPLICATE, HTTP, FAIL_OPEN, NO_TIMEOUT, SHORT_TIMEOUT, ROUTE_CACHE,
    NO_BODY, NO_LIMIT, PARTIAL, AS_TEXT, OVER_GUARD, OVER_BUFFER, STATUS, SEVERAL,
)  # fmt: skip

_BUFFER: Final = 1024 * 1024  # Envoy's default `per_connection_buffer_limit_bytes`
_SEVERAL_ALLOWED: Final = "pilot_enable_multiple_custom_authz_providers"


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Every problem of the guard's provider, in every mesh configuration."""
    for document in mesh.kind("MeshConfig"):
        providers = document.spec.at("extension_providers")
        authorizers = [
            entry for entry in providers if any(not entry.at(kind).missing for kind in _EXT_AUTHZ)
        ]
        mine = [entry for entry in authorizers if entry.at("name").text == mesh.provider]
        if not mine:
            message = f"no ext_authz provider `{mesh.provider}`"
            yield problem(
                UNREGISTERED, document, providers, message, "add it to extensionProviders"
            )
        if len(mine) > 1:
            message = f"two providers have the name `{mesh.provider}`"
            yield problem(DUPLICATE, document, mine[1].at("name"), message, "remove one of the two")
        for entry in mine:
            yield from _settings(mesh, document, entry)
        yield from _prefixes(mesh.provider, document, authorizers)
    yield from _several(mesh)


def _prefixes(provider: str, document: MeshObject, entries: list[Node]) -> Iterator[IstioProblem]:
    for entry in entries:
        name = entry.at("name").text
        if name != provider and (name.startswith(provider) or provider.startswith(name)):
            short, long = sorted((name, provider), key=len)
            message = f"provider `{short}` is a prefix of `{long}`"
            yield problem(PREFIX, document, entry.at("name"), message, "rename one of the two")


def _settings(mesh: Mesh, document: MeshObject, entry: Node) -> Iterator[IstioProblem]:
    provider, grpc = mesh.provider, entry.at("envoy_ext_authz_grpc")
    if grpc.missing:
        http = entry.at("envoy_ext_authz_http")
        message = f"provider `{provider}` speaks HTTP"
        yield problem(HTTP, document, http, message, "use envoyExtAuthzGrpc")
        return
    if grpc.at("fail_open").is_true:
        message = f"provider `{provider}` has failOpen true"
        yield problem(FAIL_OPEN, document, grpc.at("fail_open"), message, "set failOpen: false")
    yield from _timeout(mesh, document, grpc)
    if grpc.at("clear_route_cache").is_true:
        message = f"provider `{provider}` sets clearRouteCache"
        cure = "remove it and rely on no second routing"
        yield problem(ROUTE_CACHE, document, grpc.at("clear_route_cache"), message, cure)
    status = grpc.at("status_on_error")
    if status.text and status.text[:1] not in ("4", "5"):
        message = f"provider `{provider}` answers {status.text} while the guard is down"
        yield problem(STATUS, document, status, message, 'set statusOnError: "503"')
    yield from _body(mesh, document, grpc.at("include_request_body_in_check"))


def _timeout(mesh: Mesh, document: MeshObject, grpc: Node) -> Iterator[IstioProblem]:
    timeout = grpc.at("timeout")
    if timeout.missing:
        message = f"provider `{mesh.provider}` sets no timeout"
        yield problem(NO_TIMEOUT, document, timeout, message, "set timeout: 2s")
        return
    given, limit = seconds(timeout.text), grpc.at("include_request_body_in_check")
    body = limit.at("max_request_bytes").number
    needed = guard_options.of(mesh).deadline(_BUFFER if body is None else body)
    if given is None or given < needed:
        message = (
            f"provider `{mesh.provider}` has timeout {timeout.text}, "
            f"and a scan with its proof may take {needed:g} s"
        )
        cure = f"set timeout: {needed:g}s, or --scan-seconds of the guard lower"
        yield problem(SHORT_TIMEOUT, document, timeout, message, cure)


def _body(mesh: Mesh, document: MeshObject, body: Node) -> Iterator[IstioProblem]:
    provider = mesh.provider
    if body.missing:
        message = f"provider `{provider}` sends no body"
        yield problem(NO_BODY, document, body, message, "set includeRequestBodyInCheck")
        return
    limit, partial = body.at("max_request_bytes"), body.at("allow_partial_message")
    if limit.text in ("", "0"):
        message = f"provider `{provider}` sets no maxRequestBytes"
        yield problem(NO_LIMIT, document, limit, message, "set maxRequestBytes: 1048576")
    elif limit.number is not None:
        yield from _limit(mesh, document, limit, limit.number)
    if partial.is_true:
        message = f"provider `{provider}` has allowPartialMessage true"
        yield problem(PARTIAL, document, partial, message, "set allowPartialMessage: false")
    packed = body.at("pack_as_bytes")
    if not packed.is_true:
        message = f"provider `{provider}` has packAsBytes false"
        yield problem(AS_TEXT, document, packed, message, "set packAsBytes: true")


def _limit(mesh: Mesh, document: MeshObject, limit: Node, number: int) -> Iterator[IstioProblem]:
    options = guard_options.of(mesh)
    if mesh.guard_workloads and number != options.request_bytes:
        message = (
            f"maxRequestBytes is {limit.text}, and the guard's --max-request-bytes "
            f"{options.request_bytes}"
        )
        yield problem(OVER_GUARD, document, limit, message, "set both to the same number")
    if number > _BUFFER and any(_holds_requests(each) for each in mesh.filters):
        message = f"maxRequestBytes is {limit.text}, and a filter holds requests of 1 MiB at most"
        cure = f"set maxRequestBytes: {_BUFFER}, and label workloads with long bodies `streaming`"
        yield problem(OVER_BUFFER, document, limit, message, cure)


def _holds_requests(document: MeshObject) -> bool:
    modes = document.spec.everywhere("processing_mode")
    return any(mode.at("request_body_mode").text in ("BUFFERED", "2") for mode in modes)


def _several(mesh: Mesh) -> Iterator[IstioProblem]:
    values = mesh.kind("MeshValues")
    if any(d.spec.at("pilot", "env", _SEVERAL_ALLOWED).is_true for d in values):
        return
    others = [
        document
        for document in mesh.kind("AuthorizationPolicy")
        if document.spec.at("action").text == "CUSTOM" and document not in mesh.policies
    ]
    for other in others:
        for policy in mesh.policies:
            if _share_workloads(mesh, policy, other):
                name = other.spec.at("provider", "name")
                message = f"its workloads are those of {policy.title} too, with another provider"
                cure = (
                    "let one provider ask the other, or set "
                    f"{_SEVERAL_ALLOWED.upper()} on istiod (Istio 1.30 or later)"
                )
                yield problem(SEVERAL, other, name, message, cure)
                break


def _share_workloads(mesh: Mesh, policy: MeshObject, other: MeshObject) -> bool:
    if not policy.namespace or not other.namespace:
        return False
    selector = ("selector", "match_labels")
    if not policy.spec.at(*selector).missing and not other.spec.at(*selector).missing:
        return any(mesh.checks(policy, w) and mesh.checks(other, w) for w in mesh.workloads)
    plain = all(each.spec.at("target_refs").missing for each in (policy, other))
    root = mesh.root in (policy.namespace, other.namespace)
    return plain and (policy.namespace == other.namespace or root)
