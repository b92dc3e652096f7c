"""docs/refused.md names reasons that exist, and its commands do what it says."""

import re
import shlex

import pytest

from extauthz import cli
from mesh.policy.decision import GUARD_FAILURES, Reason
from tools.own_tests import ROOT

PAGE = (ROOT / "docs/refused.md").read_text()
ROWS = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", PAGE, re.MULTILINE)
JOINED = re.sub(r"\\\n +", "", PAGE)
COMMANDS = re.findall(r"^    phiguard (scan|policy explain)(.*)$", JOINED, re.MULTILINE)
SAYS = {"scan": (1, "phi "), "policy explain": (0, "ALLOW ")}
BUNDLE = '{"resourceType": "Patient", "name": [{"family": "Doe"}], "birthDate": "1970-01-01"}'


def test_each_row_names_reasons_of_the_guard_and_the_last_one_those_that_a_retry_helps():
    named = [set(re.findall(r"[A-Z_]+", row)) for row in ROWS]
    assert set().union(*named) <= {each.value for each in Reason}
    assert named[-1] == {each.value for each in GUARD_FAILURES}


@pytest.mark.parametrize(("command", "rest"), COMMANDS, ids=[each for each, _ in COMMANDS])
def test_each_command_answers(command, rest, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "bundle.json").write_text(BUNDLE)
    (tmp_path / "clinic.yaml").write_text((ROOT / "extauthz/demo/clinic.yaml").read_text())
    code, word = SAYS[command]
    assert cli.main([*command.split(), *shlex.split(rest)]) == code
    assert re.search(rf"^{word}", capsys.readouterr().out, re.MULTILINE)


def test_both_commands_are_on_the_page():
    assert [each for each, _ in COMMANDS] == ["scan", "policy explain"]
