import ast
import textwrap

import pytest

from tools.mutation import mutants


def names(source):
    return [mutant.name for mutant in mutants(textwrap.dedent(source))]


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("a < b", "a < b => (a <= b)"),
        ("a < b", "a < b => (a >= b)"),
        ("a is None", "a is None => (a is not None)"),
        ("a < b < c", "a < b < c => (a < b <= c)"),
        ("a in (B, C)", "a in (B, C) => (a in (B,))"),
        ("a in (B, C)", "a in (B, C) => (a in (C,))"),
        ("a and b", "a and b => (a or b)"),
        ("a and b and c", "a and b and c => (a and c)"),
        ("a or b", "a or b => (b)"),
        ("not a", "not a => (a)"),
        ("a + b", "a + b => (a - b)"),
        ("a if b else c", "a if b else c => (a)"),
        ("True", "True => (False)"),
        ("41", "41 => (42)"),
        ("any(a)", "any(a) => (all(a))"),
        ("[x for x in y if z]", "[x for x in y if z] => ([x for x in y])"),
    ],
)
def test_each_kind_of_expression_has_its_changes(line, change):
    assert f"module: {change}" in names(f"value = {line}\n")


@pytest.mark.parametrize(
    ("statement", "change"),
    [
        ("if a:\n    pass", "a => True"),
        ("if a:\n    pass", "a => False"),
        ("f()", "f() => pass"),
        ("raise E", "raise E => pass"),
        ("a += b", "a += b => pass"),
        ("a.b = c", "a.b = c => pass"),
        ("return a", "return a => return None"),
        ("while a:\n    continue", "continue => break"),
    ],
)
def test_each_kind_of_statement_has_its_changes(statement, change):
    source = "def f():\n" + textwrap.indent(statement, "    ")
    assert f"f: {change}" in names(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""\n',
        "import a\n",
        "def f(a: int | None) -> int | None: ...\n",
        "a: int | None\n",
        'a = f"{b} < {c}"\n',
        "@d(1)\ndef f(): ...\n",
        "class A(B[1]): ...\n",
        "if TYPE_CHECKING:\n    import a\n",
    ],
)
def test_what_no_test_could_notice_is_not_changed(source):
    assert [name for name in names(source) if "TYPE_CHECKING =>" not in name] == []


def test_a_mutant_differs_from_its_source_in_one_place_and_compiles():
    source = 'def f(x):\n    é = "é" if x < 1 else "e"\n    return g(y for y in é if y)\n'
    made = mutants(source)
    assert made
    for mutant in made:
        changed = mutant.of(source)
        assert changed != source
        assert changed.startswith(source.encode()[: mutant.start].decode())
        ast.parse(changed)


def test_a_name_does_not_change_when_lines_are_put_before_it():
    source = "def f(a):\n    return a < 1\n"
    assert names(source) == names("b = c\n\n\n" + source)


def test_equal_changes_of_one_function_have_different_names():
    found = names("def f(a):\n    x = a < 1\n    y = a < 1\n")
    assert len(found) == len(set(found))
    assert "f: a < 1 => (a <= 1) #2" in found


def test_a_change_that_would_not_compile_is_left_out():
    assert names("match a:\n    case -1: ...\n") == []
