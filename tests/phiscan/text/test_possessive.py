"""Possessive repeats match the same on every interpreter."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.text import possessive

_ROOT = Path(possessive.__file__).parents[2]
_OF_A_GROUP = re.compile(r"(?:\A|[^(\\])\)(?:[*+?]|\{[0-9,]+\})\+")
"""A possessive repeat of a group.

It also matches where the group is built from parts: `rf"(?:{item})*+"` has the literal `)*+`.
"""


@pytest.mark.skipif(
    not possessive.SOUND, reason="this interpreter's own repeats are the unsound ones"
)
@pytest.mark.parametrize("item", ["ab?c", "a|b", "ab*c?", "a++|bc", "ab|a"])
@pytest.mark.parametrize("count", ["*", "+", "?", "{2,}", "{0,3}"])
@given(text=st.text("abcx", max_size=12))
def test_an_atomic_group_matches_what_the_repeat_does(item: str, count: str, text: str) -> None:
    by_repeat, by_atomic_group = (
        re.search(form(item, count) + "(x?)", text)
        for form in (possessive.by_repeat, possessive.by_atomic_group)
    )
    assert (by_repeat and by_repeat.span()) == (by_atomic_group and by_atomic_group.span())


def test_groups_within_are_kept() -> None:
    found = re.match(possessive.repeated("(a)|b", "*"), "ab")
    assert found is not None
    assert (found.end(), found[1]) == (2, "a")


@pytest.mark.parametrize("literal", ["(?:ab)*+", ")*+", "(a|b){2,}+x"])
def test_what_repeats_a_group_possessively_is_seen(literal: str) -> None:
    assert _OF_A_GROUP.search(literal)


def test_bytes_and_text_give_the_same_expression() -> None:
    for form in (possessive.by_repeat, possessive.by_atomic_group):
        assert form(b"ab?c", "{5,}") == form("ab?c", "{5,}").encode()


def test_what_is_chosen_here_is_sound() -> None:
    assert re.fullmatch(possessive.repeated("ab?c", "*"), "a") is None
    value = possessive.repeated('"([a-z]*+)"|([0-9]++)', "?")
    member = re.fullmatch('"([a-z]*+)"' + possessive.repeated(":" + value, "?"), '"abc":"def"')
    assert member is not None
    assert member.groups() == ("abc", "def", None)


def _literals(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and id(node) not in said
            and isinstance(node.value, str | bytes)
        ):
            yield node.value if isinstance(node.value, str) else node.value.decode("latin-1")


@pytest.mark.parametrize("package", ["phiscan", "mesh", "extauthz"])
def test_no_expression_repeats_a_group_possessively_by_itself(package: str) -> None:
    found = [
        f"{path.relative_to(_ROOT)}: {literal[:60]}"
        for path in sorted((_ROOT / package).rglob("*.py"))
        if path.name != "possessive.py"
        for literal in _literals(path)
        if _OF_A_GROUP.search(literal)
    ]
    assert not found, (
        "say it by phiscan.text.possessive.repeated: some interpreters match it wrongly"
    )
