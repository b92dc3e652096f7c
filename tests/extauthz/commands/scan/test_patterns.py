"""Patterns of `.phiguardignore`: as git takes them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extauthz.commands.scan.patterns import Patterns

GIT = shutil.which("git") or "git"


@pytest.mark.parametrize(
    ("lines", "path", "left_out"),
    [
        (["*.csv"], "a/b.csv", True),
        (["*.csv"], "b.csvx", None),
        (["/b.csv"], "a/b.csv", None),
        (["a/*.csv"], "a/b.csv", True),
        (["a/*.csv"], "a/c/b.csv", None),
        (["a/**/b"], "a/b", True),
        (["a/**/b"], "a/c/d/b", True),
        (["**/b"], "a/b", True),
        (["a/**"], "a/b/c", True),
        (["a/**"], "a", None),
        (["*.csv", "!b.csv"], "b.csv", False),
        (["!b.csv", "*.csv"], "b.csv", True),
        (["b/"], "b", None),  # a folder only
        (["# a comment", ""], "# a comment", None),
        (["\\#b"], "#b", True),
        (["\\!b"], "!b", True),
        (["b  "], "b", True),
        (["b\\ "], "b ", True),
        (["[ab].csv"], "a.csv", True),
        (["[!ab].csv"], "a.csv", None),
        (["[a"], "[a", None),
        (["[a\\-c]"], "b", None),
        (["[a\\-c]"], "-", True),
        (["[!]?"], "a", None),  # a bracket right behind `!` is a letter
        (["b\\"], "b\\", None),
        (["a?c"], "a/c", None),
    ],
)
def test_a_pattern(lines: list[str], path: str, left_out: bool | None) -> None:
    assert Patterns(lines).decide(path, is_folder=False) is left_out


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run([GIT, "init", "-q"], cwd=folder, check=True)  # noqa: S603 - our words
    return folder


_NAMES = st.text("ab.#! *", min_size=1, max_size=3).filter(lambda name: name.strip("."))
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_LINES = st.lists(st.text("ab.*?/[]!#\\- ", max_size=6), min_size=1, max_size=3)


@given(_LINES, _PATHS)
def test_any_pattern_is_taken_as_git_takes_it(
    repository: Path, lines: list[str], path: str
) -> None:
    (repository / ".gitignore").write_text("\n".join(lines) + "\n")
    asked = subprocess.run(  # noqa: S603 - a path by standard input
        [GIT, "check-ignore", "--no-index", "-q", "--stdin"],
        cwd=repository, input=path, text=True, check=False,
    )  # fmt: skip
    mine = Patterns(lines)
    parts = path.split("/")
    # git looks at each folder above first: what it leaves out, nothing below takes back
    above = ["/".join(parts[: n + 1]) for n in range(len(parts) - 1)]
    left_out = any(mine.decide(each, is_folder=True) for each in above)
    left_out = left_out or bool(mine.decide(path, is_folder=False))
    assert left_out is (asked.returncode == 0)
