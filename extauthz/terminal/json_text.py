"""JSON for programs: UTF-8 whatever the locale, and any file name.

Python keeps bytes of a name that are no UTF-8 as surrogates. orjson refuses them; JSON can escape
them.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any

import orjson


def write(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Write one JSON value to the standard output, indented."""
    _write(pretty(value))


def write_line(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Write one JSON value as a line."""
    write_lines((value,))


def write_lines(values: Iterable[Any]) -> None:
    """Write JSON values, one a line."""
    for value in values:
        _write(compact(value) + b"\n")


def compact(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return one JSON value without spaces."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":"), default=_plain).encode()


def pretty(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return one JSON value, indented, with a newline."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return json.dumps(value, indent=2, default=_plain).encode() + b"\n"


def _plain(value: object) -> object:
    """Return what `json` does not know and orjson does. Raises TypeError for anything else."""
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(type(value).__name__)


def _write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
