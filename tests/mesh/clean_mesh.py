"""A mesh in which everything is right: the guard, one guarded namespace, and what Istio adds.

Each seed of `tests/mesh/istio/check/seeds/` breaks one thing of it.
"""

from mesh.istio.installation import Installation
from mesh.istio.manifest import manifest, to_yaml
from mesh.istio.mesh_wide import mesh_config
from mesh.istio.render import files
from mesh.istio.values import Mllp, Values

NAMESPACE = "clinic"

_CLUSTER = """\
apiVersion: v1
kind: Namespace
metadata:
  name: clinic
  labels:
    istio-injection: enabled
    phiguard.dev/guarded: "true"
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ehr, namespace: clinic}
spec:
  selector: {matchLabels: {app: ehr}}
  template:
    metadata:
      labels:
        app: ehr
        phiguard.dev/guarded: "true"
      annotations: {team: records}
    spec:
      securityContext: {runAsUser: 1000}
      containers:
      - name: ehr
        image: ehr:1
        ports: [{name: http, containerPort: 8080}, {name: hl7, containerPort: 2575}]
        securityContext: {capabilities: {drop: [ALL]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: notes, namespace: clinic}
spec:
  selector: {matchLabels: {app: notes}}
  template:
    metadata: {labels: {app: notes, phiguard.dev/guarded: streaming}}
    spec: {containers: [{name: notes, image: "notes:1", ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: ehr, namespace: clinic}
spec:
  selector: {app: ehr}
  ports:
  - name: http
    port: 80
    targetPort: 8080
  - name: tcp-hl7
    port: 2575
    targetPort: hl7
---
apiVersion: v1
kind: Service
metadata: {name: opentelemetry-collector, namespace: observability}
spec:
  selector: {app: collector}
  ports: [{name: grpc, port: 4317}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: collector, namespace: observability}
spec:
  selector: {matchLabels: {app: collector}}
  template:
    metadata: {labels: {app: collector}}
    spec: {containers: [{name: collector, image: "collector:1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: site, namespace: public}
spec: {selector: {app: site}, ports: [{name: http, port: 80}]}
"""


def _mesh(installation: Installation) -> str:
    """The ConfigMap that istiod reads."""
    config = dict(mesh_config(installation)["meshConfig"])
    config |= {
        "rootNamespace": "istio-system",
        "trustDomain": "cluster.local",
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
    }
    data = {"mesh": to_yaml([config])}
    metadata = {"name": "istio", "namespace": "istio-system"}
    return to_yaml([manifest("v1", "ConfigMap", metadata, data=data)])


def clean_mesh() -> dict[str, str]:
    """Texts by file name."""
    values = Values(guarded_namespaces=(NAMESPACE,), mllp=Mllp(ports=(2575,)))
    installation = Installation("phiguard-system", "phiguard:1", values)
    rendered = {
        name: text
        for name, text in files(installation).items()
        if not name.startswith(("namespace/", "mllp/", "gateway/"))
    }
    return {**rendered, "cluster.yaml": _CLUSTER, "mesh.yaml": _mesh(installation)}
