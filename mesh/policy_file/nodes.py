"""YAML as nodes: values that know their line. Used for policies and case files.

This module knows no key of either. A problem is noted and reading goes on, so that one run shows
all problems. An unreadable value is replaced by an empty one, and no value of a file with an error
is used.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, TypeVar

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mesh.policy_file.problems import FileProblem, Severity
from mesh.policy_file.yaml_document import UnreadableError, compose

_TAG: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_TRUE: Final = frozenset({"true", "yes", "on"})
_NO_HINTS: Final[Mapping[str, str]] = MappingProxyType({})
_MANY: Final = 1000
_KINDS: Final = {MappingNode: "a mapping", SequenceNode: "a list", ScalarNode: "a single value"}

ChoiceT = TypeVar("ChoiceT")
PlainValue = str | int | float | bool | None | list["PlainValue"] | dict[str, "PlainValue"]
"""Any value that JSON can express."""


class NodeReader:
    """Turns the nodes of one file into values and collects problems.

    Args:
        file: the file's name, for the problems.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._problems: list[FileProblem] = []

    @property
    def problems(self) -> tuple[FileProblem, ...]:
        """All problems so far, each once, by place."""
        return tuple(sorted(set(self._problems)))

    @property
    def failed(self) -> bool:
        """Whether one of them is an error."""
        return any(problem.severity is Severity.ERROR for problem in self._problems)

    def error(self, node: Node, message: str, hint: str = "") -> None:
        """Note an error at the node."""
        self._note(
            node.start_mark.line + 1, node.start_mark.column + 1, Severity.ERROR, (message, hint)
        )

    def warn(self, node: Node, message: str, hint: str = "") -> None:
        """Note a warning at the node."""
        self._note(
            node.start_mark.line + 1, node.start_mark.column + 1, Severity.WARNING, (message, hint)
        )

    def include(self, problems: Iterable[FileProblem]) -> None:
        """Add the problems of another file that this one names."""
        self._problems.extend(problems)

    def compose(self, text: str) -> Node | None:
        """The root node of the text, or None with an error noted."""
        try:
            return compose(text)
        except UnreadableError as fault:
            self._note(fault.line, fault.column, Severity.ERROR, (fault.message, fault.hint))
            return None

    def mapping(
        self, node: Node, keys: Collection[str], where: str, foreign: Mapping[str, str] = _NO_HINTS
    ) -> dict[str, Node]:
        """The mapping's nodes by key. Unknown and repeated keys are errors.

        Args:
            keys: all keys that are allowed.
            where: the mapping's name in messages.
            foreign: hints for keys that users know from other systems.
        """
        found: dict[str, Node] = {}
        for name, key, value in self.items(node, where):
            if name not in keys:
                self.error(
                    key,
                    f"unknown key `{name}` in {where}",
                    foreign.get(name) or did_you_mean(name, keys),
                )
            else:
                found[name] = value
        return found

    def required(
        self, parent: Node, found: Mapping[str, Node], key: str, where: str
    ) -> Node | None:
        """The node of a key that `mapping` found, or None with an error noted."""
        if key not in found and isinstance(parent, MappingNode):
            self.error(parent, f"{where} has no `{key}`", f"add `{key}:`")
        return found.get(key)

    def sequence(self, node: Node, where: str) -> list[Node]:
        """The nodes of a list."""
        if not isinstance(node, SequenceNode):
            self.error(node, f"{where} is {kind_of(node)}, expected a list", "write it as `[...]`")
            return []
        return list(node.value)

    def text(self, node: Node, where: str) -> str:
        """A string that is not empty."""
        if isinstance(node, ScalarNode) and node.tag == f"{_TAG}str" and node.value:
            return str(node.value)
        if isinstance(node, ScalarNode) and node.value:
            self.error(
                node,
                f"{where} is `{node.value}`, which YAML does not read as text",
                "put it in quotes",
            )
        else:
            self.error(node, f"{where} is {_shown(node)}, expected text")
        return ""

    def boolean(self, node: Node, where: str) -> bool:
        """`true` or `false`."""
        if isinstance(node, ScalarNode) and node.tag == f"{_TAG}bool":
            return node.value.lower() in _TRUE
        self.error(node, f"{where} is {_shown(node)}, expected true or false")
        return False

    def integer(self, node: Node, allowed: range, where: str) -> int:
        """A whole number in decimal digits.

        Any other value is an error, and gives the first allowed number.
        """
        if (
            isinstance(node, ScalarNode)
            and node.tag == f"{_TAG}int"
            and _INTEGER.fullmatch(node.value)
        ):
            number = int(node.value)
            if number in allowed:
                return number
        quoted = (
            isinstance(node, ScalarNode) and bool(node.style) and _INTEGER.fullmatch(node.value)
        )
        message = (
            f"{where} is {_shown(node)}, expected a whole number from {allowed[0]} to {allowed[-1]}"
        )
        self.error(node, message, "write it without quotes" if quoted else "")
        return allowed[0]

    def choice(self, node: Node, choices: Mapping[str, ChoiceT], where: str) -> ChoiceT:
        """One of a few words. Any other word is an error, and gives the first choice."""
        word = node.value if isinstance(node, ScalarNode) else ""
        if word in choices:
            return choices[word]
        self.error(
            node, f"{where} is {_shown(node)}, expected {one_of(choices)}", closest(word, choices)
        )
        return next(iter(choices.values()))

    def strings(
        self, node: Node, where: str, valid: Callable[[str], bool], hint: str
    ) -> tuple[str, ...]:
        """A list of texts that all satisfy `valid`."""
        found = []
        for item in self.sequence(node, where):
            word = self.text(item, f"an entry of {where}")
            if word and not valid(word):
                self.error(item, f"`{word}` is not allowed in {where}", hint)
            found.append(word)
        return tuple(found)

    def plain(self, node: Node) -> PlainValue:
        """Any YAML as a value that JSON can express; dates stay text."""
        if isinstance(node, SequenceNode):
            return [self.plain(item) for item in node.value]
        if isinstance(node, MappingNode):
            return {name: self.plain(value) for name, _, value in self.items(node, "the mapping")}
        return _scalar(node)

    def items(self, node: Node, where: str) -> list[tuple[str, Node, Node]]:
        """Name, key and value of each entry of a mapping. Repeated keys are errors."""
        if not isinstance(node, MappingNode):
            self.error(
                node, f"{where} is {kind_of(node)}, expected a mapping", "write `key: value` pairs"
            )
            return []
        items: dict[str, tuple[str, Node, Node]] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if not name or key.tag == f"{_TAG}merge":
                self.error(key, f"a key in {where} is not text")
            elif name in items:
                first = items[name][1].start_mark.line + 1
                self.error(
                    key,
                    f"key `{name}` appears twice in {where}",
                    f"first in line {first}; remove one",
                )
            else:
                items[name] = (name, key, value)
        return list(items.values())

    def _note(self, line: int, column: int, severity: Severity, words: tuple[str, str]) -> None:
        self._problems.append(FileProblem(self.file, line, column, severity, *words))


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A node of a file, at which problems are noted."""

    reader: NodeReader
    node: Node

    @property
    def line(self) -> int:
        """From 1."""
        return self.node.start_mark.line + 1

    def error(self, message: str, hint: str) -> None:
        """Note an error here."""
        self.reader.error(self.node, message, hint)

    def warn(self, message: str, hint: str) -> None:
        """Note a warning here."""
        self.reader.warn(self.node, message, hint)


def closest(word: str, known: Collection[str]) -> str:
    """A hint that names the closest known word.

    Empty when no word is close, or when there are too many words to compare.
    """
    if len(known) > _MANY:
        return ""
    close = get_close_matches(word, known, n=1) or get_close_matches(word.upper(), known, n=1)
    return f"did you mean `{close[0]}`?" if close else ""


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A hint: the closest known word, or all of them when none is close and there are few."""
    return closest(word, known) or (f"known: {', '.join(known)}" if 0 < len(known) <= 12 else "")


def one_of(words: Collection[str]) -> str:
    """`a`, `b` or `c`."""
    *most, last = (f"`{word}`" for word in words)
    return f"{', '.join(most)} or {last}" if most else last


def kind_of(node: Node) -> str:
    """Return what a node is, in words: `a mapping`, `a list`, `a single value` or `empty`."""
    return "empty" if node.tag == f"{_TAG}null" else _KINDS[type(node)]


def _shown(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return f"`{node.value}`" if node.value else "empty"
    return kind_of(node)


def _scalar(node: Node) -> PlainValue:
    """A scalar, typed only where JSON would type it.

    YAML 1.1 would read `02139` as an octal number; here it stays text.
    """
    text = str(node.value)
    if node.tag == f"{_TAG}null":
        return None
    if node.tag == f"{_TAG}bool":
        return text.lower() in _TRUE
    if node.tag == f"{_TAG}int" and _INTEGER.fullmatch(text):
        return int(text)
    if node.tag == f"{_TAG}float" and _FLOAT.fullmatch(text):
        return float(text)
    return text
