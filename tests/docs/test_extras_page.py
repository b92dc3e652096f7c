"""The pages name each extra of the package, and no other."""

import re
import tomllib

from extauthz.commands import tree
from extauthz.commands.extras import EXTRAS as EXTRAS_OF_COMMANDS
from tools.own_tests import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = set(PROJECT["optional-dependencies"]) - {"dev"}
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


def named(text: str) -> set[str]:
    return set(re.findall(r"phiguard\[([a-z0-9-]+)\]", text))


def test_the_quick_start_lists_the_extras_and_the_sources_name_theirs():
    listed = named((ROOT / "docs/quick-start.md").read_text())
    sources = named((ROOT / "docs/at-rest-sources.md").read_text())
    assert listed == {extra for extra in EXTRAS if not extra.startswith("rest-")}
    stores = {"rest-s3", "rest-azure", "rest-gcs", "rest-kafka", "rest-lake", "rest-web"}
    assert stores <= sources <= EXTRAS


def test_no_page_names_an_extra_that_is_none():
    assert {extra for page in PAGES for extra in named(page.read_text())} <= EXTRAS


def test_each_command_has_an_extra_or_is_held_to_the_base():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    (base,) = [c["source_modules"] for c in contracts if "need no extra" in c["name"]]
    held = {each.rpartition(".")[2] for each in base if each.startswith("extauthz.commands.")}
    assert held | EXTRAS_OF_COMMANDS == set(tree.COMMANDS)
