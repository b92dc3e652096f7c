import json
from datetime import UTC, datetime

import pytest

from tools.own_tests import ROOT
from tools.sbom import Locked, bill, read_lock

LOCK = ROOT / "requirements.lock"
MADE = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def made():
    return bill("1.2.3", LOCK, MADE)


def test_a_lock_file_is_read_with_its_hashes():
    text = "# head\nPyYAML==6.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nbrotli==1.1\n"
    assert read_lock(text) == [Locked("pyyaml", "6.0", ["aa", "bb"]), Locked("brotli", "1.1")]


def test_each_locked_package_is_a_component_with_each_of_its_hashes(made):
    components = {component["name"]: component for component in json.loads(made)["components"]}
    locked = read_lock(LOCK.read_text())
    assert set(components) == {package.name for package in locked}
    for package in locked:
        (reference,) = components[package.name]["externalReferences"]
        assert {digest["content"] for digest in reference["hashes"]} == set(package.hashes)


def test_phiguard_depends_on_what_it_declares(made):
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in json.loads(made)["dependencies"]}
    direct = {ref.rpartition("@")[0] for ref in needs["pkg:pypi/phiguard@1.2.3"]}
    assert {"pkg:pypi/grpcio", "pkg:pypi/hyperscan", "pkg:pypi/pysimdjson"} <= direct
    assert "pkg:pypi/pydantic" not in direct


def test_licences_are_those_that_packages_declare(made):
    components = {component["name"]: component for component in json.loads(made)["components"]}
    assert components["hyperscan"]["licenses"] == [{"license": {"id": "MIT"}}]


def test_the_same_lock_file_gives_the_same_bytes(made):
    assert bill("1.2.3", LOCK, MADE) == made
