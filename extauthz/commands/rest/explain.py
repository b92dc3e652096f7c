"""`phiguard rest explain`: why a column is said to hold something."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TypedDict

from atrest.catalogue import Entry, Kept, entries
from atrest.claim import percent
from atrest.inference import REASONS
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.rest import catalogues
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class ShapeCount(TypedDict):
    """A shape of values, and in how many rows it was seen."""

    shape: str
    rows: int


class ExplainedEntry(TypedDict):
    """Why a column is said to hold an infoType."""

    source: str
    object: Annotated[str, "name of the unit; what the detectors found in it is masked"]
    column: str
    field: str
    infoType: str
    likelihood: str
    sure: Annotated[bool, "whether it is said of the column"]
    hits: Annotated[int, "rows in which it was found"]
    rowsSeen: int
    claim: Annotated[str, "how much of the column holds it, in words"]
    detectors: list[str]
    shapes: list[ShapeCount]
    methods: Annotated[dict[str, int], "how the rows were chosen; empty for all"]
    seed: Annotated[int, "of the sample"]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest explain`."""
    parser = subparsers.add_parser(
        "explain", help="why a column is said to hold something: by which detectors and shapes"
    )
    parser.add_argument(
        "what",
        metavar="UNIT[.COLUMN]",
        help="a table, file or key, or a column of one: public.patient.mrn",
    )
    catalogues.add_option(parser)
    formats.add(parser, JsonForm(list[ExplainedEntry]))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print why. Raises UsageError when nothing has this name."""
    with catalogues.opened(args) as store:
        meant = [kept for kept in store.units() if _is_meant(args.what, kept, None)]
    found = [
        (kept, entry)
        for kept in meant
        for entry in entries(kept)
        if _is_meant(args.what, kept, entry.column)
    ]
    if not meant:
        raise UsageError(f"{args.what}: not in the catalogue; `phiguard rest report` lists")
    if args.format == formats.JSON:
        json_text.write([_json(*each) for each in found])
    elif not found:
        say.line(f"{args.what}: nothing was found there")
    else:
        say.lines(line for each in found for line in _lines(*each))
    return 0


def _is_meant(what: str, kept: Kept, column: str | None) -> bool:
    """Whether a name names this column; without a column: the unit or one of its columns."""
    units = (kept.name, kept.key, f"{kept.source}/{kept.name}")
    if what in units:
        return True
    columns = kept.profile.columns if column is None else (column,)
    return any(what == f"{unit}.{each}" for unit in units for each in columns)


def _lines(kept: Kept, entry: Entry) -> Iterator[str]:
    where = f"{kept.name}.{entry.column}" if entry.column else kept.name
    yield f"{where}{f' at {entry.field}' if entry.field else ''}: {entry.info_type}"
    yield (
        f"  {entry.hits} of {entry.seen} that were read, {entry.filled} of them filled: "
        f"{entry.extent}"
    )
    sure = "" if entry.is_sure else ", and in too few rows to be said of the column"
    yield f"  likelihood {entry.likelihood.name}, about {entry.subject.value.lower()}{sure}"
    yield f"  found by {', '.join(_why(name) for name in entry.detectors)}"
    shapes = _shapes(kept, entry)
    if shapes:
        # not of the hits: a row may hold several values of one infoType, each with its shape
        total = sum(count for _, count in shapes)
        parts = (f"`{shape}` {percent(count / total)}" for shape, count in shapes[:5])
        yield f"  looks like {', '.join(parts)}"
    methods = ", ".join(kept.profile.methods) or "all"
    seed = "" if methods == "all" else f" (seed {kept.seed})"
    yield f"  rows chosen: {methods}{seed}; read {kept.read_at}; detectors {kept.detectors}"
    for evidence in (*kept.protection.storage, *kept.protection.connection):
        yield f"  {evidence.asked}: {evidence.answer} ({evidence.shield.value})"


_READERS = {
    "csv_column": "the name of the column",
    "json_key": "the name of the key",
    "prose": "the words around it",
    **REASONS,
}


def _why(detector: str) -> str:
    words = _READERS.get(detector)
    return f"{detector} ({words})" if words else detector


def _shapes(kept: Kept, entry: Entry) -> list[tuple[str, int]]:
    column = kept.profile.columns[entry.column]
    found = [(s.shape, n) for s, n in column.shapes.items() if s.info_type == entry.info_type]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _json(kept: Kept, entry: Entry) -> ExplainedEntry:
    return {
        "source": kept.source,
        "object": kept.name,
        "column": entry.column,
        "field": entry.field,
        "infoType": entry.info_type,
        "likelihood": entry.likelihood.name,
        "sure": entry.is_sure,
        "hits": entry.hits,
        "rowsSeen": entry.seen,
        "claim": entry.claim.words,
        "detectors": list(entry.detectors),
        "shapes": [{"shape": shape, "rows": count} for shape, count in _shapes(kept, entry)],
        "methods": dict(kept.profile.methods),
        "seed": kept.seed,
    }
