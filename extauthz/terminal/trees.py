"""Trees: lines that hang below others."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from extauthz.terminal import screen as screens
from extauthz.terminal.drawn import Drawn
from extauthz.terminal.screen import Screen
from extauthz.terminal.text import ascii_of, shown

if TYPE_CHECKING:
    from rich.tree import Tree


class Node(Protocol):
    """What can be drawn: a text, and what hangs below it."""

    @property
    def text(self) -> str:
        """One of several lines goes on below itself."""

    @property
    def below(self) -> Sequence["Node"]:
        """The nodes that hang on it."""


@dataclass(slots=True)
class Branch:
    """A line of a tree, with the lines below it.

    Args:
        text: one of several lines goes on below itself.
        below: the branches that hang on it.
    """

    text: str
    below: list["Branch"] = field(default_factory=list)


def lines(root: Node, screen: Screen | None = None) -> list[Drawn]:
    """Return a tree as lines. On a terminal, a text wraps within its branch.

    Args:
        screen: where the lines go, when that is not the standard output.
    """
    from extauthz.terminal import drawing  # noqa: PLC0415 - few commands draw a tree

    where = screens.of(sys.stdout) if screen is None else screen
    found = drawing.drawn(_tree(root, where), where, where.width)
    return [Drawn(line.rstrip()) for line in found]


def _tree(branch: Node, where: Screen) -> "Tree":
    from rich.text import Text  # noqa: PLC0415 - as above
    from rich.tree import Tree  # noqa: PLC0415 - as above

    text = "\n".join(map(shown, branch.text.split("\n")))
    text = text if where.is_unicode else ascii_of(text)
    tree = Tree(Text(text, overflow="fold"), guide_style="dim" if where.is_coloured else "")
    for each in branch.below:
        tree.children.append(_tree(each, where))
    return tree
