"""Helm and kubectl, which `make kube` fetches. Without them a test says that it did not run."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "istio-config"
CHART = FOLDER / "chart"
BIN = ROOT / ".kube-venv" / "bin"
NAMESPACE = "phiguard-system"
OVERLAYS = sorted(each.parent.name for each in (FOLDER / "overlays").glob("*/kustomization.yaml"))
EVERYTHING = """
image: registry.example/phiguard@sha256:0123
replicas: 5
resources: {cpu: "1", memory: 768Mi, memoryLimit: 2Gi}
priorityClass: {create: false, name: system-cluster-critical}
ledger: {size: 5Gi, storageClass: fast}
guardedNamespaces: [clinic, billing, echoes]
guardedGateways: [edge/istio=egressgateway, edge/gateway.networking.k8s.io/gateway-name=public]
mllp: {ports: [2575, 12575]}
collector: {namespace: obs, service: otel, port: 14317}
metrics: {enabled: true, namespace: prom, serviceMonitor: true, rules: true, dashboard: true}
http: {enabled: true, namespaces: [engines, functions]}
mesh:
  rootNamespace: mesh-root
  clusterDomain: corp.example
  trustDomain: corp.example
  revision: 1-30-3
  telemetry: true
  methodsInSpans: true
  strictMtls: true
canary: {enabled: true, rotating: true, seconds: 900, size: 1Gi, echoNamespace: echoes}
imagePullSecrets: [registry]
extraArguments: ["--workers=2", "--fsync=each"]
"""
"""Values that choose something everywhere."""


def run(tool, *argv):
    """The finished process of a tool."""
    if not (BIN / tool).exists():
        pytest.skip(f"not run: no {tool}; `make kube` fetches it")
    return subprocess.run(  # noqa: S603 - the tool that make fetched
        [BIN / tool, *map(str, argv)], capture_output=True, text=True, check=False
    )


def template(*argv, namespace=NAMESPACE, upgrade=True):
    """The finished `helm template` of the chart."""
    step = ["--is-upgrade"] if upgrade else []
    return run("helm", "template", "phiguard", CHART, "-n", namespace, *step, *argv)


def objects(text):
    """Kind, namespace and name to object, of a stream of YAML."""
    found = {}
    for each in yaml.safe_load_all(text):
        if each is not None:
            about = each["metadata"]
            key = (each["kind"], about.get("namespace", ""), about["name"])
            assert key not in found, key
            found[key] = plain(each)
    return found


def plain(value):
    """The value as JSON has it."""
    return json.loads(json.dumps(value))
