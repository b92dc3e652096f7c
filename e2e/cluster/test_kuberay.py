"""The manifests of a scan on KubeRay on a real API server, with KubeRay's own kinds.

No kubelet and no operator runs here: what is shown is that the server admits each object without an
unknown field, and each pod where Pod Security is `restricted`.
"""

import copy
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from e2e.cluster.api_server import RefusedError, Server

pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).parents[2]
KINDS: Final = ROOT / ".tools" / "kuberay-crds.yaml"
OBJECTS: Final = list(yaml.safe_load_all((ROOT / "examples/kuberay/scan.yaml").read_text()))


@pytest.fixture(scope="module")
def applied(server: Server) -> Server:
    if not KINDS.exists():
        pytest.skip("not run: no KubeRay kinds (make kube-tools)")
    for each in yaml.safe_load_all(KINDS.read_text()):
        server.define(each)
    for each in OBJECTS:
        server.apply(each)
    return server


def of_kind(kind: str) -> dict[str, Any]:
    return next(each for each in OBJECTS if each["kind"] == kind)


def pods() -> dict[str, dict[str, Any]]:
    """Each pod that KubeRay and the Job's controller make."""
    ray = of_kind("RayCluster")["spec"]
    templates = {
        "head": ray["headGroupSpec"]["template"],
        "worker": ray["workerGroupSpecs"][0]["template"],
        "scan": of_kind("Job")["spec"]["template"],
    }
    return {
        name: {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "phiguard-scan"},
            "spec": template["spec"],
        }
        for name, template in templates.items()
    }


def test_the_server_keeps_every_object_as_it_is_written(applied: Server) -> None:
    kept = applied.get(of_kind("RayCluster"))["spec"]
    assert kept["rayVersion"] == of_kind("RayCluster")["spec"]["rayVersion"]
    wrong = copy.deepcopy(of_kind("RayCluster"))
    wrong["spec"]["headGroupSpec"]["rayStartParameters"] = {}
    with pytest.raises(RefusedError, match="rayStartParameters"):
        applied.apply(wrong, dry_run=True)


@pytest.mark.parametrize("name", ["head", "worker", "scan"])
def test_each_pod_is_admitted_where_pod_security_is_restricted(applied: Server, name: str) -> None:
    pod = pods()[name]
    applied.apply(pod, dry_run=True)
    loose = copy.deepcopy(pod)
    del loose["spec"]["containers"][0]["securityContext"]["capabilities"]
    with pytest.raises(RefusedError, match="restricted"):
        applied.apply(loose, dry_run=True)
