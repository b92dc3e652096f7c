"""What the guard may do in the cluster, where it reads its policy from Kubernetes objects.

Two roles, so that one can be granted without the other: `policies` reads the objects, and `status`
writes what became of them. The guard never writes a policy. Leases say which replicas there are,
and which of them writes; they lie in the guard's own namespace, and so does the right to them.
"""

from mesh.istio.install.names import LABELS, NAME, metadata
from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest, ManifestValue, manifest
from mesh.istio.values import PolicySource
from mesh.policy_file.custom_resource import GROUP, PLURAL

POLICIES = f"{NAME}-policies"
STATUS = f"{NAME}-policy-status"
_RBAC = "rbac.authorization.k8s.io/v1"
_RBAC_GROUP = "rbac.authorization.k8s.io"


def roles(installation: Installation) -> list[Manifest]:
    """What the guard of this installation needs: nothing, where its policy is a ConfigMap."""
    chosen = installation.values.policy
    if chosen.source is not PolicySource.KUBERNETES:
        return []
    return [
        *policy_reader(installation),
        *(status_writer(installation) if chosen.status else ()),
    ]


def policy_reader(installation: Installation) -> list[Manifest]:
    """Lets the guard read all policy objects: `--policy=kubernetes://`."""
    rule = _rule(GROUP, PLURAL, "get", "list", "watch")
    return [_cluster_role(POLICIES, rule), _cluster_binding(installation, POLICIES)]


def status_writer(installation: Installation) -> list[Manifest]:
    """Lets the guard write status and Events of policy objects: `--policy-status`."""
    leases = _rule("coordination.k8s.io", "leases", "get", "list", "create", "update", "delete")
    role = manifest(_RBAC, "Role", metadata(installation, STATUS), rules=[leases])
    binding = manifest(
        _RBAC,
        "RoleBinding",
        metadata(installation, STATUS),
        roleRef={"apiGroup": _RBAC_GROUP, "kind": "Role", "name": STATUS},
        subjects=_subjects(installation),
    )
    return [
        _cluster_role(
            STATUS, _rule(GROUP, f"{PLURAL}/status", "patch"), _rule("", "events", "create")
        ),
        _cluster_binding(installation, STATUS),
        role,
        binding,
    ]


def _cluster_role(name: str, *rules: Manifest) -> Manifest:
    return manifest(_RBAC, "ClusterRole", {"name": name, "labels": LABELS}, rules=list(rules))


def _cluster_binding(installation: Installation, name: str) -> Manifest:
    return manifest(
        _RBAC,
        "ClusterRoleBinding",
        {"name": name, "labels": LABELS},
        roleRef={"apiGroup": _RBAC_GROUP, "kind": "ClusterRole", "name": name},
        subjects=_subjects(installation),
    )


def _subjects(installation: Installation) -> list[ManifestValue]:
    return [{"kind": "ServiceAccount", "name": NAME, "namespace": installation.namespace}]


def _rule(group: str, resource: str, *verbs: str) -> Manifest:
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}
