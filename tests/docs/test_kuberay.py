"""examples/kuberay says what the command line, the policy and Kubernetes understand.

`make cluster` applies it to a real API server with KubeRay's own kinds.
"""

import argparse
from pathlib import Path

import pytest
import yaml
from kube_tools import run

from atrest import spec
from extauthz.commands import engine as detector_options
from extauthz.commands.rest import breaches
from extauthz.commands.rest import scan as command

ROOT = Path(__file__).parents[2]
FILE = ROOT / "examples" / "kuberay" / "scan.yaml"
PAGE = (ROOT / "docs" / "at-rest-kuberay.md").read_text()
OBJECTS = {each["kind"]: each for each in yaml.safe_load_all(FILE.read_text())}
CLUSTER = OBJECTS["RayCluster"]
HEAD = CLUSTER["spec"]["headGroupSpec"]
(WORKERS,) = CLUSTER["spec"]["workerGroupSpecs"]
JOB = OBJECTS["Job"]["spec"]
PODS = {
    "head": HEAD["template"]["spec"],
    "workers": WORKERS["template"]["spec"],
    "scan": JOB["template"]["spec"],
}
(SCAN,) = PODS["scan"]["containers"]
SECRETS = {"phiguard-ray-token", "phiguard-scan-sources"}


def options():
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    assert SCAN["command"] == ["phiguard"]
    assert SCAN["args"][0] == "rest"
    return parser.parse_args(SCAN["args"][1:])


def containers(pod):
    return [*pod.get("initContainers", ()), *pod["containers"]]


def mounted(path):
    """Return the volume that a path of the scan lies on."""
    volumes = {volume["name"]: volume for volume in PODS["scan"]["volumes"]}
    (mount,) = (m for m in SCAN["volumeMounts"] if str(path).startswith(f"{m['mountPath']}/"))
    return volumes[mount["name"]], Path(path).relative_to(mount["mountPath"])


def test_the_command_line_understands_each_argument_and_each_source():
    found = options()
    for source in found.sources:
        spec.parse(source)
    head = CLUSTER["metadata"]["name"] + "-head-svc"  # as KubeRay names a head's service
    ports = {port["name"]: port["containerPort"] for port in PODS["head"]["containers"][0]["ports"]}
    assert found.engine == f"ray://{head}:{ports['client']}"
    assert f"/dev/tcp/{head}/{ports['client']}" in PODS["scan"]["initContainers"][0]["args"][0]


def test_the_catalogue_lies_on_the_claim_and_the_policy_in_the_config_map():
    found = options()
    catalogue, _ = mounted(found.catalogue)
    claim = catalogue["persistentVolumeClaim"]["claimName"]
    assert claim == OBJECTS["PersistentVolumeClaim"]["metadata"]["name"]
    policy, name = mounted(found.policy)
    assert policy["configMap"]["name"] == OBJECTS["ConfigMap"]["metadata"]["name"]
    assert str(name) in OBJECTS["ConfigMap"]["data"]


def test_the_policy_is_one_and_speaks_of_the_sources(tmp_path, capsys):
    text = OBJECTS["ConfigMap"]["data"]["rest-policy.yaml"]
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    found = options()
    breaches.load(path, [], detector_options.unseen(found))
    assert capsys.readouterr().err == ""
    for source in found.sources:
        assert spec.parse(source).name in text


@pytest.mark.parametrize("name", PODS)
def test_a_pod_may_do_no_more_than_it_needs(name):
    pod = PODS[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == OBJECTS["ServiceAccount"]["metadata"]["name"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in containers(pod):
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]


def test_credentials_come_from_secrets_alone_and_only_to_who_reads():
    named = {}
    for name, pod in PODS.items():
        for container in containers(pod):
            named.setdefault(name, set()).update(
                each["secretRef"]["name"] for each in container.get("envFrom", ())
            )
            for variable in container.get("env", ()):
                if "valueFrom" in variable:
                    named[name].add(variable["valueFrom"]["secretKeyRef"]["name"])
                else:
                    # nothing else is written down
                    assert variable["name"] in {"RAY_USAGE_STATS_ENABLED", "RAY_AUTH_MODE", "HOME"}
    assert named == {"head": {"phiguard-ray-token"}, "workers": SECRETS, "scan": SECRETS}
    assert HEAD["rayStartParams"]["num-cpus"] == "0"


def test_what_a_scan_says_by_its_exit_code_is_not_tried_again():
    (rule,) = JOB["podFailurePolicy"]["rules"]
    assert rule["action"] == "FailJob"
    codes = {"containerName": SCAN["name"], "operator": "In", "values": [1, 2]}
    assert rule["onExitCodes"] == codes


def test_the_page_names_the_secrets_and_the_image_that_the_objects_need():
    images = {container["image"] for pod in PODS.values() for container in containers(pod)}
    for name in (*SECRETS, *images):
        assert name in PAGE
    assert f"rayproject/ray:{CLUSTER['spec']['rayVersion']}" in PAGE
    assert (
        f"ray[default]=={CLUSTER['spec']['rayVersion']}"
        in (ROOT / "requirements-ray.in").read_text()
    )


def test_kubernetes_schemas_hold(tmp_path):
    """Each object of Kubernetes, and each pod that KubeRay makes."""
    objects = [each for kind, each in OBJECTS.items() if kind != "RayCluster"]
    for name in ("head", "workers"):
        about = {"name": name, "namespace": "phiguard-scan"}
        objects.append({"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": PODS[name]})
    made = tmp_path / "objects.yaml"
    made.write_text(yaml.safe_dump_all(objects))
    judged = run("kubernetes-validate", "-k", "1.34", "--strict", made)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(made.read_text().replace("runAsUser: 1000", "runAsUser: me"))
    assert run("kubernetes-validate", "-k", "1.34", "--strict", wrong).returncode != 0
