"""Where one guard is installed, and the names and limits that its objects share.

This module knows no form of a Kubernetes object.
"""

import re
from dataclasses import dataclass, field

from mesh.istio.values import DNS_LABEL, IMAGE, Values

EXTENSION_PROVIDER = "phiguard"
"""The extension provider's name.

INVARIANT (no prefix): Istio matches providers by prefix, so no other provider's name may start with
this one.
"""

TRACING_PROVIDER = "otel-tracing"

ROOT_NAMESPACE = Values().mesh.root_namespace
"""The mesh's root namespace, where an admin has not chosen another."""

GUARD_PORT = 9000
HEALTH_PORT = 9001
METRICS_PORT = 9002
HTTP_PORT = 9003
CERTS = "/etc/istio-certs"

GUARDED_LABEL = "phiguard.dev/guarded"
"""A label with the value `true`.

A namespace with it may call the guard. The sidecar of a pod with it runs the filters.
"""

CANARY_LABEL = "phiguard.dev/canary"
"""A namespace with this label and the value `true` lets canaries in."""

STREAMING = "streaming"
"""The label's other value, for a pod with long bodies or streams: its filters stream them."""

MAX_BODY_BYTES = 1_048_576
"""Bytes of request body that Envoy passes on; a larger request is refused with 413.

This is also Envoy's default buffer limit.
"""

DEADLINE = "2s"
"""How long Envoy waits for the answer to a check. The guard's own scan deadline must be shorter."""

MESSAGE_DEADLINE = "20s"
"""How long Envoy waits for the answer to a message of ext_proc.

A body there may be longer than `MAX_BODY_BYTES`. A scan of 8 MiB and its proof take 16 s at most.
"""


class InstallationError(ValueError):
    """A name that Kubernetes would refuse. The text is one line for the user."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the guard runs, which image it runs, and what its admin chose.

    Args:
        namespace: the guard's own namespace, a DNS label.
        image: container image, preferably with a digest.
        values: everything else.

    Raises:
        InstallationError: one of them cannot be written into a manifest.
    """

    namespace: str
    image: str
    values: Values = field(default=Values())

    def __post_init__(self) -> None:
        if not re.search(DNS_LABEL, self.namespace):
            raise InstallationError(
                f"namespace `{self.namespace}` is not a DNS label; "
                "use a name like `phiguard-system`"
            )
        if not re.search(IMAGE, self.image):
            raise InstallationError(
                f"image `{self.image}` is not an image name; use one like `phiguard:0.1.0`"
            )
        if self.namespace in self.values.guarded_namespaces:
            raise InstallationError(
                f"namespace `{self.namespace}` is the guard's own, and cannot be guarded: the "
                "guard would wait for its own answer; take it out of guardedNamespaces"
            )
        if self.root_namespace in self.values.guarded_namespaces:
            raise InstallationError(
                f"namespace `{self.root_namespace}` is the mesh's root namespace: what guards it "
                "would apply to the whole mesh; take it out of guardedNamespaces"
            )

    @property
    def host(self) -> str:
        """The service host of the guard."""
        return f"phiguard.{self.namespace}.svc.{self.values.mesh.cluster_domain}"

    @property
    def cluster(self) -> str:
        """The Envoy cluster that istiod makes for the guard's port."""
        return f"outbound|{GUARD_PORT}||{self.host}"

    @property
    def collector_host(self) -> str:
        """The service host of the OpenTelemetry collector."""
        collector = self.values.collector
        return f"{collector.service}.{collector.namespace}.svc.{self.values.mesh.cluster_domain}"

    @property
    def root_namespace(self) -> str:
        """The mesh's root namespace."""
        return self.values.mesh.root_namespace
