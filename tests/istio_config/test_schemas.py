"""Every object is valid in each Kubernetes that Istio 1.28 to 1.31 runs on, and later ones."""

import pytest
from kube_tools import EVERYTHING, FOLDER, OVERLAYS, run, template

# Istio 1.28 supports Kubernetes from 1.30; 1.28 is the oldest that managed clusters still run
KUBERNETES = [f"1.{minor}" for minor in range(28, 38)]


@pytest.fixture(scope="module", name="files")
def _files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("objects")
    values = folder / "values"
    values.write_text(EVERYTHING)
    made = {
        "chart": template("-f", values),
        "scaled": template("--set", "autoscaling.enabled=true"),
    }
    made |= {name: run("kubectl", "kustomize", FOLDER / "overlays" / name) for name in OVERLAYS}
    for name, done in made.items():
        assert done.returncode == 0, done.stderr
        (folder / f"{name}.yaml").write_text(done.stdout)
    return [folder / f"{name}.yaml" for name in made]


@pytest.mark.parametrize("version", KUBERNETES)
def test_every_object_is_valid(files, version):
    judged = run("kubernetes-validate", "-k", version, "--strict", *files)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    for kind in ("statefulset", "daemonset", "horizontalpodautoscaler", "networkpolicy"):
        assert f"passed for resource {kind}/phiguard" in judged.stderr + judged.stdout


def test_a_wrong_type_is_noticed(files, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(files[0].read_text().replace("replicas: 5", 'replicas: "5"'))
    assert run("kubernetes-validate", "-k", "1.34", "--strict", wrong).returncode != 0
