"""The HTTP filters of a connection manager, in their order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mesh.istio import codec_errors
from mesh.posture.effective.finding import Finding, unknown
from mesh.posture.effective.tree import (
    Tree,
    UnreadableError,
    flag,
    kind,
    only,
    plain,
    text,
    tree,
    trees,
)

ROUTER: Final = "envoy.extensions.filters.http.router.v3.Router"

_DEEPEST: Final = 40
_ENVOY: Final = "envoy.extensions.filters.http."
HARMLESS: Final = frozenset(
    {
        *(
            _ENVOY + each
            for each in (
                "adaptive_concurrency.v3.AdaptiveConcurrency",
                "admission_control.v3.AdmissionControl",
                "api_key_auth.v3.ApiKeyAuth",
                "bandwidth_limit.v3.BandwidthLimit",
                "basic_auth.v3.BasicAuth",
                "buffer.v3.Buffer",
                "compressor.v3.Compressor",
                "cors.v3.Cors",
                "csrf.v3.CsrfPolicy",
                "decompressor.v3.Decompressor",
                "fault.v3.HTTPFault",
                "grpc_http1_bridge.v3.Config",
                "grpc_stats.v3.FilterConfig",
                "grpc_web.v3.GrpcWeb",
                "header_mutation.v3.HeaderMutation",
                "health_check.v3.HealthCheck",
                "jwt_authn.v3.JwtAuthentication",
                "local_ratelimit.v3.LocalRateLimit",
                "original_src.v3.OriginalSrc",
                "ratelimit.v3.RateLimit",
                "rbac.v3.RBAC",
                "stateful_session.v3.StatefulSession",
            )
        ),
        # of Istio's own build of Envoy
        "io.istio.http.peer_metadata.Config",
        "istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig",
        "istio.envoy.config.filter.http.authn.v2alpha1.FilterConfig",
        "stats.PluginConfig",
    }
)
"""Types of filters that hand each message on, or refuse it, and send it nowhere else."""


@dataclass(frozen=True, slots=True)
class HttpFilter:
    """One filter.

    Args:
        name: by which routes override it.
        kind: type of its configuration, without a prefix; empty when it is discovered elsewhere.
        skipped: a finding where a matcher may skip it.
    """

    place: int
    name: str
    kind: str
    config: Tree
    disabled: bool
    skipped: Finding | None = None

    @property
    def is_harmless(self) -> bool:
        """Whether a message can only go on to the next filter, or end here."""
        return self.disabled or self.kind in HARMLESS


_FIELDS: Final = frozenset({"name", "typed_config", "config_discovery", "is_optional", "disabled"})
_MATCHED: Final = frozenset({"@type", "extension_config", "xds_matcher"})


def read(filters: list[Tree]) -> list[HttpFilter]:
    """The filters up to the router, and those behind it.

    Raises:
        UnreadableError: one has a field that is not known, or one of another type.
    """
    return [_read(place, each) for place, each in enumerate(filters)]


def of(place: Tree, key: str) -> list[HttpFilter]:
    """The filters of the list at `key`.

    Raises:
        UnreadableError: as `read`.
    """
    return read(trees(place, key))


def _read(place: int, entry: Tree) -> HttpFilter:
    only(entry, _FIELDS, "an HTTP filter")
    name, disabled = text(entry, "name"), flag(entry, "disabled")
    if not name:
        raise UnreadableError("an HTTP filter has no name")
    config = plain(tree(entry, "typed_config"))
    if kind(config) != codec_errors.MATCHED_FILTER:
        return HttpFilter(place, name, kind(config), config, disabled)
    inner = plain(tree(tree(config, "extension_config"), "typed_config"))
    skipped = None
    if config.keys() - _MATCHED or not _is_ours(tree(config, "xds_matcher")):
        skipped = unknown("skipped", "a matcher that is not known can skip the guard's filter")
    return HttpFilter(place, name, kind(inner), inner, disabled, skipped)


def _is_ours(matcher: Tree) -> bool:
    """Whether a matcher is the one that `istio render` writes."""
    return _texts(matcher) == _texts(codec_errors.matcher())


def _texts(value: object, depth: int = 0) -> object:
    """The same value with each scalar as text: a dump writes whole numbers as text."""
    if depth > _DEEPEST:
        raise UnreadableError("`xds_matcher` is nested too deeply")
    if isinstance(value, Mapping):
        return {key: _texts(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list):
        return [_texts(part, depth + 1) for part in value]
    return str(value)
