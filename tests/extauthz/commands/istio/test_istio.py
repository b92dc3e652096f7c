import shutil
from pathlib import Path

import pytest

from extauthz import cli


def phiguard(*argv):
    return cli.main(["istio", *map(str, argv)])


@pytest.fixture
def folder(tmp_path, capsys):
    made = tmp_path / "istio-config"
    assert phiguard("render", "--output", made) == 0
    capsys.readouterr()
    assert phiguard("mesh-patch") == 0
    (made / "mesh.yaml").write_text(capsys.readouterr().out)
    return made


def test_what_render_writes_check_calls_clean(folder, capsys):
    capsys.readouterr()
    assert phiguard("check", folder) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "0 problems" in err


def test_render_names_what_an_earlier_one_left_because_kubectl_would_still_apply_it(
    tmp_path, capsys
):
    values, made = tmp_path / "values.yaml", tmp_path / "out"
    values.write_text("policy: {source: Kubernetes}\nguardedNamespaces: [clinic]")
    assert phiguard("render", "--values", values, "--output", made) == 0
    (made / "guard" / "mine.yaml").write_text("kind: ConfigMap\n")
    assert capsys.readouterr().err == ""

    assert phiguard("render", "--output", made) == 0
    named = [line.split()[1] for line in capsys.readouterr().err.splitlines()]
    assert named == [
        str(made / each)
        for each in (
            "guard/13-roles.yaml",
            *sorted(f"namespaces/clinic/{each.name}" for each in (made / "namespace").iterdir()),
        )
    ]
    assert (made / "guard" / "13-roles.yaml").exists()


def test_render_names_each_file_and_uses_the_arguments(tmp_path, capsys):
    assert (
        phiguard("render", "--namespace", "other", "--image", "mine:7", "--output", tmp_path) == 0
    )
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert set(written) == {each for each in tmp_path.rglob("*") if each.is_file()}
    assert "image: mine:7" in (tmp_path / "guard" / "14-guard.yaml").read_text()
    assert "namespace: other" in (tmp_path / "guard" / "14-guard.yaml").read_text()


def test_a_fault_is_one_line_on_stdout_and_exit_code_1(folder, capsys):
    file = folder / "mesh.yaml"
    file.write_text(file.read_text().replace("failOpen: false", "failOpen: true"))
    capsys.readouterr()
    assert phiguard("check", folder) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{file}:8: hole: MeshConfig: ")
    assert "failOpen true" in line


def test_a_single_file_is_judged_and_the_rest_is_said_to_be_missing(folder, capsys):
    assert phiguard("check", folder / "namespace" / "31-inbound-requests.yaml") == 0
    assert "not given, so not judged: MeshConfig, Namespace, EnvoyFilter" in capsys.readouterr().err


def test_the_provider_may_have_another_name(folder):
    assert phiguard("check", folder, "--provider", "phi-guard") == 1


def test_a_folder_below_is_read_too(folder, tmp_path, capsys):
    nested = tmp_path / "a" / "b"
    shutil.copytree(folder, nested)
    (nested / "namespace" / "30-mtls.yaml").write_text(
        "kind: PeerAuthentication\nspec: {mtls: {mode: DISABLE}}\n"
    )
    assert phiguard("check", tmp_path / "a") == 1
    assert "mutual TLS is DISABLE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.yaml", b"a: [", "is not YAML"),
        ("f.yaml", b"\xff\xfe\x00", "as UTF-8 text"),
        ("f.txt", b"", "no YAML in"),
        ("f.yaml", b"", "no object in"),
        ("f.yaml", b"# nothing\n", "no object in"),
        ("f.yaml", b"apiVersion: v1\nkind: List\nitems: []\n", "no object in"),
        ("f.json", b'{"kind": "EnvoyFilterList", "items": []}', "no object in"),
    ],
)
def test_input_that_cannot_be_read_is_one_line_and_exit_code_2(
    tmp_path, capsys, name, content, message
):
    (tmp_path / name).write_bytes(content)
    assert phiguard("check", tmp_path) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_folder_that_is_not_there_is_exit_code_2(tmp_path, capsys):
    assert phiguard("check", tmp_path / "none") == 2
    assert "no such file or directory; give a folder" in capsys.readouterr().err


def test_a_wrong_namespace_is_one_line_and_exit_code_2_and_writes_nothing(tmp_path, capsys):
    assert phiguard("render", "--namespace", "Not_A_Label", "--output", tmp_path / "out") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "is not a DNS label" in line
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_a_file_is_exit_code_2(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert phiguard("render", "--output", tmp_path / "file") == 2
    assert "give a folder to --output" in capsys.readouterr().err


EXAMPLE = Path(__file__).parents[4] / "examples" / "hospital" / "hospital.yaml"


def test_a_policys_edges_are_written_beside_the_rest_and_check_stays_clean(tmp_path, capsys):
    assert (
        phiguard("render", "--output", tmp_path, "--policy", EXAMPLE, "--account-label", "sa") == 0
    )
    text = (tmp_path / "edges" / "40-edges.yaml").read_text()
    assert "name: phiguard-edges-billing\n  namespace: finance" in text
    assert "      sa: billing\n" in text
    assert phiguard("check", tmp_path) == 0
    assert "0 problems" in capsys.readouterr().err


def test_what_istio_cannot_say_is_named_and_left_closed(tmp_path, capsys):
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        EXAMPLE.read_text().replace("hosts: [edi.clearinghouse.example]", 'hosts: ["*.example"]')
    )
    assert phiguard("render", "--output", tmp_path / "out", "--policy", policy) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "so the mesh would close it: rule `billing-files-claims`" in line
    assert (
        "phiguard-edges-clearinghouse"
        not in (tmp_path / "out" / "edges" / "40-edges.yaml").read_text()
    )


def test_a_folder_that_cannot_be_read_says_why(folder, capsys, monkeypatch):
    def closed(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    assert phiguard("check", folder) == 2
    assert "permission denied; give a folder" in capsys.readouterr().err
