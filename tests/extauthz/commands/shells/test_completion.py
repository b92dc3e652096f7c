"""The completion scripts, in the shells themselves."""

import shutil
import subprocess

import pytest

from extauthz.commands import tree
from extauthz.commands.shells import bash, fish, zsh

# envoy-data-plane, which `demo` imports, causes this warning.
pytestmark = pytest.mark.filterwarnings("ignore:Using `@model_validator`:DeprecationWarning")

COMMANDS = {*tree.COMMANDS}
CASES = [
    (["phiguard", ""], {"scan", "policy", "completion"}),
    (["phiguard", "po"], {"policy", "posture"}),
    (["phiguard", "policy", "ch"], {"check"}),
    (["phiguard", "audit", "key", ""], {"new", "show", "rotate"}),
    (["phiguard", "scan", "--form"], {"--format"}),
    (["phiguard", "scan", "--format", ""], {"table", "json", "jsonl", "sarif", "junit", "html"}),
    (["phiguard", "completion", "z"], {"zsh"}),
    (["phiguard", "policy", "check", "clin"], {"clinic.yaml"}),
]


@pytest.fixture(scope="module")
def root():
    return tree.whole()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clinic.yaml").write_text("")
    return tmp_path


def run(command, script, folder):
    done = subprocess.run(  # noqa: S603 - a shell of this machine
        command, input=script, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return {line.strip() for line in done.stdout.splitlines() if line.strip()}


def in_bash(script, words, folder):
    quoted = " ".join(f"'{word}'" for word in words)
    return run(
        ["bash", "--norc", "-u"],
        f"{script}\nCOMP_WORDS=({quoted})\nCOMP_CWORD={len(words) - 1}\n_phiguard\n"
        'printf "%s\\n" "${COMPREPLY[@]-}"\n',
        folder,
    )


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_bash_completes(root, folder, words, expected):
    found = in_bash(bash.script(root), words, folder)
    assert expected <= found
    assert all(each.startswith(words[-1]) for each in found)


def test_bash_offers_files_only_where_one_may_stand(root, folder):
    script = bash.script(root)
    assert "clinic.yaml" not in in_bash(script, ["phiguard", "policy", ""], folder)
    assert "clinic.yaml" in in_bash(script, ["phiguard", "scan", ""], folder)
    assert in_bash(script, ["phiguard", "scan", "--baseline", ""], folder) == {"clinic.yaml"}


def test_an_option_before_the_subcommand_does_not_hide_it(root, folder):
    script = bash.script(root)
    found = in_bash(script, ["phiguard", "audit", "-h", "verify", "--he"], folder)
    assert found == {"--help", "--head"}


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
@pytest.mark.parametrize(("words", "expected"), CASES)
def test_fish_completes(root, folder, words, expected):
    line = " ".join(words)
    asked = f"{fish.script(root)}\ncomplete -C '{line}'\n"
    found = {each.split("\t")[0] for each in run(["fish", "--no-config"], asked, folder)}
    assert expected <= found


ZSH = """
compadd() {{ while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@"; }}
_describe() {{
  [[ $1 == -o ]] && shift
  local each; for each in "${{(@P)2}}"; do print -r -- "${{each%%:*}}"; done
}}
_files() {{ print -l -- *(N); }}
compdef() {{ }}
{script}
words=({words})
CURRENT={place}
_phiguard
"""


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
@pytest.mark.parametrize(("words", "expected"), CASES)
def test_zsh_completes(root, folder, words, expected):
    quoted = " ".join(f"'{word}'" for word in words)
    asked = ZSH.format(script=zsh.script(root), words=quoted, place=len(words))
    assert expected <= run(["zsh", "-f"], asked, folder)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_shell_reads_its_whole_script(phiguard, folder, name):
    if shutil.which(name) is None:
        pytest.skip(f"needs {name}")
    code, out, _ = phiguard("completion", name)
    assert code == 0
    assert all(command in out for command in COMMANDS)
    (folder / "script").write_text(out)
    assert run([name, "-n", str(folder / "script")], "", folder) == set()


def test_an_unknown_shell_is_wrong_use(phiguard):
    assert phiguard("completion", "tcsh")[0] == 2
