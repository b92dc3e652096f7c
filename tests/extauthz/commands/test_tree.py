"""The whole tree of commands: forms, schemas, help, versions, and who writes to the screen."""

import re
import shlex

import pytest

from extauthz.commands import help_texts, schema, tree
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm, OtherForm
from extauthz.terminal import json_text
from tools.own_tests import ROOT

# envoy-data-plane, which `demo` imports, causes this warning.
pytestmark = pytest.mark.filterwarnings("ignore:Using `@model_validator`:DeprecationWarning")

SCHEMAS = ROOT / "docs" / "schemas"
OF_ANOTHER_FORM = {
    "audit manifest": "a signed note: what is signed is the text",
    "audit prove": "a proof with signed notes, which `audit verify-proof` reads",
    "completion": "a script for a shell",
    "policy playground": "a server",
    "policy schema": "a JSON Schema already, or YAML for kubectl",
    "posture echo": "a server",
    "schema": "a JSON Schema already",
    "serve": "a server; its log is JSON lines",
}


@pytest.fixture(scope="module")
def root():
    return tree.whole()


@pytest.fixture(scope="module")
def commands(root):
    return {" ".join(each.words): each for each in tree.walk(root) if tree.subparsers(each) is None}


def test_every_command_says_what_it_prints(commands):
    assert [name for name, each in commands.items() if formats.of(each) is None] == []


def test_only_these_print_no_json_of_their_own(commands):
    others = {name for name, each in commands.items() if isinstance(formats.of(each), OtherForm)}
    assert others == set(OF_ANOTHER_FORM)


def test_every_command_that_prints_json_has_it_as_a_choice(commands):
    for name, each in commands.items():
        if isinstance(formats.of(each), JsonForm):
            (action,) = [a for a in each._actions if "--format" in a.option_strings]
            assert formats.JSON in action.choices, name


def test_the_schemas_in_docs_are_current(commands):
    kept = {str(p.relative_to(SCHEMAS)): p.read_bytes() for p in SCHEMAS.rglob("*.json")}
    made = {
        str(schema.file_of(each.words)): json_text.pretty(schema.schema_of(each.words, form))
        for each in commands.values()
        if isinstance(form := formats.of(each), JsonForm)
    }
    assert kept == made, "run `make schemas`"


def test_a_schema_can_be_asked_for(phiguard):
    code, out, _ = phiguard("schema", "policy", "check")
    assert (code, out) == (0, (SCHEMAS / "policy" / "check.schema.json").read_text())
    assert phiguard("schema", "serve")[0] == 2
    assert phiguard("schema", "policy", "nothing")[0] == 2
    assert phiguard("schema")[0] == 2


def test_a_group_alone_prints_its_help_and_is_wrong_use(root, phiguard):
    groups = [each for each in tree.walk(root) if tree.subparsers(each) is not None]
    assert len(groups) > 7
    for group in groups:
        code, out, err = phiguard(*group.words)
        assert (code, err) == (2, "")
        assert out.startswith("usage: ")
        assert "examples:\n" in out
        assert "\nmore:\n" in out


def test_every_help_names_a_page_that_exists(root):
    for each in tree.walk(root):
        more = help_texts.more(each.words)
        assert more is not None, each.words
        assert (ROOT / more.page).is_file(), more.page


def test_the_examples_are_command_lines_that_are_understood(root):
    for more in help_texts.MORE.values():
        for command, _ in more.examples:
            words = shlex.split(re.split(r" [<>] ", command)[0])
            assert root.parse_args(words).run is not None


def test_help_fits_80_columns_and_no_name_of_a_command_stands_alone(root, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for each in tree.walk(root):
        lines = each.format_help().splitlines()
        assert max(map(len, lines)) <= 80, each.words
        listed = lines[lines.index("commands:") + 1 :] if "commands:" in lines else []
        named = [line for line in listed[: [*listed, ""].index("")] if re.match(r"  \S", line)]
        assert all(len(line.split()) > 1 for line in named), each.words


def test_the_examples_stay_command_lines_where_they_are_broken():
    for words, more in help_texts.MORE.items():
        whole = help_texts.epilog(tuple(words.split())).replace(" \\\n     ", "")
        for command, _ in more.examples:
            assert f"  phiguard {command}\n" in whole


def test_every_command_knows_its_version(root, phiguard):
    for each in tree.walk(root):
        if len(each.words) < 2:
            code, out, _ = phiguard(*each.words, "--version")
            assert (code, out.split()[0]) == (0, "phiguard")


WRITERS = {
    "extauthz/commands/output/output_file.py": "documents, as they are",
    "extauthz/commands/audit/export.py": "Parquet, as bytes",
    "extauthz/commands/init/questions.py": "asks on a terminal",
}


def test_nobody_else_writes_to_the_screen():
    written = re.compile(r"sys\.std(?:out|err)\.(?:write|buffer)|\bprint\(|, sys\.stdout\.buffer")
    folders = ("extauthz/commands", "extauthz/demo")
    modules = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    found = {str(p.relative_to(ROOT)) for p in modules if written.search(p.read_text())}
    assert found == set(WRITERS)
