"""The documentation names every option of every command, and no option that does not exist."""

import argparse
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from extauthz.commands import tree

ROOT = Path(__file__).parents[3]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "istio-config" / "README.md",
]
TEXT = "\n".join(page.read_text() for page in PAGES)
OF_OTHERS = {
    "--build-arg", "--cascade", "--certificate-identity", "--certificate-oidc-issuer",
    "--descriptor", "--folder", "--force-conflicts", "--fqdn", "--from-env-file", "--from-file",
    "--gate", "--gib", "--help", "--ignore-not-found", "--layers", "--messages", "--native", "--network",
    "--seconds-per-case",
    "--no-cache-dir", "--raw", "--records", "--repo", "--reuse-values", "--rm", "--set",
    "--show-misses", "--signer-workflow", "--size", "--source-ref", "--tag", "--target",
    "--timestamp", "--type", "--version", "--volume", "--wait", "--wheel",
}  # fmt: skip


def options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:  # argparse has no public way to list the options
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from options(each)
        else:
            yield from (option for option in action.option_strings if option.startswith("--"))


def all_options() -> set[str]:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for name in tree.COMMANDS:
        importlib.import_module(f"extauthz.commands.{name}").add_parser(commands)
    return set(options(parser)) - {"--help"}


def test_options_and_documentation_are_the_same():
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXT)) - OF_OTHERS == all_options()
