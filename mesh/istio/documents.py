"""Manifests as values that know their lines: YAML of several documents, JSON, `kubectl get` dumps.

Istio and Envoy read protobuf JSON, where `failOpen` and `fail_open` are the same field. So every
key is converted to snake_case here, once. Keys of labels and annotations stay as they are.

YAML is read as a stream of events: nothing here recurses into what a stranger nested.
"""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import yaml

# values in one file, with aliases written out; `kubectl get` of a large cluster gives some hundred
# thousand
_MOST_VALUES: Final = 5_000_000
# the CEL expressions in an EnvoyFilter nest some 40 deep
_MOST_DEPTH: Final = 200
# matches the `O` of `failOpen` and the `T` of `mesh_mTLS`; not in `TLS`
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")
_RAW: Final = frozenset({"labels", "annotations", "match_labels"})
"""Keys whose value is a mapping of names that a user chose."""
_TAG: Final = "tag:yaml.org,2002:"
# of plain scalars: null, booleans and integers; all else is text
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# matches `{{ .Values.x }}`, `{{- if`, `{{/* x */}}`, `[[ .x ]]` is none
_TEMPLATE: Final = re.compile(r"\{\{-?\s*(?:[.$/(]|[a-zA-Z]+\b)")

Place = tuple[int, str]
"""Line (0 when unknown) and the key as it was written."""


class SnapshotError(ValueError):
    """Text that cannot be read as objects. The message is one line for the user."""


class Fields(dict[str, object]):
    """A mapping that knows the place of each key."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, Place] = {}


class Items(list[object]):
    """A list that knows the line of each item."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


class _UnreadableError(Exception):
    def __init__(self, line: int, why: str = "is not YAML") -> None:
        super().__init__(why)
        self.line, self.why = line, why


def load(file: str, text: str, before: int = 0) -> list[tuple[object, int]]:
    """Each document with its line.

    Args:
        file: its name, for messages.
        text: YAML or JSON.
        before: lines above the text, where it stands inside of another file.

    Raises:
        SnapshotError: names the file and the line.
    """
    try:
        found = _json(text) if text.lstrip()[:1] in ("{", "[") else None
        return _yaml(text, before) if found is None else found
    except _UnreadableError as error:
        raise SnapshotError(_refusal(file, text, before, error)) from None


def is_templated(text: str) -> bool:
    """Whether a text holds an action of Go's templates."""
    return bool(_TEMPLATE.search(text))


def _refusal(file: str, text: str, before: int, error: _UnreadableError) -> str:
    place = f"{file}:{error.line}" if error.line else file
    if found := _TEMPLATE.search(text):
        line = before + text.count("\n", 0, found.start()) + 1
        return (
            f"{file}:{line}: is a template; render it first: "
            "`helm template CHART | phiguard istio check -`"
        )
    give = "give manifests or the output of `kubectl get -o yaml` or `-o json`"
    return f"{place}: {error.why}; {give}"


def _json(text: str) -> list[tuple[object, int]] | None:
    """The documents of a JSON text, one after the other; None when it is not JSON."""
    decoder, found = json.JSONDecoder(), list[tuple[object, int]]()
    count, end = itertools.count(), len(text.rstrip())
    start = 0
    while start < end:
        if text[start] in " \t\r\n":
            start += 1
            continue
        try:
            value, start = decoder.raw_decode(text, start)
            found.append((_converted(value, count, 0, raw=False), 0))
        except json.JSONDecodeError as error:
            if error.pos >= end or error.msg.startswith("Unterminated"):
                line = text.count("\n", 0, end) + 1
                raise _UnreadableError(line, "ends in the middle of an object") from None
            return None  # flow style, `{kind: X}`, is YAML all the same
        except RecursionError:
            raise _UnreadableError(0, "nests too deep") from None
    return found


def converted(value: object) -> object:
    """A JSON value with keys in snake_case. Raises SnapshotError."""
    try:
        return _converted(value, itertools.count(), 0, raw=False)
    except _UnreadableError as error:
        raise SnapshotError(f"an object {error.why}") from None


def _converted(value: object, count: Iterator[int], depth: int, *, raw: bool) -> object:
    if next(count) > _MOST_VALUES:
        raise _UnreadableError(0, "has too many values")
    if depth > _MOST_DEPTH:
        raise _UnreadableError(0, "nests too deep")
    if isinstance(value, Mapping):
        fields = Fields()
        for key, child in value.items():
            name = str(key) if raw else snake(str(key))
            inner = _converted(child, count, depth + 1, raw=name in _RAW and not raw)
            fields[name] = inner
            fields.places[name] = (0, str(key))
        return fields
    if isinstance(value, list):
        items = Items()
        for child in value:
            items.append(_converted(child, count, depth + 1, raw=False))
            items.lines.append(0)
        return items
    return value


@lru_cache(maxsize=4096)
def snake(key: str) -> str:
    """A key of protobuf JSON in snake_case."""
    return _CAPITAL.sub(r"_\1", key).lower()


class _Frame:
    """A collection that is being read."""

    def __init__(self, event: yaml.CollectionStartEvent, line: int, *, raw: bool) -> None:
        self.value = Fields() if isinstance(event, yaml.MappingStartEvent) else Items()
        self.anchor, self.line, self.raw = event.anchor, line, raw
        self.key: str | None = None
        self.size = 1


class _Builder:
    """Values from YAML's events."""

    def __init__(self, before: int) -> None:
        self._before = before
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[object, int]] = {}
        self.documents: list[tuple[object, int]] = []

    def take(self, event: yaml.Event) -> None:
        mark = event.start_mark
        line = (mark.line + 1 if mark else 0) + self._before
        if isinstance(event, yaml.DocumentStartEvent):
            self._anchors = {}
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _UnreadableError(line, f"`*{event.anchor}` stands for nothing, or for itself")
            self._add(*self._anchors[event.anchor], line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            frame = self._stack.pop()
            if frame.anchor:
                self._anchors[frame.anchor] = (frame.value, frame.size)
            self._add(frame.value, frame.size, frame.line)

    def _open(self, event: yaml.CollectionStartEvent, line: int) -> None:
        if len(self._stack) >= _MOST_DEPTH:
            raise _UnreadableError(line, "nests too deep")
        if event.tag not in (None, "!", f"{_TAG}map", f"{_TAG}seq"):
            raise _UnreadableError(line, "has a tag that Kubernetes does not know")
        parent = self._stack[-1] if self._stack else None
        if parent is not None and isinstance(parent.value, Fields) and parent.key is None:
            raise _UnreadableError(line, "has a key that is no text")
        raw = parent is not None and parent.key in _RAW and not parent.raw
        self._stack.append(_Frame(event, line, raw=raw))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.value, Fields) and frame.key is None:
            written = event.value
            name = written if frame.raw else snake(written)
            frame.key = name
            frame.value.places[name] = (line, written)
            return
        value = _typed(event, line)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._add(value, 1, line)

    def _add(self, value: object, size: int, line: int) -> None:
        if not self._stack:
            self.documents.append((value, line))
            return
        frame = self._stack[-1]
        frame.size += size
        if frame.size > _MOST_VALUES:
            raise _UnreadableError(line, "has aliases that stand for too many values")
        if isinstance(frame.value, Items):
            frame.value.append(value)
            frame.value.lines.append(line)
        elif frame.key is None:
            raise _UnreadableError(line, "has a key that is no text")
        else:
            _put(frame.value, frame.key, value, line)
            frame.key = None


def _put(fields: Fields, key: str, value: object, line: int) -> None:
    if key != "<<":
        fields[key] = value
        return
    for merged in value if isinstance(value, Items) else [value]:
        for name, inner in merged.items() if isinstance(merged, Fields) else ():
            fields.setdefault(name, inner)
            fields.places.setdefault(name, (line, name))


def _typed(event: yaml.ScalarEvent, line: int) -> object:
    """A scalar as Kubernetes reads it, as far as a check needs it."""
    if event.tag not in (None, "!", *(f"{_TAG}{name}" for name in ("str", "int", "bool", "null"))):
        raise _UnreadableError(line, "has a tag that Kubernetes does not know")
    text: str = event.value
    if event.tag is not None or not event.implicit[0]:
        return text
    if text.lower() in ("", "~", "null"):
        return None
    if text.lower() in ("true", "yes", "on", "false", "no", "off"):
        return text.lower() in ("true", "yes", "on")
    return int(text) if text.isascii() and text.removeprefix("-").isdigit() else text


def _yaml(text: str, before: int) -> list[tuple[object, int]]:
    builder = _Builder(before)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _UnreadableError(mark.line + 1 + before if mark else 0) from None
    return builder.documents
