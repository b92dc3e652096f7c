"""Reads a file of values, the same that `helm -f` takes, into an installation.

An error names its line and the fix. Nothing is guessed: an unknown key is an error, because a
setting that was meant and not taken is a guard that is not as its admin thinks.
"""

import re
from dataclasses import is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from yaml.nodes import Node, ScalarNode

from extauthz.commands.errors import UsageError
from mesh.istio.install.values_schema import IMAGE, Field, fields_of
from mesh.istio.values import IMAGE as IMAGE_PATTERN
from mesh.istio.values import Values
from mesh.policy_file import load
from mesh.policy_file.nodes import NodeReader
from mesh.policy_file.problems import PolicyError, Severity


def read(path: Path) -> tuple[str, Values]:
    """Return the image, empty where the file names none, and the values.

    Raises:
        UsageError: the file cannot be read, or says something that no installation can be. Its
        text has a line for each problem.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"`{path}` is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise UsageError(
            f"cannot read `{path}` ({error.strerror}); give a file of values"
        ) from None
    reader = NodeReader(str(path))
    image, values = "", Values()
    root = reader.compose(text)
    if root is not None:
        image, values = _values(reader, root)
    if reader.failed:
        raise UsageError("\n".join(str(each) for each in reader.problems))
    return image, values


def _values(reader: NodeReader, root: Node) -> tuple[str, Values]:
    known = {each.key: each for each in fields_of(Values)}
    found = reader.mapping(root, (IMAGE, *known), "the values")
    image = _image(reader, found.pop(IMAGE)) if IMAGE in found else ""
    given = {known[key].name: _value(reader, node, known[key], key) for key, node in found.items()}
    try:
        values = Values(**given)
    except ValueError as error:
        if not reader.failed:  # an error of one value stands in for a value that contradicts none
            reader.error(root, str(error))
        return image, Values()
    _check_policy(reader, root, values)
    return image, values


def _image(reader: NodeReader, node: Node) -> str:
    image = reader.text(node, f"`{IMAGE}`")
    if image and not re.search(IMAGE_PATTERN, image):
        reader.error(node, f"`{image}` is not an image name", "use one like `phiguard:0.1.0`")
    return image


def _check_policy(reader: NodeReader, root: Node, values: Values) -> None:
    """A guard with a broken policy refuses everything; say so before it is installed.

    With detectors of its own, a policy may name infoTypes that are not known here.
    """
    own = any(each.startswith("--detectors") for each in values.extra_arguments)
    if values.policy.text and not own:
        try:
            load.parse(values.policy.text, file="policy.text")
        except PolicyError as error:
            for problem in error.problems:
                if problem.severity is Severity.ERROR:
                    reader.error(root, f"the policy cannot be used: {problem}")


def _value(reader: NodeReader, node: Node, field: Field, where: str) -> Any:  # noqa: ANN401 - by type
    kind, about, name = field.type, field.about, f"`{where}`"
    if is_dataclass(kind):
        return _group(reader, node, cast(type, kind), where)
    if field.is_list:
        return _list(reader, node, field, name)
    if issubclass(kind, StrEnum):
        return reader.choice(node, {each.value: each for each in kind}, name)
    if issubclass(kind, bool):
        return reader.boolean(node, name)
    if issubclass(kind, int):
        return reader.integer(node, range(about.minimum, about.maximum + 1), name)
    return _text(reader, node, field, name)


def _list(reader: NodeReader, node: Node, field: Field, name: str) -> tuple[object, ...]:
    about = field.about
    if field.has_numbers:
        allowed = range(about.minimum, about.maximum + 1)
        return tuple(reader.integer(each, allowed, name) for each in reader.sequence(node, name))
    return reader.strings(
        node, name, lambda word: re.search(about.pattern, word) is not None, about.description
    )


def _group(reader: NodeReader, node: Node, kind: type, where: str) -> object:
    known = {each.key: each for each in fields_of(kind)}
    found = reader.mapping(node, known, f"`{where}`")
    return kind(
        **{
            known[key].name: _value(reader, value, known[key], f"{where}.{key}")
            for key, value in found.items()
        }
    )


def _text(reader: NodeReader, node: Node, field: Field, name: str) -> str:
    pattern = field.about.pattern
    is_empty = isinstance(node, ScalarNode) and node.value == "" and bool(node.style)
    if is_empty and (not pattern or re.search(pattern, "")):
        return ""
    word = reader.text(node, name)
    if word and pattern and not re.search(pattern, word):
        reader.error(node, f"{name} is `{word}`, which is not allowed", field.about.description)
    return word
