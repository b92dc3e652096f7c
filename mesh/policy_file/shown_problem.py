"""A problem of a policy object as its status shows it: its place as a path, and none of its text.

Whoever reads an object's status may not be who reads its policy, and a name in a policy may be a
person's. So what the author wrote is left out: of the texts between backticks, and of the keys of
a path, only the words of phiguard itself stay.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mesh.policy_file import keys as policy_keys
from mesh.policy_file.groups import BUILT_IN_GROUPS
from mesh.policy_file.problems import FileProblem
from mesh.policy_file.yaml_document import UnreadableError, compose
from phiscan.identifiers import INFO_TYPES, Identifier
from phiscan.media_names import MEDIA_NAMES

# matches "`rules`"; nothing in a text that itself holds a backtick is shown
_QUOTED: Final = re.compile("`([^`]*)`")
_HIDDEN: Final = "`...`"
_ANY: Final = "*"
_PLAIN: Final = "the object cannot be used; `phiguard policy check` says why"


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """One problem without its author's words.

    Args:
        path: `spec.rules[0].phi.request`; empty for the whole object.
    """

    path: str
    message: str
    hint: str


def shown(problem: FileProblem, text: str) -> ShownProblem:
    """The problem of a text, as anyone may see it.

    Args:
        problem: an error. The hint of a warning may hold the author's words without backticks.
        text: what the problem is of.
    """
    path = _paths(text).get((problem.line, problem.column), "")
    if "`" in text:  # what is quoted cannot be told from what is not
        return ShownProblem(path, _PLAIN, "")
    return ShownProblem(path, _without_words(problem.message), _without_words(problem.hint))


def _without_words(line: str) -> str:
    known = _words()
    return _QUOTED.sub(lambda found: found[0] if found[1] in known else _HIDDEN, line)


@cache
def _words() -> frozenset[str]:
    """Every key, value and name that phiguard itself defines."""
    words = {*INFO_TYPES, *BUILT_IN_GROUPS, *MEDIA_NAMES, *policy_keys.ISTIO, _ANY}
    words |= {each.value for each in Identifier}
    words |= set(_of_schema(policy_keys.TOP))
    words |= {"metadata.namespace", "spec.workloadGroups", "action: AUDIT", "mtls: any", "{}"}
    return frozenset(words)


def _of_schema(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for key, inner in schema.items():
            if key == "enum" and isinstance(inner, list):
                yield from (word for word in inner if isinstance(word, str))
            else:
                yield str(key)
                yield from _of_schema(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _of_schema(inner)


def _paths(text: str) -> dict[tuple[int, int], str]:
    """The path of each node by its line and column, both from 1."""
    found: dict[tuple[int, int], str] = {}
    try:
        root = compose(text)
    except UnreadableError:
        return found
    _note(root, "", found)
    return found


def _note(node: Node, path: str, found: dict[tuple[int, int], str]) -> None:
    # the outer of two nodes that begin together is the one that a problem names
    found.setdefault(_place(node), path)
    if isinstance(node, SequenceNode):
        for at, item in enumerate(node.value):
            _note(item, f"{path}[{at}]", found)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else _ANY
            inner = f"{path}.{name if name in _words() else _ANY}".lstrip(".")
            found.setdefault(_place(key), inner)
            _note(value, inner, found)


def _place(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
