"""The chart and the overlays say what `phiguard istio render` says of the same values."""

import os
from pathlib import Path

import pytest
from kube_tools import CHART, EVERYTHING, FOLDER, NAMESPACE, OVERLAYS, objects, plain, run, template

from extauthz.commands.istio import values_file
from extauthz.commands.istio.render import IMAGE, KIND_FILE
from extauthz.commands.istio.watching import ALARMS, DASHBOARD, watching
from mesh.istio import mesh_wide, render
from mesh.istio.check import check
from mesh.istio.install import echo, guard
from mesh.istio.installation import Installation
from mesh.istio.manifest import to_yaml
from mesh.istio.snapshot import read

VARIANTS = {
    "nothing chosen": "replicas: 2",
    **{name: (FOLDER / "overlays" / name / "values.yaml").read_text() for name in OVERLAYS},
    "everything": EVERYTHING,
    "objects of the cluster": (
        "policy: {source: Kubernetes, rootNamespace: rules}\n"
        "apiServer: {cidrs: [10.0.0.0/16, fd00::/8], port: 8443}\n"
    ),
    "wrong objects refused at apply": (
        "policy: {source: Kubernetes, rootNamespace: rules}\nadmission: {enabled: true}\n"
    ),
    "and those that cannot be judged too": "admission: {enabled: true, failOpen: false}",
    "objects of the cluster without status": "policy: {source: Kubernetes, status: false}",
    "a policy of one's own": (
        "policy:\n  text: |\n    # ours\n    apiVersion: phiguard.dev/v1alpha1\n    kind: SegmentationPolicy\n"
        "    metadata: {name: ours}\n    spec: {rules: []}\n"
    ),
    "asked over HTTP": "http: {enabled: true, namespaces: [engines]}",
    "scaled by what waits": "autoscaling: {enabled: true, waiting: 20, cpuPercent: 70}",
    "without what can be left out": (
        "mesh: {telemetry: false}\npriorityClass: {create: false, name: ''}\n"
    ),
}


def installation(file, namespace=NAMESPACE):
    image, values = values_file.read(file)
    return Installation(namespace, image or IMAGE, values)


def rendered(chosen):
    return {
        (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]): plain(each)
        for each in (*render.objects(chosen), *watching(chosen))
    }


@pytest.fixture(params=VARIANTS, name="file")
def _file(request, tmp_path):
    file = tmp_path / "values.yaml"
    file.write_text(VARIANTS[request.param])
    return file


def test_the_chart_is_what_render_writes_of_the_same_values(file):
    made = template("-f", file, namespace="guards")
    assert made.returncode == 0, made.stderr
    assert objects(made.stdout) == rendered(installation(file, "guards"))


def test_istio_check_finds_what_is_left_out_and_nothing_else(file):
    chosen = installation(file)
    config = mesh_wide.mesh_config(chosen)["meshConfig"]
    root = {"rootNamespace": chosen.root_namespace, "trustDomain": chosen.values.mesh.trust_domain}
    text = to_yaml([*render.objects(chosen), {"meshConfig": {**config, **root}}])
    found = {problem.rule.name for problem in check(read({"f.yaml": text}), "phiguard")}
    # without the Telemetry, the mesh's own must withhold clients' words
    assert found == (set() if chosen.values.mesh.telemetry else {"spans-hold-client-words"})


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_is_what_render_writes_of_its_values(name):
    folder = FOLDER / "overlays" / name
    made = run("kubectl", "kustomize", folder)
    assert made.returncode == 0, made.stderr
    found = objects(made.stdout)
    chosen = installation(folder / "values.yaml")
    # the mesh's own objects are applied in a later step
    expected = {key: each for key, each in rendered(chosen).items() if "istio-system" not in key}
    for each in (guard.namespace(chosen), *echo.echo(chosen)[:1]):
        expected["Namespace", "", each["metadata"]["name"]] = plain(each)
    expected.update(objects((FOLDER / KIND_FILE).read_text()))
    assert found == expected


def test_the_component_of_admission_is_what_render_writes_where_it_is_chosen(tmp_path):
    file = tmp_path / "kustomization.yaml"
    file.write_text(f"components: [{os.path.relpath(FOLDER / 'admission', tmp_path)}]\n")
    made = run("kubectl", "kustomize", tmp_path)
    assert made.returncode == 0, made.stderr
    chosen = tmp_path / "values.yaml"
    chosen.write_text("admission: {enabled: true}")
    expected = rendered(installation(chosen))
    without = rendered(Installation(NAMESPACE, IMAGE))
    assert objects(made.stdout) == {
        key: each for key, each in expected.items() if key not in without
    }


@pytest.mark.parametrize("name", ["guard", "mesh", "namespace", "mllp", "gateway"])
def test_a_base_holds_each_file_of_its_folder(name):
    made = run("kubectl", "kustomize", FOLDER / name)
    assert made.returncode == 0, made.stderr
    texts = [each.read_text() for each in sorted((FOLDER / name).glob("[0-9]*.yaml"))]
    assert objects(made.stdout) == objects("\n---\n".join(texts))


def test_the_files_of_the_chart_are_those_of_the_other_folders():
    copies = {each.name: each.read_text() for each in (CHART / "files").iterdir()}
    copies |= {each.name: each.read_text() for each in (CHART / "crds").iterdir()}
    steps = ("mesh", "namespace", "mllp", "gateway", "admission")
    sources = [
        FOLDER / KIND_FILE,
        *(each for step in steps for each in FOLDER.glob(f"{step}/[0-9]*")),
    ]
    sources += [Path(str(each)) for each in (ALARMS, DASHBOARD)]
    assert copies == {each.name: each.read_text() for each in sources}, "run `make manifests`"
