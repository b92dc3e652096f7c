import io
import shlex

import pytest

from extauthz import cli

FLAGS = [
    "--service", "clinic/ehr", "--service", "finance/billing",
    "--phi", "clinic/ehr:finance/billing=payment",
    "--outside", "finance/billing:edi.example.com=payment",
]  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def init(tmp_path, capsys):
    def run(*argv):
        code = cli.main(["init", str(tmp_path / "new"), *argv])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def at_terminal(monkeypatch):
    def type_in(text):
        monkeypatch.setattr("sys.stdin", Terminal(text))
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    return type_in


def test_what_it_writes_passes_the_commands_that_it_names(tmp_path, init, capsys):
    code, out, err = init(*FLAGS)
    assert (code, err) == (0, "")
    named = [shlex.split(line) for line in out.splitlines() if line.startswith("  phiguard ")]
    assert [words[1:3] for words in named] == [
        ["policy", "check"], ["policy", "test"], ["policy", "diff"],
    ]  # fmt: skip
    for words in named[:2]:
        assert cli.main(words[1:]) == 0
    assert cli.main(["policy", "test", "--every-rule", named[1][3]]) == 0
    assert ", 0 failed; 2 of 2 rules exercised\n" in capsys.readouterr().out


def test_its_policy_passes_its_own_check_without_a_warning(tmp_path, init, capsys):
    init(*FLAGS, "--mode", "enforce")
    assert cli.main(["policy", "check", str(tmp_path / "new" / "policy.yaml")]) == 0
    assert "warning" not in "".join(capsys.readouterr())


def test_a_folder_without_the_chart_gets_it_by_the_command_that_it_names(
    tmp_path, init, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    _, out, _ = init(*FLAGS)
    assert "  phiguard istio chart    writes istio-config/chart\n" in out
    assert cli.main(["istio", "chart"]) == 0
    assert (tmp_path / "istio-config" / "chart" / "Chart.yaml").is_file()
    assert "phiguard istio chart " not in init(*FLAGS, "--force")[1]


def test_its_folder_is_a_policy(tmp_path, init, capsys):
    init(*FLAGS)
    folder = str(tmp_path / "new")
    assert cli.main(["policy", "check", folder]) == 0
    assert cli.main(["policy", "fmt", "--check", folder]) == 0
    assert "values.yaml" not in capsys.readouterr().out


def test_render_takes_the_values(tmp_path, init):
    init(*FLAGS)
    values, output = tmp_path / "new" / "values.yaml", tmp_path / "mesh"
    assert cli.main(["istio", "render", "--values", str(values), "--output", str(output)]) == 0
    assert "billing-to-edi.example.com" in (output / "guard" / "11-policy.yaml").read_text()


def test_files_that_are_there_are_kept_without_force(tmp_path, init):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "policy.yaml").write_text("mine")
    code, _, err = init(*FLAGS)
    assert (code, "has policy.yaml already" in err, "--force" in err) == (2, True, True)
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["policy.yaml"]
    assert init(*FLAGS, "--force")[0] == 0
    assert (tmp_path / "new" / "policy.yaml").read_text() != "mine"


@pytest.mark.parametrize("options", [[], ["--force"]])
def test_a_link_in_the_folder_is_not_written_through(tmp_path, init, options):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "policy.yaml").symlink_to(tmp_path / "elsewhere")
    code, _, err = init(*FLAGS, *options)
    assert (code, "policy.yaml is a link" in err) == (2, True)
    assert not (tmp_path / "elsewhere").exists()


def test_without_a_terminal_the_error_names_the_flags(tmp_path, init):
    code, _, err = init()
    assert code == 2
    assert all(flag in err for flag in ("--service", "--call", "--phi", "--outside", "--mode"))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("argv", "part"),
    [
        (["--mode", "enforce"], "--service is missing"),
        (["--service", "ehr"], "--service: `ehr` is not a service"),
        (["--service", "a/b", "--call", "a/b:c/d"], "--call or --phi: `c/d` is none"),
        (["--service", "a/b", "--outside", "a/b:x"], "--outside: `a/b:x` is not a call"),
        ([*FLAGS, "--name", "A b"], "--name A b"),
        ([*FLAGS, "--image", "a b"], "--image a b"),
        ([*FLAGS, "--trust-domain", "a..b"], "--trust-domain a..b"),
    ],
)
def test_a_flag_that_cannot_be_used_is_named(init, tmp_path, argv, part):
    code, _, err = init(*argv)
    assert (code, part in err) == (2, True), err
    assert not (tmp_path / "new").exists()


def test_the_five_answers_can_be_typed_in(tmp_path, init, at_terminal):
    at_terminal(
        "ehr\nclinic/ehr, finance/billing\n"
        "clinic/ehr:finance/billing\nclinic/ehr:finance/billing=payment\n"
        "finance/billing:edi.example.com=payment\nmaybe\nenforce\n"
    )
    code, out, _ = init()
    assert code == 0
    assert [out.count(f"{number} of 5.") for number in range(1, 6)] == [1] * 5
    assert "`ehr` is not a service" in out
    assert "`maybe` is no mode" in out
    assert max(map(len, out.partition("wrote ")[0].splitlines())) < 80
    typed = {each.name: each.read_text() for each in (tmp_path / "new").iterdir()}
    assert init(*FLAGS, "--mode", "enforce", "--force")[0] == 0
    assert typed == {each.name: each.read_text() for each in (tmp_path / "new").iterdir()}


def test_an_input_that_ends_early_writes_nothing(tmp_path, init, at_terminal):
    at_terminal("clinic/ehr\n")
    code, _, err = init()
    assert (code, "nothing was written" in err) == (2, True)
    assert not (tmp_path / "new").exists()
