"""A YAML document as entries, each with the comments and blank lines that stand with it.

PyYAML drops comments. They stand where no token is, so its scanner finds them:

    own line        belongs to the next entry that begins below it
    behind a value  belongs to the largest entry that begins and ends on its line, else to the last
                    entry that begins there
    at the end      belongs to the document
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

# matches `|  # why`, `>- #x`; not `|#x`
_BLOCK_HEAD: Final = re.compile(r"[|>][-+0-9]*[ \t]+(#.*)")
BLANK: Final = ""
"""In a list of comments: a blank line."""


@dataclass(slots=True)
class Entry:
    """One member of a mapping, or one item of a list.

    Args:
        key: of a member; None of an item.
        value: its node.
        members: of its value; None where that is a scalar.
        before: comments above it, with blank lines.
        beside: the comment behind it, or empty.
    """

    key: ScalarNode | None
    value: Node
    members: list["Entry"] | None
    before: list[str] = field(default_factory=list)
    beside: str = ""

    @property
    def line(self) -> int:
        """The line on which it begins, from 0."""
        return int((self.key or self.value).start_mark.line)

    @property
    def last_line(self) -> int:
        """The line on which its value ends, from 0; of a block, a line further."""
        return int(self.value.end_mark.line)

    @property
    def has_comment(self) -> bool:
        """Whether a comment stands with it or within it."""
        return bool(self.beside or any(self.before)) or self.has_comment_within

    @property
    def has_comment_within(self) -> bool:
        """Whether a comment stands with one of its members."""
        return any(member.has_comment for member in self.members or ())


class Commented(NamedTuple):
    """A document: its root as an entry, and what stands below all entries, as it is indented."""

    root: Entry
    after: list[str]


class _Comment(NamedTuple):
    line: int
    column: int
    text: str
    is_own: bool


class UnsupportedError(Exception):
    """The document has a form that no policy can have. The text says which."""


def read(text: str, root: Node) -> Commented:
    """Return the document with its comments.

    Args:
        text: of the document.
        root: its root node.

    Raises:
        UnsupportedError: a key is no scalar.
    """
    tree = Entry(None, root, _members(root))
    entries = list(_flat(tree))
    after: list[str] = []
    place = 0
    for comment in _found(text):
        while place < len(entries) and entries[place].line <= comment.line:
            place += 1
        if not comment.is_own and _put_beside(entries[:place], comment):
            continue
        if place < len(entries):
            entries[place].before.append(comment.text)
        else:
            after.append(f"{' ' * comment.column}{comment.text}")
    return Commented(tree, after)


def comments(text: str) -> list[str]:
    """Return all comments of a text, without blank lines, sorted."""
    return sorted(each.text for each in _found(text) if each.text)


def _put_beside(begun: Sequence[Entry], comment: _Comment) -> bool:
    """Give a comment to an entry of its line. False where there is none, or it has one already."""
    here = [each for each in begun if each.line == comment.line]
    whole = [each for each in here if each.last_line == comment.line]
    chosen = whole[0] if whole else here[-1] if here else None
    if chosen is None and begun and begun[-1].last_line == comment.line:
        chosen = begun[-1]
    if chosen is None or chosen.beside:
        return False
    chosen.beside = comment.text
    return True


def _members(node: Node) -> list[Entry] | None:
    if isinstance(node, MappingNode):
        pairs = [(key, value) for key, value in node.value]
        if not all(isinstance(key, ScalarNode) for key, _ in pairs):
            raise UnsupportedError("a key is no single word")
        return [Entry(key, value, _members(value)) for key, value in pairs]
    if isinstance(node, SequenceNode):
        return [Entry(None, value, _members(value)) for value in node.value]
    return None


def _flat(entry: Entry) -> Iterator[Entry]:
    """The entries within an entry, in the order in which they begin."""
    for member in entry.members or ():
        yield member
        yield from _flat(member)


def _found(text: str) -> list[_Comment]:
    """All comments and blank lines, in order."""
    lines = text.splitlines()
    taken: set[int] = set()
    found: list[_Comment] = []
    end = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        start = token.start_mark.index
        found += _in_gap(text, end, start)
        end = max(end, token.end_mark.index)
        if isinstance(token, yaml.ScalarToken):
            taken.update(range(token.start_mark.line, token.end_mark.line))
            head = _BLOCK_HEAD.match(text, start) if token.style in {"|", ">"} else None
            if head is not None:
                found.append(_Comment(token.start_mark.line, head.start(1), head[1], is_own=False))
    found += _in_gap(text, end, len(text))
    found += [
        _Comment(number, 0, BLANK, is_own=True)
        for number, line in enumerate(lines)
        if not line.strip() and number not in taken
    ]
    return sorted(found)


def _in_gap(text: str, start: int, end: int) -> Iterator[_Comment]:
    """The comments between two tokens."""
    place = start
    while (place := text.find("#", place, end)) >= 0:
        stop = text.find("\n", place, end)
        stop = end if stop < 0 else stop
        begin = text.rfind("\n", 0, place) + 1
        yield _Comment(
            text.count("\n", 0, place),
            place - begin,
            text[place:stop].rstrip(),
            is_own=not text[begin:place].strip(),
        )
        place = stop
