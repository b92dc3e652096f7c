from pathlib import Path

import pytest
import yaml

from extauthz.cli import main
from mesh.policy_file.admission import admission_policy
from mesh.policy_file.custom_resource import custom_resource_definition


def test_schema_prints_the_published_file(capsys):
    assert main(["policy", "schema"]) == 0
    assert (
        capsys.readouterr().out
        == (Path(__file__).parents[4] / "docs" / "policy.schema.json").read_text()
    )


def test_crd_is_yaml_without_aliases(capsys):
    assert main(["policy", "schema", "--crd"]) == 0
    out = capsys.readouterr().out
    assert yaml.safe_load(out) == custom_resource_definition()
    assert "&id" not in out


CHART = r"""
apiVersion: phiguard.dev/v1alpha1
kind: DetectorSet
metadata: {name: charts}
spec:
  detectors:
  - {name: chart, infoType: CLINIC_CHART, class: H, pattern: 'CH-\d{6}', match: [CH-123456]}
"""


def test_the_admission_policy_knows_your_own_detectors(capsys, tmp_path):
    (tmp_path / "charts.yaml").write_text(CHART)
    detectors = ["--detectors", str(tmp_path / "charts.yaml")]
    assert main(["policy", "schema", "--admission", "mesh"]) == 0
    plain = capsys.readouterr().out
    assert main(["policy", "schema", "--admission", "mesh", *detectors]) == 0
    own = capsys.readouterr().out
    assert list(yaml.safe_load_all(plain)) == admission_policy("mesh")
    assert ("CLINIC_CHART" in plain, "CLINIC_CHART" in own) == (False, True)


@pytest.mark.parametrize("text", [None, "kind: DetectorSet"])
def test_detectors_that_cannot_be_read_are_a_wrong_use(capsys, tmp_path, text):
    if text is not None:
        (tmp_path / "charts.yaml").write_text(text)
    detectors = ["--detectors", str(tmp_path / "charts.yaml")]
    assert main(["policy", "schema", "--admission", "mesh", *detectors]) == 2
    assert "charts.yaml" in capsys.readouterr().err


def test_the_schema_of_rest_policies_is_the_published_file(capsys):
    assert main(["policy", "schema", "--rest"]) == 0
    assert (
        capsys.readouterr().out
        == (Path(__file__).parents[4] / "docs" / "rest-policy.schema.json").read_text()
    )
