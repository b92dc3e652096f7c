"""The JSON Schema of the values, made from their dataclasses (`values.schema.json` of the chart).

Helm validates with it at each install, upgrade, lint and template.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, Final, get_args, get_origin, get_type_hints

from mesh.istio.values import IMAGE as IMAGE_PATTERN
from mesh.istio.values import About, Values

Schema = dict[str, Any]
"""A JSON Schema, or a part of one."""

IMAGE: Final = "image"
"""The key of the image, which an `Installation` holds beside its values."""
IMAGE_MEANING: Final = "the guard's image, preferably with a digest"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Field:
    """One value: its attribute, its key in `values.yaml`, its type, its meaning, its default."""

    name: str
    key: str
    type: type
    about: About
    default: object

    @property
    def is_list(self) -> bool:
        """Whether the value is a list, of texts or of numbers."""
        return get_origin(self.type) is tuple

    @property
    def has_numbers(self) -> bool:
        """Whether it is a list of numbers."""
        return self.is_list and get_args(self.type)[0] is int


def key_of(name: str) -> str:
    """Return an attribute's name as `values.yaml` writes it: `storage_class`, `storageClass`."""
    first, *others = name.split("_")
    return first + "".join(each.title() for each in others)


def fields_of(group: type) -> Iterator[Field]:
    """Yield the fields of a dataclass of values."""
    hints = get_type_hints(group, include_extras=True)
    for each in fields(group):
        kind, about = get_args(hints[each.name])
        yield Field(each.name, key_of(each.name), kind, about, each.default)


def schema() -> Schema:
    """Return the schema of `values.yaml`."""
    image: Schema = {"description": IMAGE_MEANING, "type": "string", "pattern": IMAGE_PATTERN}
    whole = _object(Values)
    properties = {IMAGE: image, **whole["properties"]}
    # Helm adds `global` to the values of every chart
    properties["global"] = {"type": "object"}
    return {"$schema": _DIALECT, "title": "values of phiguard", **whole, "properties": properties}


def _object(group: type) -> Schema:
    properties = {each.key: _schema(each) for each in fields_of(group)}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _schema(value: Field) -> Schema:
    about: Schema = {"description": value.about.description}
    if is_dataclass(value.type):
        return {**about, **_object(value.type)}
    limits: Schema = {"minimum": value.about.minimum, "maximum": value.about.maximum}
    if value.is_list:
        items: Schema = (
            {"type": "integer", **limits}
            if value.has_numbers
            else {"type": "string", "pattern": value.about.pattern}
        )
        return {**about, "type": "array", "items": items, "uniqueItems": True}
    if issubclass(value.type, StrEnum):
        return {**about, "enum": [each.value for each in value.type]}
    if issubclass(value.type, bool):
        return {**about, "type": "boolean"}
    if issubclass(value.type, int):
        return {**about, "type": "integer", **limits}
    return {**about, "type": "string"} | (
        {"pattern": value.about.pattern} if value.about.pattern else {}
    )
