"""What tests ask of a source, whatever its store."""

from pathlib import Path

from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import Budget, Method, Rows, Sampled, Unread
from atrest.spec import parse
from atrest.unit import Unit

ALL = Budget(rows=0)


def opened(text, environ, manners=None):
    """The source that a spec names."""
    return open_source(parse(text), manners or Manners(), environ)


def units(source):
    """The names of what is listed, with what each is."""
    return {each.name: each for each in source.list()}


def rows_of(items):
    """Every row as a dict."""
    return [
        dict(zip(item.columns, row, strict=True))
        for item in items
        if isinstance(item, Rows)
        for row in item.rows
    ]


def read(source, name, budget=ALL):
    """The rows of one unit, the method, and what was not read."""
    unit = next(each for each in source.list() if isinstance(each, Unit) and each.name == name)
    items = list(source.read(unit, budget))
    methods = [item.method for item in items if isinstance(item, Sampled)]
    assert len(methods) == 1, "a reader says once how it chose"
    return rows_of(items), methods[0], [item for item in items if isinstance(item, Unread)]


def chosen(source, name, column, *, rows, seed):
    """The values of a column in one sample."""
    found, method, _ = read(source, name, Budget(rows=rows, seed=seed))
    assert method.is_uniform
    assert method is not Method.ALL
    return {row[column] for row in found}


def everything_said(error):
    """All text by which an error could show a value."""
    seen, parts = [], []
    while error is not None and error not in seen:
        seen.append(error)
        parts += [str(error), repr(error), repr(error.args)]
        error = error.__cause__
    return " ".join(parts)


def sockets():
    """The descriptors of this process that are sockets."""
    return {
        each.name
        for each in Path("/proc/self/fd").iterdir()
        if each.is_symlink() and str(each.readlink()).startswith("socket:")
    }
