"""Reads JSON of unknown shape.

A place that is absent is empty. A place of the wrong type is never taken for an empty one: what is
missing there could be what opens a way.
"""

from collections.abc import Mapping, Sequence
from typing import Final, cast

Tree = Mapping[str, object]

_EMPTY: Final[Tree] = {}
_STRUCTS: Final = ("udpa.type.v1.TypedStruct", "xds.type.v3.TypedStruct")
_SHOWN: Final = 80
_GREATEST: Final = 2**64


class UnreadableError(ValueError):
    """A place has the wrong type, or a field that is not known. The text is one clause."""


def tree(parent: Tree, key: str) -> Tree:
    """The mapping at `key`.

    Raises:
        UnreadableError: it is something else.
    """
    value = parent.get(key)
    if type(value) is dict:  # as JSON is parsed; a look at `Mapping` is slow
        return value
    return as_tree(value, key)


def as_tree(value: object, what: str) -> Tree:
    """`value` as a mapping; empty for null.

    Raises:
        UnreadableError: it is something else.
    """
    if value is None:
        return _EMPTY
    if not isinstance(value, Mapping):
        raise UnreadableError(f"`{what}` is no object")
    return cast("Tree", value)


def trees(parent: Tree, key: str) -> list[Tree]:
    """The mappings of the list at `key`.

    Raises:
        UnreadableError: it is no list, or an item is no mapping.
    """
    found = items(parent, key)
    for each in found:
        if type(each) is not dict and not isinstance(each, Mapping):
            raise UnreadableError(f"`{key}` holds something else than objects")
    return cast("list[Tree]", found)


def items(parent: Tree, key: str) -> Sequence[object]:
    """The list at `key`.

    Raises:
        UnreadableError: it is something else.
    """
    value = parent.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnreadableError(f"`{key}` is no list")
    return value


def text(parent: Tree, key: str) -> str:
    """The text or number at `key`; empty when it is absent.

    Raises:
        UnreadableError: it is something else.
    """
    value = parent.get(key, "")
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _GREATEST:
        raise UnreadableError(f"`{key}` is no text")
    return str(value)


def number(parent: Tree, key: str) -> int:
    """The whole number at `key`; 0 when it is absent.

    Raises:
        UnreadableError: it is something else.
    """
    found = text(parent, key)
    if not found:
        return 0
    # protobuf's JSON writes 64 bits as text
    if not (found.isascii() and found.removeprefix("-").isdigit() and len(found) <= _SHOWN):
        raise UnreadableError(f"`{key}` is no whole number")
    return int(found)


def flag(parent: Tree, key: str) -> bool:
    """The flag at `key`; false when it is absent. A wrapped flag of protobuf is read too.

    Raises:
        UnreadableError: it is something else.
    """
    value = parent.get(key)
    if isinstance(value, Mapping) and set(value) <= {"value"}:
        value = value.get("value")
    if value is None:
        return False
    if not isinstance(value, bool):
        raise UnreadableError(f"`{key}` is neither true nor false")
    return value


def only(parent: Tree, known: frozenset[str], what: str) -> None:
    """Refuse fields that are not known.

    Raises:
        UnreadableError: there is one.
    """
    if not known.issuperset(parent):
        field = min(str(key) for key in parent.keys() - known)
        raise UnreadableError(f"{what} has a field `{shown(field)}` that is not known")


def kind(config: Tree) -> str:
    """The type of a typed configuration, without its prefix.

    Raises:
        UnreadableError: `@type` is no text.
    """
    return text(config, "@type").rpartition("/")[2]


def plain(config: Tree) -> Tree:
    """A typed configuration, also where it was given without Envoy's schema.

    Raises:
        UnreadableError: it has another shape.
    """
    if kind(config) not in _STRUCTS:
        return config
    return {**tree(config, "value"), "@type": text(config, "type_url")}


def shown(name: str) -> str:
    """A name out of a dump, as it may stand in a line."""
    cut = name if len(name) <= _SHOWN else name[: _SHOWN - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(each if each.isprintable() else "?" for each in cut)
