"""Each command of phiguard that stands in a block of code on a page is one that it takes.

It is read by the real parser, with all its options and values, and not run.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from extauthz.commands import tree

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "istio-config" / "README.md",
    ROOT / "extauthz" / "monitoring" / "README.md",
]
# matches what ends a command of a shell: `a | b`, `a > b`, `a && b`
END = re.compile(r"[|<>;&]+|\d?>{1,2}|\d>&\d")
# matches `$ phiguard audit verify DIR`, up to what is said beside it behind two spaces
COMMAND = re.compile(r"\s*(?:\$ )?(?:\.venv/bin/)?phiguard (\S+)(?: \S+)*")
# matches `[--key FILE]`
OPTIONAL = re.compile(r"\[(--[^]]*)\]")
FENCED = re.compile(r"^( *)```(?:sh|console|bash)?\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^ {4,}.*\n|^ {4,}.*\Z)+", re.MULTILINE)


def blocks(text: str) -> Iterator[str]:
    for found in FENCED.finditer(text):
        yield found[2]
    for found in INDENTED.finditer(FENCED.sub("\n", text)):
        yield found[0]


def commands(text: str) -> Iterator[list[str]]:
    for block in blocks(text):
        for line in re.sub(r" *\\\n\s*", " ", block).splitlines():
            written = COMMAND.match(line)
            # `...` stands for options that were written above, as on any page
            if written is None or written[1] not in tree.COMMANDS or "..." in line:
                continue
            words = shlex.split(OPTIONAL.sub(r"\1", written[0].lstrip(" $")), comments=True)
            end = next((at for at, word in enumerate(words) if END.fullmatch(word)), len(words))
            yield words[1:end]


FOUND = [
    pytest.param(words, id=f"{page.name}: {shlex.join(words)}")
    for page in PAGES
    for words in commands(page.read_text())
]


def test_the_pages_are_read():
    assert len(FOUND) > 100


@pytest.mark.parametrize("words", FOUND)
def test_a_command_on_a_page_is_one_that_phiguard_takes(words):
    named = next((word for word in words if not word.startswith("-")), "")
    tree.parser({named}).parse_args(words)
