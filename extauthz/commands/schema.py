"""`phiguard schema`: the JSON Schema of what a command prints with `--format json`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from extauthz.commands import tree
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, json_schema
from extauthz.commands.output.formats import JsonForm, OtherForm
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_BESIDE: Final = "../.."
"""From a schema in `docs/schemas/GROUP/` to the older ones in `docs/`."""


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `schema`."""
    parser = subparsers.add_parser(
        "schema", help="print the JSON Schema of what a command prints with --format json"
    )
    parser.add_argument("words", nargs="*", metavar="COMMAND", help="such as: policy check")
    parser.add_argument(
        "--output", "-o", type=Path, metavar="DIR", help="write those of all commands into a folder"
    )
    formats.declare(parser, OtherForm("a JSON Schema"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a schema, or write all. Return the exit code. Raises UsageError."""
    if bool(args.words) == (args.output is not None):
        raise UsageError("name a command, such as `phiguard schema policy check`, or --output DIR")
    root = tree.whole() if args.output else tree.parser({args.words[0]})
    forms = {each.words: form for each in tree.walk(root) if (form := formats.of(each))}
    if args.output is not None:
        return _write(args.output, forms)
    form = forms.get(tuple(args.words))
    name = " ".join(args.words)
    if form is None:
        raise UsageError(f"{name}: no such command; see `phiguard --help`")
    if isinstance(form, OtherForm):
        raise UsageError(f"`phiguard {name}` prints {form.what}, and no JSON of its own")
    json_text.write(schema_of(args.words, form))
    return 0


def schema_of(words: tuple[str, ...], form: JsonForm) -> dict[str, Any]:
    """Return the schema of what a command prints: of each line, where it prints lines."""
    title = f"phiguard {' '.join(words)} --format json"
    if form.is_lines:
        title += ", each line"
    if not form.file:
        return json_schema.schema_of(form.type, title)
    reference = {"$ref": f"{_BESIDE}/{form.file}{'#' if form.pointer else ''}{form.pointer}"}
    return {
        "$schema": json_schema.DIALECT,
        "title": title,
        **({"type": "array", "items": reference} if form.is_list else reference),
    }


def file_of(words: tuple[str, ...]) -> Path:
    """Return the place of a schema below `docs/schemas`."""
    group, *rest = words
    return Path(group, f"{'-'.join(rest) or group}.schema.json")


def _write(folder: Path, forms: dict[tuple[str, ...], formats.Form]) -> int:
    for words, form in forms.items():
        if isinstance(form, JsonForm):
            path = folder / file_of(words)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(json_text.pretty(schema_of(words, form)))
            except OSError as error:
                why = (error.strerror or "cannot be written").lower()
                raise UsageError(f"--output {path}: {why}; name another folder") from None
            say.line(str(path))
    return 0
