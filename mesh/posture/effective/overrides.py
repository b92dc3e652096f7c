"""Does a route take the guard off its way?"""

from collections.abc import Iterator
from typing import Final

from mesh.message.facts import Direction
from mesh.posture.effective import ext_authz, ext_proc
from mesh.posture.effective.finding import Finding, down, unknown
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.routes import Override
from mesh.posture.effective.service import asks_other
from mesh.posture.effective.tree import Tree, flag, kind, only, shown, tree

_WRAPPED: Final = "envoy.config.route.v3.FilterConfig"
_AUTHZ: Final = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute"
_PROC: Final = "envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute"
_DISABLED: Final = frozenset({"@type", "disabled"})
_CHECK: Final = frozenset(
    {"context_extensions", "disable_request_body_buffering", "with_request_body", "grpc_service"}
)
_OVERRIDES: Final = frozenset(
    {
        "processing_mode", "request_attributes", "response_attributes", "grpc_service",
        "metadata_options", "grpc_initial_metadata", "failure_mode_allow",
    }
)  # fmt: skip
_FIX: Final = "remove typed_per_filter_config; exempt in the guard's policy"


def faults(override: Override, half: Direction, guard: GuardNames) -> Iterator[Finding]:
    """Findings of an override of one of the guard's filters, for one half of the exchange.

    Raises:
        UnreadableError: it has a field that is not known, or one of another type.
    """
    for each in _faults(override.config, half, guard):
        yield each.within(f"route `{override.route}`")


def _faults(config: Tree, half: Direction, guard: GuardNames) -> Iterator[Finding]:
    found = kind(config)
    if flag(config, "disabled"):
        yield down("route-override", "it switches the guard's filter off", _FIX)
    elif found == _WRAPPED:
        only(config, frozenset({"@type", "disabled", "is_optional", "config"}), found)
        inner = tree(config, "config")
        if kind(inner) == _WRAPPED:
            yield unknown("unknown-override", "it overrides an override")
        elif inner:
            yield from _faults(inner, half, guard)
    elif found == _AUTHZ:
        only(config, _DISABLED | {"check_settings"}, found)
        yield from _check(tree(config, "check_settings"), guard)
    elif found == _PROC:
        only(config, _DISABLED | {"overrides"}, found)
        yield from _processing(tree(config, "overrides"), half, guard)
    else:
        yield unknown("unknown-override", f"it has an override of type `{shown(found)}`", _FIX)


def _check(settings: Tree, guard: GuardNames) -> Iterator[Finding]:
    only(settings, _CHECK, "check_settings")
    if flag(settings, "disable_request_body_buffering"):
        yield down("route-override", "the guard sees no body there", _FIX)
    if "with_request_body" in settings:
        yield from ext_authz.body_faults(tree(settings, "with_request_body"))
    if "grpc_service" in settings:
        yield from asks_other(settings, "ext_authz", guard)


def _processing(settings: Tree, half: Direction, guard: GuardNames) -> Iterator[Finding]:
    only(settings, _OVERRIDES, "the overrides of ext_proc")
    if flag(settings, "failure_mode_allow"):
        yield down("route-override", "ext_proc is open on failure there", _FIX)
    if "processing_mode" in settings:
        yield from ext_proc.mode_faults(tree(settings, "processing_mode"), half)
    if "grpc_service" in settings:
        yield from asks_other(settings, "ext_proc", guard)
