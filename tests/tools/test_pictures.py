"""The pictures of the docs: one of them is made again here, the others are there."""

import re
import sys

from tools.own_tests import ROOT
from tools.pictures import GRAPH, IMAGES, graph, on_terminal


def test_the_policy_graph_is_what_the_command_draws():
    assert GRAPH.read_bytes() == graph(), "run `make pictures`"


def test_each_picture_is_shown_and_each_one_shown_is_there():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {
        (page.parent / target).resolve()
        for page in pages
        for target in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text())
    }
    assert shown == set(IMAGES.iterdir())


def test_a_program_sees_a_terminal_of_the_width():
    code = "import os, sys; print(sys.stdout.isatty(), os.get_terminal_size().columns)"
    assert on_terminal([sys.executable, "-c", code], 77, {}) == (0, b"True 77\r\n")
