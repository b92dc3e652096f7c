"""Does a network ext_authz filter ask the guard before a connection passes?

istiod makes it of the same AuthorizationPolicy, for connections that are no HTTP. The guard gets no
byte of them, and refuses each connection that no rule of the policy names for TCP.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from mesh.istio.check.durations import seconds
from mesh.posture.effective import shadow
from mesh.posture.effective.ext_proc import SHORTEST
from mesh.posture.effective.finding import Finding, down, unknown
from mesh.posture.effective.tree import Tree, flag, only, shown, text, tree

KIND: Final = "envoy.extensions.filters.network.ext_authz.v3.ExtAuthz"
RBAC: Final = "envoy.extensions.filters.network.rbac.v3.RBAC"

_KNOWN: Final = frozenset(
    {
        "@type", "stat_prefix", "grpc_service", "failure_mode_allow", "include_peer_certificate",
        "transport_api_version", "filter_enabled_metadata", "bootstrap_metadata_labels_key",
        "include_tls_session", "send_tls_alert_on_denial", "shadow_mode",
    }
)  # fmt: skip


def faults(config: Tree, before: Sequence[Tree]) -> Iterator[Finding]:
    """Everything that lets a connection pass without the guard's answer.

    Args:
        config: the filter; it asks the guard.
        before: the RBAC filters before it.

    Raises:
        UnreadableError: it has a field that is not known, or one of another type.
    """
    only(config, _KNOWN, "network ext_authz")
    if flag(config, "failure_mode_allow"):
        fix = "set failOpen: false of the provider in the mesh's extensionProviders"
        yield down("failure-open", "network ext_authz is open on failure", fix, "MeshConfig")
    if flag(config, "shadow_mode"):
        yield down("observes", "network ext_authz only observes", "set shadow_mode: false")
    given = text(tree(config, "grpc_service"), "timeout") or "0.2s"
    wait = seconds(given)
    if wait is None or wait <= 0:
        yield unknown("unknown-timeout", f"network ext_authz has a timeout of {shown(given)}")
    elif wait < SHORTEST:
        said = f"network ext_authz waits {shown(given)} for the guard and then refuses"
        yield down("timeout-short", said, "set timeout: 2s of the provider")
    yield from shadow.faults(config, before, shadow.KINDS[RBAC])
