"""The chart refuses what cannot be, in the same words as `phiguard istio render`."""

import json

import pytest
from kube_tools import CHART, NAMESPACE, objects, run, template

from extauthz import cli
from extauthz.commands.errors import UsageError
from extauthz.commands.istio import values_file
from extauthz.commands.istio.render import IMAGE
from extauthz.records.release import VERSION
from mesh.istio.install.values_schema import schema
from mesh.istio.install.values_text import values_text
from mesh.istio.installation import Installation, InstallationError


def test_values_and_their_schema_are_those_of_the_code():
    assert (CHART / "values.yaml").read_text() == values_text(IMAGE), "run `make manifests`"
    assert json.loads((CHART / "values.schema.json").read_text()) == schema()


def test_the_values_file_reads_back_as_the_defaults():
    assert values_file.read(CHART / "values.yaml") == (IMAGE, values_file.Values())


def test_the_charts_version_is_that_of_phiguard():
    text = (CHART / "Chart.yaml").read_text()
    assert f"\nversion: {VERSION}\nappVersion: {VERSION}\n" in text


def test_helm_finds_nothing_to_complain_about():
    linted = run("helm", "lint", "--strict", CHART, "-n", NAMESPACE)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert "[WARNING]" not in linted.stdout


@pytest.mark.parametrize(
    "text",
    [
        "autoscaling: {minReplicas: 9, maxReplicas: 3}",
        "workload: DaemonSet",
        "workload: DaemonSet\nledger: {hostPath: /var/lib/phiguard}\nautoscaling: {enabled: true}",
        "ledger: {hostPath: /var/lib/phiguard}",
        "metrics: {serviceMonitor: true}",
        "http: {namespaces: [engines]}",
        "http: {enabled: true}",
        "policy: {mode: enforce, text: 'kind: SegmentationPolicy'}",
        "admission: {enabled: true}\nextraArguments: [--detectors=/etc/own/own.yaml]",
        "canary: {enabled: true, echoNamespace: echoes}",
        "canary: {echoNamespace: echoes}\nguardedNamespaces: [echoes]",
        "canary: {enabled: true, echoNamespace: echoes, seconds: 899}\nguardedNamespaces: [echoes]",
        f"guardedNamespaces: [{NAMESPACE}]",
        "guardedNamespaces: [istio-system]",
    ],
)
def test_values_that_cannot_hold_together_are_refused_in_the_same_words(text, tmp_path):
    file = tmp_path / "values.yaml"
    file.write_text(text)
    with pytest.raises((UsageError, InstallationError)) as error:
        Installation(NAMESPACE, IMAGE, values_file.read(file)[1])
    told = str(error.value).partition("error: ")[2] or str(error.value)

    made = template("-f", file)
    assert made.returncode != 0
    assert told in made.stderr


@pytest.mark.parametrize(
    "text",
    [
        "image: registry.example/phiguard@sha256:…",
        "replica: 3",
        "ledger: {sise: 5Gi}",
        "replicas: many",
        "replicas: 0",
        "workload: Deployment",
        "guardedNamespaces: [Clinic_1]",
        "ledger: {hostPath: /var/../etc}",
        "extraArguments: [workers]",
    ],
)
def test_what_cannot_be_meant_is_refused_by_both(text, tmp_path):
    file = tmp_path / "values.yaml"
    file.write_text(text)
    with pytest.raises(UsageError):
        values_file.read(file)
    assert template("-f", file).returncode != 0


def test_no_namespace_is_guarded_in_the_step_that_installs_the_guard():
    asked = ("--set", "guardedNamespaces={clinic}")
    refused = template(*asked, upgrade=False)
    assert refused.returncode != 0
    assert "install the guard first" in refused.stderr
    assert template(*asked).returncode == 0


def test_what_init_writes_is_enough_for_the_chart(tmp_path):
    folder = tmp_path / "new"
    argv = ["init", str(folder), "--service", "clinic/ehr", "--service", "finance/billing"]
    assert cli.main([*argv, "--phi", "clinic/ehr:finance/billing=payment"]) == 0
    values, policy = folder / "values.yaml", folder / "policy.yaml"
    made = template("-f", values, upgrade=False)
    assert made.returncode == 0, made.stderr
    held = objects(made.stdout)["ConfigMap", NAMESPACE, "phiguard-policy"]["data"]["policy.yaml"]
    assert held.strip() == policy.read_text().strip()

    policy.write_text(policy.read_text().replace("monitor", "enforce"))
    changed = template("-f", values, "--set-file", f"policy.text={policy}", upgrade=False)
    assert "mode: enforce" in changed.stdout, changed.stderr
