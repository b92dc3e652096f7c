"""Leases of `coordination.k8s.io`: which replicas of the guard there are, and which of them writes.

Each replica renews a lease of its own, which also names the policy that it runs. One more lease
belongs to the replica that writes the status of policy objects.

Nobody compares clocks. A lease has expired when its renew time has not changed for its duration, as
measured by the monotonic clock of who looks. A writer that was only slow writes beside the next one
for a while, which does no harm: both apply the same values as the same field manager.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from extauthz.policies.kubernetes_api import Api

Lease = dict[str, Any]

API: Final = "coordination.k8s.io/v1"
WRITER: Final = "phiguard-policy-status"
SECONDS: Final = 30
"""How long a lease lasts after it was renewed."""
LABELS: Final = {
    "app.kubernetes.io/name": "phiguard",
    "app.kubernetes.io/component": "policy-replica",
}
_DIGEST: Final = "phiguard.dev/policy"


@dataclass(frozen=True, slots=True)
class Place:
    """Who reports.

    Args:
        api: the Kubernetes API.
        namespace: of the guard, where its leases lie.
        pod: the name of this replica.
    """

    api: Api
    namespace: str
    pod: str


@dataclass(slots=True)
class Watch:
    """When each lease was last seen to change."""

    _seen: dict[str, tuple[str, float]] = field(default_factory=dict)

    def age(self, lease: Mapping[str, Any], now: float) -> float:
        """Return the seconds since the lease was seen to change; 0 when it is seen first.

        Args:
            lease: as the API gives it.
            now: seconds of the monotonic clock.
        """
        name = str(lease["metadata"]["name"])
        spec = lease.get("spec") or {}
        state = f"{spec.get('holderIdentity')} {spec.get('renewTime')}"
        known, since = self._seen.get(name, ("", now))
        if known != state:
            self._seen[name] = state, now
            return 0.0
        return now - since

    def forget(self, names: Sequence[str]) -> None:
        """Forget all leases but these."""
        self._seen = {name: self._seen[name] for name in names if name in self._seen}


def replica(place: Place, digest: str, now: str) -> Lease:
    """Return the lease by which a replica says that it is there.

    Args:
        place: of the replica.
        digest: of the policy that it runs; empty when there is none.
        now: RFC 3339 with microseconds.
    """
    return {
        "apiVersion": API,
        "kind": "Lease",
        "metadata": {
            "name": f"phiguard-replica-{place.pod}",
            "namespace": place.namespace,
            "labels": dict(LABELS),
            "annotations": {_DIGEST: digest},
        },
        "spec": {"holderIdentity": place.pod, "leaseDurationSeconds": SECONDS, "renewTime": now},
    }


def digest_of(lease: Mapping[str, Any]) -> str:
    """Return the digest of the policy that a replica runs."""
    return str((lease["metadata"].get("annotations") or {}).get(_DIGEST, ""))


def writers(
    place: Place, found: Mapping[str, Any] | None, now: str, *, expired: bool
) -> Lease | None:
    """Return the writer's lease as this replica should write it, or None when another one holds it.

    Args:
        place: of this replica.
        found: the lease as it is, or None when there is none.
        now: RFC 3339 with microseconds.
        expired: whether it was not renewed in time.
    """
    spec: dict[str, Any] = {
        "holderIdentity": place.pod,
        "leaseDurationSeconds": SECONDS,
        "renewTime": now,
    }
    if found is None:
        metadata: dict[str, Any] = {"name": WRITER, "namespace": place.namespace}
        spec |= {"acquireTime": now, "leaseTransitions": 0}
        return {"apiVersion": API, "kind": "Lease", "metadata": metadata, "spec": spec}
    before = found.get("spec") or {}
    holder = before.get("holderIdentity")
    if holder and holder != place.pod and not expired:
        return None
    if holder != place.pod:
        spec |= {
            "acquireTime": now,
            "leaseTransitions": int(before.get("leaseTransitions") or 0) + 1,
        }
    # with its resourceVersion: of two that take it over, the API server lets one
    return {**found, "spec": {**before, **spec}}
