"""The canonical layout of a policy: what `phiguard policy fmt` writes.

Keys stand in the order of `mesh.policy_file.keys`, and lists as they are: a person has grouped
them. What fits on a line of 100 characters is written on one, but rules, and the parts of a policy
that hold them, are not. Comments stay with what they stand with, and at most one blank line of
several stays. Laying out twice changes nothing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mesh.policy_file import keys as policy_keys
from mesh.policy_file.comments import BLANK, Entry, comments, read
from mesh.policy_file.nodes import kind_of
from mesh.policy_file.yaml_document import UnreadableError, compose

WIDTH: Final = 100
_STEP: Final = 2
# matches `cluster.local/ns/clinic/*`, `two words`, `ADT^A01`; not `*`, `a: b`, `a #b`, `a,b`, `- a`
_PLAIN: Final = re.compile(r"[A-Za-z0-9/_](?:[A-Za-z0-9/_.*@^+=()-]| (?=[A-Za-z0-9/_(]))*")
_NULL: Final = "tag:yaml.org,2002:null"
_TEXT: Final = "tag:yaml.org,2002:str"
_RESOLVER: Final = yaml.resolver.Resolver()
_SCHEMA: Final[Mapping[str, Any]] = policy_keys.closed(policy_keys.TOP, "")
_BLOCKS: Final = frozenset(
    {
        "", "spec", "spec.rules", "spec.rules.*", "spec.rules.*.phi", "spec.exceptions",
        "spec.exceptions.*", "spec.services", "spec.identifierGroups", "spec.workloadGroups",
    }
)  # fmt: skip
"""What is never written on one line, unless it is empty. `*` is an item of a list."""


class ChangedError(Exception):
    """The layout would change what the text says, or lose a comment: a fault of this module."""


def formatted(text: str) -> str:
    """Return the text in the canonical layout.

    Raises:
        UnreadableError, UnsupportedError: it is no document that a policy can be.
        ChangedError: see there.
    """
    root = compose(text)
    if not isinstance(root, MappingNode):
        raise UnreadableError(
            root.start_mark.line + 1,
            root.start_mark.column + 1,
            f"the policy is {kind_of(root)}, expected a mapping",
            "write `key: value` pairs",
        )
    document = read(text, root)
    _put_in_order(document.root, _SCHEMA)
    lines = [*_mapping(document.root.members or [], 0, "", _SCHEMA)]
    lines = _tidy([*lines, *document.after])
    made = "\n".join(lines) + "\n"
    if not _is_same(root, compose(made)) or comments(text) != comments(made):
        raise ChangedError("the layout would change the policy or lose a comment")
    return made


def _tidy(lines: list[str]) -> list[str]:
    """At most one blank line in a row, and none at either end."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip() if line.strip() else BLANK)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _is_same(one: Node, other: Node) -> bool:
    """Whether two nodes say the same: keys in any order, lists in theirs."""
    if type(one) is not type(other) or one.tag != other.tag:
        return False
    if isinstance(one, MappingNode):
        members = {key.value: value for key, value in other.value}
        return len(one.value) == len(other.value) and all(
            key.value in members and _is_same(value, members[key.value]) for key, value in one.value
        )
    if isinstance(one, SequenceNode):
        return len(one.value) == len(other.value) and all(
            _is_same(a, b) for a, b in zip(one.value, other.value, strict=True)
        )
    return one.tag == _NULL or bool(one.value == other.value)


def _put_in_order(entry: Entry, schema: Mapping[str, Any]) -> None:
    """Sort the keys within an entry, and let comments stand where they are written.

    What stands above the first member of a list's item is written above the item.
    """
    of = _properties(schema)
    members = entry.members or []
    if isinstance(entry.value, MappingNode):
        place = {key: number for number, key in enumerate(of.get("properties", {}))}
        members.sort(key=lambda each: place.get(_key(each), len(place)))
    for member in members:
        below = schema.get("items", {}) if member.key is None else _below(of, _key(member))
        _put_in_order(member, below)
        if member.key is None and member.members:
            first = member.members[0]
            member.before += first.before
            first.before = []


def _mapping(
    members: list[Entry], indent: int, path: str, schema: Mapping[str, Any]
) -> Iterator[str]:
    for number, member in enumerate(members):
        yield from _above(member, indent, is_first=number == 0)
        yield from _pair(member, indent, path, schema)


def _above(entry: Entry, indent: int, *, is_first: bool) -> Iterator[str]:
    """The comments above an entry. A block does not begin with a blank line."""
    seen = not is_first
    for comment in entry.before:
        if comment or seen:
            yield f"{' ' * indent}{comment}" if comment else BLANK
            seen = True


def _pair(member: Entry, indent: int, path: str, schema: Mapping[str, Any]) -> Iterator[str]:
    key = _key(member)
    name = f"{' ' * indent}{_scalar(member.key)}:"
    below = _below(schema, key)
    inner = f"{path}.{key}".lstrip(".")
    beside = f"  {member.beside}" if member.beside else ""
    line = _on_one_line(member, inner)
    if member.members is None or (line is not None and len(name) + 1 + len(line) <= WIDTH):
        yield f"{name} {line}{beside}"
        return
    yield f"{name}{beside}"
    if isinstance(member.value, MappingNode):
        yield from _mapping(member.members, indent + _STEP, inner, below)
    else:
        yield from _list(member.members, indent, inner, below)


def _list(items: list[Entry], indent: int, path: str, schema: Mapping[str, Any]) -> Iterator[str]:
    below, inner = schema.get("items", {}), f"{path}.*"
    for number, item in enumerate(items):
        yield from _above(item, indent, is_first=number == 0)
        beside = f"  {item.beside}" if item.beside else ""
        line = _on_one_line(item, inner)
        if item.members is None or (line is not None and indent + _STEP + len(line) <= WIDTH):
            yield f"{' ' * indent}- {line}{beside}"
            continue
        of = _mapping if isinstance(item.value, MappingNode) else _list
        first, *others = of(item.members, indent + _STEP, inner, below)
        yield f"{' ' * indent}- {first.lstrip()}{beside}"
        yield from others


def _on_one_line(entry: Entry, path: str) -> str | None:
    """The value in flow form; None where it may not be written so."""
    if entry.members and (path in _BLOCKS or entry.has_comment_within):
        return None
    return _flow(entry)


def _flow(entry: Entry) -> str:
    if entry.members is None:
        return _scalar(entry.value)
    if isinstance(entry.value, SequenceNode):
        return f"[{', '.join(map(_flow, entry.members))}]"
    pairs = (f"{_scalar(member.key)}: {_flow(member)}" for member in entry.members)
    return f"{{{', '.join(pairs)}}}"


def _key(member: Entry) -> str:
    return str(member.key.value) if member.key is not None else ""


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a mapping, where a list takes words too."""
    found: Mapping[str, Any] = next(
        (each for each in schema.get("anyOf", ()) if "properties" in each), schema
    )
    return found


def _below(schema: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The schema of a member; an empty one where the key is not known."""
    of = _properties(schema)
    named = of.get("additionalProperties")
    found: Mapping[str, Any] = of.get("properties", {}).get(key) or (
        named if isinstance(named, dict) else {}
    )
    return found


def _scalar(node: Node | None) -> str:
    """A single value: as it is where it is no text, plain where that says the same, else quoted."""
    if not isinstance(node, ScalarNode):
        raise ChangedError("a value is no single value")
    value = str(node.value)
    if node.tag != _TEXT:
        return "null" if node.tag == _NULL else value
    # types-PyYAML gives `resolve` no types
    resolved = _RESOLVER.resolve(ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    if resolved == _TEXT and _PLAIN.fullmatch(value):
        return value
    quoted: str = yaml.dump(value, default_style='"', allow_unicode=True, width=1 << 30)
    return quoted.strip()
