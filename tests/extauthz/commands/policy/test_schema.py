from pathlib import Path

import yaml

from extauthz.cli import main
from mesh.policy_file.json_schema import custom_resource_definition


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


def test_the_schema_of_rest_policies_is_the_published_file(capsys):
    assert main(["policy", "schema", "--rest"]) == 0
    assert (
        capsys.readouterr().out
        == (Path(__file__).parents[4] / "docs" / "rest-policy.schema.json").read_text()
    )
