"""The text of one rule in the texts of a policy, as the ledger keeps them."""

import textwrap
from collections.abc import Iterator, Mapping

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


def rule_text(texts: Mapping[str, object], rule: str) -> str:
    """Return the lines of a rule or an exception, or empty text when no text has it.

    Args:
        texts: of a policy's files, by name. A forged ledger may hold anything.
        rule: its name; in a namespace's file it has the namespace before it: `finance/billing`.
    """
    for text in texts.values():
        if not isinstance(text, str):
            continue
        try:
            root = yaml.compose(text, yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError):
            continue
        namespace = _word(_at(_at(root, "metadata"), "namespace"))
        for node in _rules(root):
            name = _word(_at(node, "name"))
            if rule == (f"{namespace}/{name}" if namespace else name):
                return _lines(text, node)
    return ""


def _rules(root: Node | None) -> Iterator[Node]:
    spec = _at(root, "spec")
    for key in ("rules", "exceptions"):
        found = _at(spec, key)
        if isinstance(found, SequenceNode):
            yield from found.value


def _at(node: Node | None, key: str) -> Node | None:
    if isinstance(node, MappingNode):
        for name, value in node.value:
            if isinstance(name, ScalarNode) and name.value == key:
                return value  # type: ignore[no-any-return]  # PyYAML has no types for its nodes
    return None


def _word(node: Node | None) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def _lines(text: str, node: Node) -> str:
    lines, end = text.splitlines(), node.end_mark
    is_before = len(lines) <= end.line or not lines[end.line][: end.column].strip()
    inside = lines[node.start_mark.line : end.line + (not is_before)]
    return textwrap.dedent("\n".join(inside)).rstrip()
