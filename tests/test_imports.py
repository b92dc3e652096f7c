"""What an import loads. Each test asks a fresh process, because this one has loaded everything."""

import subprocess
import sys
from importlib import metadata

import pytest

import phiscan

CODECS = {"hyperscan", "lxml", "simdjson", "orjson", "brotli", "zstandard"}
LOADED = "import sys; print(*sys.modules)"


def modules_after(statement: str) -> set[str]:
    """The modules that a fresh process has loaded after a statement."""
    done = subprocess.run(  # noqa: S603 - the statements stand below
        [sys.executable, "-c", f"{statement}\n{LOADED}"], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def heavy(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] in CODECS}


def test_importing_phiscan_loads_no_other_module_of_it():
    assert {n for n in modules_after("import phiscan") if n.startswith("phiscan")} == {"phiscan"}


@pytest.mark.parametrize(
    "module",
    [
        "phiscan.finding",
        "phiscan.identifiers",
        "phiscan.verdict",
        "mesh.policy.decide",
        "mesh.policy_file.load",
        "mesh.istio.render",
        "mesh.observed.learn",
        "mesh.analysis.diff",
    ],
)
def test_what_needs_no_codec_loads_none(module: str):
    loaded = modules_after(f"import {module}")
    assert module in loaded
    assert heavy(loaded) == set()


def test_the_first_use_of_a_name_loads_what_it_needs():
    assert "hyperscan" in modules_after("import phiscan; phiscan.Engine")


def test_every_public_name_can_be_imported():
    assert "phiscan.engine" in modules_after("from phiscan import *")


def test_the_public_names_are_listed():
    assert set(phiscan.__all__) <= set(dir(phiscan))


def test_the_version_is_that_of_the_distribution_and_costs_nothing_before_it_is_asked_for():
    assert phiscan.__version__ == metadata.version("phiguard")
    assert "importlib.metadata" not in modules_after("import phiscan")


def test_without_the_distribution_there_is_no_version(monkeypatch):
    def missing(_name):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", missing)
    assert not hasattr(phiscan, "__version__")


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = phiscan.no_such_name  # type: ignore[attr-defined]
