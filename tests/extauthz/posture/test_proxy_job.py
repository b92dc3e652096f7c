"""The Job that collects the proxies' dumps: off by default, and its power is said."""

import subprocess

import yaml

from extauthz.posture import proxy_job


def test_the_objects_say_what_they_may_do():
    text = proxy_job.manifests("registry.example/kubectl:1", "istio-system")
    assert text.startswith("# POWERFUL: ")
    found = {each["kind"]: each for each in yaml.safe_load_all(text)}
    assert sorted(found) == [
        "ClusterRole", "ClusterRoleBinding", "Job", "PersistentVolumeClaim", "ServiceAccount",
    ]  # fmt: skip
    rules = found["ClusterRole"]["rules"]
    assert [(r["resources"], r["verbs"]) for r in rules] == [
        (["pods"], ["get", "list"]), (["pods/exec"], ["create"]),
    ]  # fmt: skip
    (container,) = found["Job"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example/kubectl:1"


def test_the_script_writes_a_file_for_each_pod_with_a_proxy(tmp_path):
    (tmp_path / "bin").mkdir()
    kubectl = tmp_path / "bin" / "kubectl"
    kubectl.write_text(
        '#!/bin/sh\ncase "$1 $4" in\n'
        '"get "*) printf "clinic ehr-1 app istio-proxy istio-init\\nclinic plain-1 app \\n'
        'lab native-1 app istio-init istio-proxy\\nlab broken-1 istio-proxy\\n" ;;\n'
        '"exec broken-1") exit 1 ;;\n"exec "*) echo "$@" ;;\nesac\n'
    )
    kubectl.chmod(0o755)
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    script = proxy_job._SCRIPT.replace("cd /dumps", f"cd {dumps}")
    path = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-c", script], env=path, check=True)  # noqa: S603 - our own script
    assert sorted(each.name for each in dumps.iterdir()) == [
        "clinic.ehr-1.json", "collected.json", "lab.native-1.json",
    ]  # fmt: skip
    asked = (dumps / "clinic.ehr-1.json").read_text()
    assert asked.endswith("request GET config_dump?include_eds\n")
