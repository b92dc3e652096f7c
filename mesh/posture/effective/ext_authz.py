"""Does an ext_authz filter hold each request back until the guard has judged it?"""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check.durations import seconds
from mesh.posture.effective.ext_proc import SHORTEST
from mesh.posture.effective.finding import Finding, down, unknown
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.service import asks_other
from mesh.posture.effective.tree import Tree, flag, number, only, shown, text, tree

KIND: Final = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"

_KNOWN: Final = frozenset(
    {
        "@type", "grpc_service", "http_service", "transport_api_version", "failure_mode_allow",
        "failure_mode_allow_header_add", "with_request_body", "clear_route_cache",
        "status_on_error", "validate_mutations", "metadata_context_namespaces",
        "typed_metadata_context_namespaces", "route_metadata_context_namespaces",
        "route_typed_metadata_context_namespaces", "filter_enabled", "filter_enabled_metadata",
        "deny_at_disable", "include_peer_certificate", "stat_prefix",
        "bootstrap_metadata_labels_key", "allowed_headers", "disallowed_headers",
        "include_tls_session", "charge_cluster_response_stats", "encode_raw_headers",
        "decoder_header_mutation_rules", "enable_dynamic_metadata_ingestion", "filter_metadata",
        "emit_filter_state_stats", "max_denied_response_body_bytes",
        "enforce_response_header_limits", "shadow_mode",
    }
)  # fmt: skip
_BODY: Final = frozenset({"max_request_bytes", "allow_partial_message", "pack_as_bytes"})
_ALL: Final = {"HUNDRED": 100, "": 100, "TEN_THOUSAND": 10_000, "MILLION": 1_000_000}
_MESH: Final = "MeshConfig"
_IN_MESH_CONFIG: Final = "of the provider in the mesh's extensionProviders"


def faults(config: Tree, guard: GuardNames) -> Iterator[Finding]:
    """Everything that lets a request pass, or keeps the guard from judging it.

    `filter_enabled_metadata` is not judged here: see `shadow`.

    Raises:
        UnreadableError: it has a field that is not known, or one of another type.
    """
    only(config, _KNOWN, "ext_authz")
    yield from asks_other(config, "ext_authz", guard)
    if flag(config, "failure_mode_allow"):
        fix = f"set failOpen: false {_IN_MESH_CONFIG}"
        yield down("failure-open", "ext_authz is open on failure", fix, _MESH)
    if flag(config, "shadow_mode"):
        yield down("observes", "ext_authz only observes", "set shadow_mode: false")
    for key in ("allowed_headers", "disallowed_headers"):
        if config.get(key) is not None:  # also an empty list hides headers
            text_ = "ext_authz does not show the guard all headers"
            yield down("headers-withheld", text_, f"remove {key}")
    yield from _enabled(config)
    yield from body_faults(tree(config, "with_request_body"))
    yield from _timeout(config)


def body_faults(settings: Tree) -> Iterator[Finding]:
    """Everything that keeps a part of the body from the guard.

    Raises:
        UnreadableError: it has a field that is not known, or one of another type.
    """
    only(settings, _BODY, "with_request_body")
    if number(settings, "max_request_bytes") <= 0:
        fix = f"set includeRequestBodyInCheck {_IN_MESH_CONFIG}"
        yield down("no-body", "ext_authz gives the guard no body", fix, _MESH)
    elif not flag(settings, "pack_as_bytes"):
        fix = f"set packAsBytes: true {_IN_MESH_CONFIG}"
        yield down("body-changed", "ext_authz changes bodies that are no UTF-8", fix, _MESH)
    if flag(settings, "allow_partial_message"):
        fix = f"set allowPartialMessage: false {_IN_MESH_CONFIG}"
        yield down("partial-body", "ext_authz lets the rest of a long body pass unread", fix, _MESH)


def _enabled(config: Tree) -> Iterator[Finding]:
    if "filter_enabled" not in config:
        return
    enabled = tree(config, "filter_enabled")
    share = tree(enabled, "default_value")
    of = _ALL.get(text(share, "denominator"))
    if of is None:
        yield unknown("unknown-share", "ext_authz is on for an unknown share of the requests")
    elif number(share, "numerator") < of:
        fix = "remove filter_enabled"
        yield down("partly-enabled", "ext_authz is on for a part of the requests", fix)
    elif text(enabled, "runtime_key"):
        yield unknown("runtime-key", "a runtime value can switch ext_authz off")


def _timeout(config: Tree) -> Iterator[Finding]:
    given = text(tree(config, "grpc_service"), "timeout") or "0.2s"
    wait = seconds(given)
    if wait is None or wait <= 0:
        yield unknown("unknown-timeout", f"ext_authz has a timeout of {shown(given)}")
    elif wait < SHORTEST:
        said = f"ext_authz waits {shown(given)} for the guard and then refuses"
        yield down("timeout-short", said, f"set timeout: 2s {_IN_MESH_CONFIG}", _MESH)
