"""The JSON Schema of a type: of TypedDicts, lists, closed words and plain values.

A key's description stands beside it, as `Annotated[str, "what it says"]`. The description of an
object is the first paragraph of its docstring.
"""

import inspect
import types
from enum import Enum
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema = dict[str, Any]
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: Final[dict[object, Schema]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    object: {},
    Any: {},
}


def schema_of(of: object, title: str) -> Schema:
    """Return the schema of a type. Raises TypeError for a type that JSON does not have."""
    defined: dict[str, Schema] = {}
    found = {"$schema": DIALECT, "title": title, **_schema(of, defined)}
    if defined:
        found["$defs"] = dict(sorted(defined.items()))
    return found


def _schema(of: Any, defined: dict[str, Schema]) -> Schema:  # noqa: ANN401 - any type
    if of in _PLAIN:
        return dict(_PLAIN[of])
    if is_typeddict(of):
        return _reference(of, defined)
    if isinstance(of, type) and issubclass(of, Enum):
        return {"enum": [each.value for each in of]}
    return _generic(of, get_origin(of), get_args(of), defined)


def _generic(
    of: object, origin: object, inner: tuple[Any, ...], defined: dict[str, Schema]
) -> Schema:
    if origin is Annotated:
        return {**_schema(inner[0], defined), "description": inner[1]}
    if origin in (NotRequired, Required):
        return _schema(inner[0], defined)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": _schema(inner[0], defined)}
    if origin is dict and inner[0] is str:
        return {"type": "object", "additionalProperties": _schema(inner[1], defined)}
    if origin in (Union, types.UnionType):
        return _union([_schema(each, defined) for each in inner])
    raise TypeError(f"no JSON has the type {of}")


def _union(found: list[Schema]) -> Schema:
    if all(each.keys() == {"type"} for each in found):
        return {"type": [each["type"] for each in found]}
    return {"anyOf": found}


def _reference(of: Any, defined: dict[str, Schema]) -> Schema:  # noqa: ANN401 - a TypedDict
    name = of.__name__.lstrip("_")
    if name not in defined:
        defined[name] = {}  # a type may hold itself
        hints = get_type_hints(of, include_extras=True)
        defined[name] = {
            **_about(of),
            "type": "object",
            "additionalProperties": False,
            "required": [key for key in hints if key in of.__required_keys__],
            "properties": {key: _schema(hint, defined) for key, hint in hints.items()},
        }
    return {"$ref": f"#/$defs/{name}"}


def _about(of: object) -> Schema:
    text = inspect.cleandoc(getattr(of, "__doc__", None) or "").partition("\n\n")[0]
    # a TypedDict that is made by a call has the docstring of `dict`
    return {"description": " ".join(text.split())} if text and text != dict.__doc__ else {}
