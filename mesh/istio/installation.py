"""Where one guard is installed, and the names and limits that its objects share.

This module knows no form of a Kubernetes object.
"""

import re
from dataclasses import dataclass

EXTENSION_PROVIDER = "phiguard"
"""The extension provider's name.

INVARIANT (no prefix): Istio matches providers by prefix, so no other provider's name may start with
this one.
"""

TRACING_PROVIDER = "otel-tracing"
COLLECTOR_NAMESPACE = "observability"
COLLECTOR_HOST = f"opentelemetry-collector.{COLLECTOR_NAMESPACE}.svc.cluster.local"
COLLECTOR_PORT = 4317

ROOT_NAMESPACE = "istio-system"
GUARD_PORT = 9000
HEALTH_PORT = 9001
CERTS = "/etc/istio-certs"

GUARDED_LABEL = "phiguard.dev/guarded"
"""A label with the value `true`.

A namespace with it may call the guard. The sidecar of a pod with it runs the filters.
"""

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

# matches `phiguard-system`; not `PHI_guard`
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
# matches `phiguard:0.1.0`, `phiguard@sha256:0f`; not `phi guard`
_IMAGE = re.compile(r"[\w][\w.:/@-]*", re.ASCII)


class InstallationError(ValueError):
    """A name that Kubernetes would refuse. The text is one line for the user."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the guard runs and which image it runs.

    Args:
        namespace: the guard's own namespace, a DNS label.
        image: container image, preferably with a digest.

    Raises:
        InstallationError: one of them cannot be written into a manifest.
    """

    namespace: str
    image: str

    def __post_init__(self) -> None:
        if not _DNS_LABEL.fullmatch(self.namespace):
            raise InstallationError(
                f"namespace `{self.namespace}` is not a DNS label; "
                "use a name like `phiguard-system`"
            )
        if not _IMAGE.fullmatch(self.image):
            raise InstallationError(
                f"image `{self.image}` is not an image name; use one like `phiguard:0.1.0`"
            )

    @property
    def host(self) -> str:
        """The service host of the guard."""
        return f"phiguard.{self.namespace}.svc.cluster.local"

    @property
    def cluster(self) -> str:
        """The Envoy cluster that istiod makes for the guard's port."""
        return f"outbound|{GUARD_PORT}||{self.host}"
