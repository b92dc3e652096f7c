"""A claim, its volume and its class, as `kubectl get storageclass,pv,pvc -A -o json` prints them."""

CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "fast", "creationTimestamp": "2026-01-01T08:00:00Z"},
    "provisioner": "ebs.csi.aws.com",
    "parameters": {"type": "gp3", "encrypted": "true"},
    "volumeBindingMode": "WaitForFirstConsumer",
}
VOLUME = {
    "apiVersion": "v1",
    "kind": "PersistentVolume",
    "metadata": {
        "name": "pvc-1",
        "creationTimestamp": "2026-02-01T08:00:00Z",
        "annotations": {"pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com"},
    },
    "spec": {
        "claimRef": {"kind": "PersistentVolumeClaim", "namespace": "ehr", "name": "data-pg-0"},
        "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-0"},
        "storageClassName": "fast",
    },
    "status": {"phase": "Bound"},
}
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data-pg-0", "namespace": "ehr"},
    "spec": {"storageClassName": "fast", "volumeName": "pvc-1"},
    "status": {"phase": "Bound"},
}
