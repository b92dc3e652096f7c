"""What a command says when the extra that it stands on is not installed."""

import tomllib

import pytest

from extauthz import cli
from extauthz.commands import tree
from extauthz.commands.extras import EXTRAS, missing
from tools.own_tests import ROOT


@pytest.mark.parametrize(
    ("command", "package", "extra"),
    [
        ("serve", "grpc", "[serve]"),
        ("demo", "envoy_data_plane", "[demo]"),
        ("audit", "cryptography", "[audit]"),
        ("posture", "opentelemetry", "[posture]"),
        ("scan", "hyperscan", ""),
    ],
)
def test_one_line_names_the_package_and_the_extra(command, package, extra, monkeypatch, capsys):

    def without(name: str):
        raise ModuleNotFoundError(f"No module named '{package}.part'", name=f"{package}.part")

    monkeypatch.setattr(tree.importlib, "import_module", without)
    assert cli.main([command]) == 2
    assert capsys.readouterr().err == (
        f"phiguard: {command}: the package {package} is not installed; "
        f"pip install 'phiguard{extra}'\n"
    )


def test_a_module_of_our_own_that_is_missing_is_a_fault():
    error = ModuleNotFoundError("No module named 'mesh.gone'", name="mesh.gone")
    with pytest.raises(ModuleNotFoundError, match=r"mesh\.gone"):
        missing("serve", error)


def test_each_extra_is_one_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(project["optional-dependencies"]) >= EXTRAS
    assert set(tree.COMMANDS) >= EXTRAS
