"""The values as a YAML file with what each means, as a chart's `values.yaml`."""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import is_dataclass

from mesh.istio.install.values_schema import IMAGE, IMAGE_MEANING, Field, fields_of
from mesh.istio.values import Values

_WIDTH = 100


def values_text(image: str) -> str:
    """Return every value with its default. The text of `values.yaml`."""
    lines = [f"# {IMAGE_MEANING}", f"{IMAGE}: {image}", *_group(Values, 0)]
    return "\n".join(lines) + "\n"


def _group(group: type, indent: int) -> Iterator[str]:
    for each in fields_of(group):
        if indent == 0:
            yield ""
        yield from _field(each, indent)


def _field(field: Field, indent: int) -> Iterator[str]:
    space = " " * indent
    yield from textwrap.wrap(
        field.about.description,
        _WIDTH,
        initial_indent=f"{space}# ",
        subsequent_indent=f"{space}# ",
        break_on_hyphens=False,
    )
    if is_dataclass(field.type):
        yield f"{space}{field.key}:"
        yield from _group(field.type, indent + 2)
    else:
        # JSON is YAML, and leaves no doubt about what is text
        value = list(field.default) if isinstance(field.default, tuple) else field.default
        plain = isinstance(value, str) and value.isalpha()
        yield f"{space}{field.key}: {value if plain else json.dumps(value)}"
