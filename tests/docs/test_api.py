"""The examples of docs/api.md do what the page shows, and the page names every public name."""

import doctest
import re
from pathlib import Path

import phiscan

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
FENCE = re.compile(r"^```.*$", re.MULTILINE)


def test_every_example_gives_what_the_page_shows():
    examples = doctest.DocTestParser().get_doctest(FENCE.sub("", PAGE), {}, "api.md", "api.md", 0)
    said: list[str] = []
    result = doctest.DocTestRunner().run(examples, out=said.append)
    assert result.attempted > 20
    assert result.failed == 0, "".join(said)


def test_every_public_name_is_on_the_page():
    assert [name for name in phiscan.__all__ if f"`{name}`" not in PAGE] == []
