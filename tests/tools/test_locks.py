"""The lock files hold what pyproject.toml asks for, in one version each."""

import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.own_tests import ROOT
from tools.sbom import read_lock

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def locked(name):
    return {each.name: each.version for each in read_lock((ROOT / name).read_text())}


def names(requirements):
    return {canonicalize_name(Requirement(each).name) for each in requirements}


def test_the_lock_of_the_image_for_ci_has_the_base_and_no_package_of_the_guard():
    base = locked("requirements-base.lock")
    assert names(PROJECT["dependencies"]) <= set(base)
    assert not names(PROJECT["optional-dependencies"]["serve"]) & set(base)


def test_the_locks_have_one_version_of_each_package():
    base, guard, dev = (locked(f"requirements{part}.lock") for part in ("-base", "", "-dev"))
    assert base.items() <= guard.items() <= dev.items()
    assert names(PROJECT["optional-dependencies"]["serve"]) - {"phiguard"} <= set(guard)
