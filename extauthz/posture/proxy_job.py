"""A Job that collects the config dumps of all proxies, for clusters whose admins want that.

It is off by default, because of its role: `pods/exec` lets it run any command in any pod. It asks
each proxy for its own configuration, and writes the answers to a volume.
"""

from typing import Final

from mesh.istio.manifest import Manifest, manifest, to_yaml

NAME: Final = "phiguard-posture-proxies"
_RBAC: Final = "rbac.authorization.k8s.io"
_SCRIPT: Final = """\
set -u
cd /dumps
date -u +'{"at":"%Y-%m-%dT%H:%M:%SZ"}' > collected.json
kubectl get pods -A --field-selector=status.phase=Running -o \
'jsonpath={range .items[*]}{.metadata.namespace}{" "}{.metadata.name}{" "}\
{.spec.containers[*].name}{" "}{.spec.initContainers[*].name}{"\\n"}{end}' |
while read -r namespace pod containers; do
  case " $containers " in *" istio-proxy "*) ;; *) continue ;; esac
  kubectl exec -n "$namespace" "$pod" -c istio-proxy </dev/null -- \
pilot-agent request GET 'config_dump?include_eds' > "$namespace.$pod.json" || \
rm -f "$namespace.$pod.json"
done
"""


def manifests(image: str, namespace: str) -> str:
    """Return the objects as YAML, with what they allow as a comment.

    Args:
        image: has a shell and kubectl.
        namespace: for the Job; Istio's root namespace.
    """
    rules = [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]},
    ]
    here = {"name": NAME, "namespace": namespace}
    objects: list[Manifest] = [
        manifest("v1", "ServiceAccount", here),
        manifest(f"{_RBAC}/v1", "ClusterRole", {"name": NAME}, rules=rules),
        manifest(
            f"{_RBAC}/v1",
            "ClusterRoleBinding",
            {"name": NAME},
            roleRef={"apiGroup": _RBAC, "kind": "ClusterRole", "name": NAME},
            subjects=[{"kind": "ServiceAccount", **here}],
        ),
        manifest("v1", "PersistentVolumeClaim", here, spec=_claim()),
        manifest("batch/v1", "Job", here, spec=_job(image)),
    ]
    return (
        "# POWERFUL: the role of this Job may run any command in any pod of the cluster.\n"
        "# Delete all of it when the dumps are copied: kubectl delete -f THIS_FILE\n"
        + to_yaml(objects)
    )


def _claim() -> Manifest:
    return {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10Gi"}},
    }


def _job(image: str) -> Manifest:
    container: Manifest = {
        "name": "collect",
        "image": image,
        "command": ["/bin/sh", "-c", _SCRIPT],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "dumps", "mountPath": "/dumps"}],
    }
    pod: Manifest = {
        "serviceAccountName": NAME,
        "restartPolicy": "Never",
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "fsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "dumps", "persistentVolumeClaim": {"claimName": NAME}}],
    }
    labels = {"sidecar.istio.io/inject": "false"}
    return {
        "backoffLimit": 0,
        "activeDeadlineSeconds": 1800,
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
