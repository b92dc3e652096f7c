import io
import json
import sys

import pytest
import yaml

from extauthz.cli import main

LOOSE = "kind: PeerAuthentication\nmetadata: {name: x, namespace: clinic}\nspec: {mtls: {mode: DISABLE}}\n"
LATE = """\
kind: EnvoyFilter
metadata: {name: late, namespace: clinic}
spec:
  workloadSelector: {labels: {app: x}}
  configPatches:
  - applyTo: HTTP_FILTER
    match: {context: SIDECAR_INBOUND, listener: {filterChain: {filter: {subFilter: {name: envoy.filters.http.ext_authz}}}}}
    patch: {operation: INSERT_BEFORE, value: {name: lua}}
"""


def check(*argv):
    return main(["istio", "check", *map(str, argv)])


@pytest.fixture
def loose(tmp_path):
    path = tmp_path / "loose.yaml"
    path.write_text(LOOSE)
    return path


def test_problems_are_exit_code_1_in_each_format(loose, capsys):
    for name in ("text", "json", "sarif", "junit"):
        assert check(loose, "--format", name) == 1
        out, err = capsys.readouterr()
        assert "mtls-not-strict" in out
        assert "1 problems (hole: 1)" in err


def test_a_dump_comes_from_standard_input(monkeypatch, capsys):
    dump = json.dumps({"kind": "List", "items": [yaml.safe_load(LOOSE)]}).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(dump)))
    assert check("-") == 1
    assert capsys.readouterr().out.startswith("standard input: hole: PeerAuthentication clinic/x: ")


def test_advice_alone_is_exit_code_0(tmp_path, capsys):
    (tmp_path / "late.yaml").write_text(LATE)
    assert check(tmp_path) == 0
    out, err = capsys.readouterr()
    assert "advice: EnvoyFilter clinic/late" in out
    assert "1 problems (advice: 1)" in err


def test_the_worst_comes_first(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text(f"{LATE}---\n{LOOSE}")
    check(tmp_path)
    severities = [line.split(": ")[1] for line in capsys.readouterr().out.splitlines()]
    assert severities == ["hole", "advice"]


def test_the_role_is_printed_and_nothing_is_asked(capsys):
    assert check("--role") == 0
    assert [each["kind"] for each in yaml.safe_load_all(capsys.readouterr().out)] == [
        "ClusterRole",
        "Role",
    ]


def test_the_role_names_what_each_revision_has_in_the_root_namespace(capsys):
    assert check("--role", "--revision", "1-31", "kubernetes://mesh") == 0
    _, role = yaml.safe_load_all(capsys.readouterr().out)
    assert role["metadata"]["namespace"] == "mesh"
    assert "istio-sidecar-injector-1-31" in role["rules"][0]["resourceNames"]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "nothing to check; give a file"),
        (("kubernetes://", "x"), "is a whole mesh; give it alone"),
        (("kubernetes://", "--revision", "1-31"), "--revision is for --role"),
        (("--role", "x"), "--role prints the roles of a cluster; give no path but kubernetes://"),
        (("x", "--kubeconfig", "y"), "reach a cluster; give kubernetes://"),
        (("kubernetes://", "--kubernetes-api", "http://127.0.0.1:1"), "cannot be asked"),
        (("kubernetes://", "--kubeconfig", "none"), "no such file"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(argv, message, capsys):
    assert check(*argv) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
