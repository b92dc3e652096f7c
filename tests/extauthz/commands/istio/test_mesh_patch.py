import io
import sys

import pytest
import yaml

from extauthz import cli


def phiguard(*argv):
    return cli.main(["istio", "mesh-patch", *map(str, argv)])


def test_the_merged_document_is_on_stdout_and_what_changes_on_stderr(tmp_path, capsys):
    current = tmp_path / "values.yaml"
    current.write_text("meshConfig: {accessLogFile: /dev/stdout}\n")
    assert phiguard(current) == 0
    out, err = capsys.readouterr()
    assert yaml.safe_load(out)["meshConfig"]["accessLogFile"] == "/dev/stdout"
    assert "extensionProviders: `phiguard` added" in err


def test_standard_input_and_its_own_output_change_nothing(capsys, monkeypatch):
    phiguard()
    monkeypatch.setattr(sys, "stdin", io.StringIO(capsys.readouterr().out))
    assert phiguard("-") == 0
    assert capsys.readouterr().err == "nothing to change\n"


def test_the_values_of_the_installation_reach_it(tmp_path, capsys):
    values = tmp_path / "values.yaml"
    values.write_text("collector: {service: otel, namespace: obs}\n")
    assert phiguard("--namespace", "guards", "--values", values) == 0
    out = capsys.readouterr().out
    assert "service: otel.obs.svc.cluster.local" in out
    assert "service: phiguard.guards.svc.cluster.local" in out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "line 1 is not one YAML document"),
        ("a: 1\n---\nb: 2\n", "line 2 is not one YAML document"),
        ("- a", "is no mapping"),
        ("kind: Pod", "holds no mesh configuration"),
        ("x: \x07", "is not YAML"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_code_2(tmp_path, capsys, text, told):
    (tmp_path / "f.yaml").write_text(text)
    assert phiguard(tmp_path / "f.yaml") == 2
    out, err = capsys.readouterr()
    assert told in err
    assert len(err.splitlines()) == 1
    assert out == ""


def test_a_file_that_is_not_there_and_removing_from_nothing_are_exit_code_2(tmp_path, capsys):
    assert phiguard(tmp_path / "none") == 2
    assert phiguard("--remove") == 2
    assert "--remove needs what is there now" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["null\n", ""])
def test_a_release_without_values_is_one_that_gets_the_guards_part(tmp_path, capsys, text):
    (tmp_path / "istiod.yaml").write_text(text)
    assert phiguard(tmp_path / "istiod.yaml") == 0
    out = capsys.readouterr().out
    assert yaml.safe_load(out)["meshConfig"]["extensionProviders"][0]["name"] == "phiguard"
