"""What the site holds, and what it must not fetch."""

import pytest
import yaml

from tools.docs_site import PAGES, foreign, lay
from tools.own_tests import ROOT


class _Loader(yaml.SafeLoader):
    """Reads the configuration with the name of a function in it, which is not called."""


_LOCAL = "tag:yaml.org,2002:python/object/apply:pymdownx.slugs.slugify"
_Loader.add_constructor(_LOCAL, lambda loader, node: None)
SETTINGS = yaml.load((ROOT / "mkdocs.yml").read_text(), _Loader)  # noqa: S506 - a safe loader


def pages(entries):
    for entry in entries:
        for where in entry.values() if isinstance(entry, dict) else [entry]:
            yield from [where] if isinstance(where, str) else pages(where)


def test_each_page_is_in_the_navigation_once_and_exists():
    named = list(pages(SETTINGS["nav"]))
    assert len(set(named)) == len(named)
    kept = [ROOT / name for name in PAGES]
    files = [f for each in kept for f in ([each] if each.is_file() else each.rglob("*.md"))]
    assert set(named) == {str(f.relative_to(ROOT)) for f in files if f.suffix == ".md"}


def test_each_reader_has_a_part():
    parts = {name for entry in SETTINGS["nav"] for name in entry}
    readers = {"Mesh admin", "Security engineer", "Auditor", "Developer", "Integration engineer"}
    assert readers <= parts


def test_a_broken_link_is_a_warning_and_a_warning_fails():
    assert set(SETTINGS["validation"]["links"].values()) == {"warn"}
    assert set(SETTINGS["validation"]["nav"].values()) == {"warn"}


def test_pages_are_laid_as_they_lie_in_the_repository(tmp_path):
    (tmp_path / "old.md").touch()
    lay(ROOT, tmp_path / "laid")
    assert (tmp_path / "laid/docs/quick-start.md").is_file()
    assert (tmp_path / "laid/istio-config/README.md").is_file()


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.html", '<script src="https://x.example/a.js"></script>', 1),
        ("a.html", "<link rel=stylesheet href=//x.example/a.css>", 1),
        ("a.html", '<img alt="x" src="http://x.example/a.png">', 1),
        ("a.html", '<a href="https://x.example/">x</a> <script src="a.js"></script>', 0),
        ("a.css", "@font-face{src:url(https://x.example/a.woff)}", 1),
        ("a.css", '@import "//x.example/a.css";', 1),
        ("a.css", "a{background:url(data:image/svg+xml;x)}", 0),
        ("a.js", "fetch('https://x.example/')", 0),
    ],
)
def test_what_a_browser_would_fetch_from_elsewhere_is_found(tmp_path, name, text, found):
    (tmp_path / name).write_text(text)
    assert len(foreign(tmp_path)) == found
