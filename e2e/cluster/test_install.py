"""The chart and the manifests on a real API server, with real Helm, from nothing to nothing.

No kubelet runs here, so no pod starts: what is shown is that the server admits each object, that
each step of Helm leaves what it should, and that the pod template passes Pod Security `restricted`.
"""

import copy
import http.client
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from e2e.cluster.api_server import RefusedError, Server, kubeconfig, wait_until
from extauthz.commands.istio.render import IMAGE
from mesh.istio import render
from mesh.istio.install import canary, echo, pod
from mesh.istio.installation import Installation
from mesh.istio.values import Admission, Canary, MeshChoice, Values

pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).parents[2]
CHART: Final = ROOT / "istio-config" / "chart"
HELMS: Final = {
    3: (ROOT / ".kube-venv" / "bin" / "helm", "make kube"),
    4: (ROOT / ".tools" / "helm4", "make kube-tools"),
}
ISTIO: Final = ROOT / ".tools" / "istio-crds.yaml"
NAMESPACE: Final = "phiguard-system"
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def mesh(server: Server) -> Server:
    """The server with Istio's kinds, the mesh's root namespace and two applications."""
    if not ISTIO.exists():
        pytest.skip("not run: no Istio kinds (make kube-tools)")
    for each in yaml.safe_load_all(ISTIO.read_text()):
        server.define(each)
    for name in ("istio-system", "clinic", "billing"):
        server.namespace(name)
    server.apply(yaml.safe_load((ROOT / "istio-config/guard/10-namespace.yaml").read_text()))
    return server


@pytest.fixture(params=HELMS)
def helm(request: pytest.FixtureRequest, mesh: Server) -> Iterator["Helm"]:
    tool = Helm(mesh, request.param)
    yield tool
    tool("uninstall", "phiguard", "--ignore-not-found")


class Helm:
    """Helm against the server, in the guard's namespace."""

    def __init__(self, server: Server, version: int) -> None:
        self._binary, how = HELMS[version]
        if not self._binary.exists():
            pytest.skip(f"not run: no Helm {version} ({how})")
        self._config = kubeconfig(server)

    def __call__(self, *argv: object) -> str:
        done = self.run(*argv)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, *argv: object) -> subprocess.CompletedProcess[str]:
        """The finished process."""
        environment = {**os.environ, "KUBECONFIG": str(self._config), "HELM_NAMESPACE": NAMESPACE}
        command = [self._binary, *map(str, argv)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def made(self) -> dict[Key, Any]:
        """What the release in force says that it made, by kind, namespace and name."""
        text = self("get", "manifest", "phiguard")
        return {key(each): each for each in yaml.safe_load_all(text) if each}


def key(item: Mapping[str, Any]) -> Key:
    about = item["metadata"]
    return item["kind"], about.get("namespace", ""), about["name"]


def is_there(server: Server, item: Mapping[str, Any]) -> bool:
    try:
        server.get(item)
    except RefusedError as error:
        if error.status != http.client.NOT_FOUND:
            raise
        return False
    return True


def test_install_upgrade_rollback_and_uninstall_leave_what_they_should(
    helm: Helm, mesh: Server, tmp_path: Path
) -> None:
    def apply(step: str, text: str) -> dict[Key, Any]:
        """Apply the whole file of values, as docs/install.md has it for each step."""
        values = tmp_path / "values.yaml"
        values.write_text(text)
        helm(step, "phiguard", CHART, "-f", values)
        return helm.made()

    first = apply("install", "replicas: 2")
    assert all(is_there(mesh, each) for each in first.values())
    assert not [kind for kind, namespace, _ in first if namespace == "clinic"]

    second = apply("upgrade", "guardedNamespaces: [clinic, billing]")
    switched_on = second.keys() - first.keys()
    assert {namespace for _, namespace, _ in switched_on} == {"clinic", "billing"}
    assert all(is_there(mesh, each) for each in second.values())

    apply("upgrade", "guardedNamespaces: [clinic]\nreplicas: 4")
    billing = [each for at, each in second.items() if at[1] == "billing"]
    assert not any(is_there(mesh, each) for each in billing)
    workload = first["StatefulSet", NAMESPACE, "phiguard"]
    assert mesh.get(workload)["spec"]["replicas"] == 4

    helm("rollback", "phiguard", "2")
    assert all(is_there(mesh, each) for each in second.values())
    assert mesh.get(workload)["spec"]["replicas"] == 2

    apply("upgrade", "guardedNamespaces: []")
    assert not any(is_there(mesh, second[at]) for at in switched_on)
    assert all(is_there(mesh, each) for each in first.values())

    helm("uninstall", "phiguard")
    assert not any(is_there(mesh, each) for each in second.values())


def test_the_first_step_cannot_switch_a_namespace_on(helm: Helm) -> None:
    refused = helm.run("install", "phiguard", CHART, "--set", "guardedNamespaces={clinic}")
    assert refused.returncode != 0
    assert "install the guard first" in refused.stderr
    assert json.loads(helm("list", "-o", "json")) == []


def test_a_step_of_helm_that_the_server_refuses_leaves_the_guard_as_it_was(
    helm: Helm, mesh: Server
) -> None:
    helm("install", "phiguard", CHART)
    # the size of a claim cannot be changed
    refused = helm.run("upgrade", "phiguard", CHART, "--set", "ledger.size=1Gi")
    assert refused.returncode != 0
    (workload,) = [each for at, each in helm.made().items() if at[0] == "StatefulSet"]
    kept = mesh.get(workload)["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]
    assert kept["requests"]["storage"] == "20Gi"


def policy_object(infotype: str) -> dict[str, Any]:
    """A SegmentationPolicy of a team, with one infoType in it."""
    rule = {
        "name": "r",
        "from": [{"principals": ["cluster.local/ns/clinic/sa/ehr"]}],
        "to": [{"namespaces": ["clinic"]}],
        "phi": {"request": {"allow": [infotype]}},
    }
    return {
        "apiVersion": "phiguard.dev/v1alpha1",
        "kind": "SegmentationPolicy",
        "metadata": {"name": "team", "namespace": "clinic"},
        "spec": {"rules": [rule]},
    }


@pytest.mark.parametrize("fails", ["Ignore", "Fail"])
def test_the_server_refuses_a_wrong_policy_object_only_where_an_admin_chooses_that(
    helm: Helm, mesh: Server, fails: str
) -> None:
    def is_refused(infotype: str) -> bool:
        try:
            mesh.apply(policy_object(infotype), dry_run=True)
        except RefusedError as error:
            return "names an unknown infoType" in str(error)
        return False

    helm("install", "phiguard", CHART)
    assert not is_refused("NO_SUCH_TYPE")

    chosen = f"admission.enabled=true,admission.failOpen={str(fails == 'Ignore').lower()}"
    helm("upgrade", "phiguard", CHART, "--set", chosen)
    wait_until(lambda: is_refused("NO_SUCH_TYPE"), "the server's own judgement")
    assert not is_refused("PERSON_NAME")
    (policy,) = [at for at in helm.made() if at[0] == "ValidatingAdmissionPolicy"]
    assert mesh.get(helm.made()[policy])["spec"]["failurePolicy"] == fails

    helm("upgrade", "phiguard", CHART, "--set", "admission.enabled=false")
    wait_until(lambda: not is_refused("NO_SUCH_TYPE"), "the end of it")


def test_the_server_admits_every_object_of_render_and_fills_in_no_more_than_defaults(
    mesh: Server,
) -> None:
    values = Values(
        guarded_namespaces=("clinic", "billing"),
        mesh=MeshChoice(strict_mtls=True),
        admission=Admission(enabled=True),
        canary=Canary(enabled=True, rotating=True, echo_namespace="billing"),
    )
    for each in render.objects(Installation(NAMESPACE, IMAGE, values)):
        mesh.apply(each, dry_run=True)  # an unknown field is an error


def test_the_server_refuses_what_render_would_never_write(mesh: Server) -> None:
    (wrong,) = [
        copy.deepcopy(each)
        for each in render.objects(Installation(NAMESPACE, IMAGE))
        if each["kind"] == "PeerAuthentication"
    ]
    wrong["spec"] = {"mtls": {"mode": "ALWAYS"}}
    with pytest.raises(RefusedError):
        mesh.apply(wrong, dry_run=True)


def pod_of(installation: Installation, namespace: str) -> dict[str, Any]:
    """A pod of the template, as the workload's controller would make it; claims are folders."""
    spec: Any = pod.template(installation)["spec"]
    spec = {**spec, "volumes": [*spec["volumes"], {"name": "ledger", "emptyDir": {}}]}
    spec.pop("priorityClassName")
    about = {"name": "phiguard-0", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": spec}


def test_the_pod_template_is_admitted_where_pod_security_is_restricted(mesh: Server) -> None:
    mesh.namespace("strict", **{"pod-security.kubernetes.io/enforce": "restricted"})
    admitted = pod_of(Installation("strict", IMAGE), "strict")
    mesh.apply(admitted, dry_run=True)

    as_root = copy.deepcopy(admitted)
    as_root["spec"]["securityContext"]["runAsNonRoot"] = False
    with pytest.raises(RefusedError, match="restricted"):
        mesh.apply(as_root, dry_run=True)


def test_the_pods_of_canaries_are_admitted_there_too(mesh: Server) -> None:
    mesh.namespace("strict-canaries", **{"pod-security.kubernetes.io/enforce": "restricted"})
    chosen = Values(
        canary=Canary(enabled=True, echo_namespace="strict-canaries"),
        guarded_namespaces=("strict-canaries",),
    )
    installation = Installation(NAMESPACE, IMAGE, chosen)
    for workload in (canary.probe(installation)[-1], echo.echo(installation)[-1]):
        template: Any = workload["spec"]
        spec = copy.deepcopy(template["template"]["spec"])
        spec["volumes"].append({"name": "outcomes", "emptyDir": {}})
        spec.pop("serviceAccountName")
        about = {"name": "one", "namespace": "strict-canaries"}
        admitted = {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": spec}
        mesh.apply(admitted, dry_run=True)

        del spec["containers"][0]["securityContext"]
        with pytest.raises(RefusedError, match="restricted"):
            mesh.apply(admitted, dry_run=True)


def test_both_versions_of_helm_render_the_same(mesh: Server) -> None:
    chosen = ("--set", "guardedNamespaces={clinic}", "--set", "metrics.enabled=true")
    rendered = [
        [
            each
            for each in yaml.safe_load_all(
                Helm(mesh, version)("template", "phiguard", CHART, "--is-upgrade", *chosen)
            )
            if each
        ]
        for version in HELMS
    ]
    assert len(rendered[0]) > 10
    assert sorted(rendered[0], key=key) == sorted(rendered[1], key=key)
