"""Whether what a command printed with `--format json` fits its schema in docs/schemas."""

import functools
import json
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from extauthz.commands import schema, tree
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm

DOCS = Path(__file__).parents[4] / "docs"
_BASE = "https://docs.invalid/"  # relative references need a scheme with a hierarchy


def check(arguments, out):
    """Check the output of a command line. It is left alone where it is not JSON."""
    words = list(arguments)
    is_json = "json" in words or (words[:2] == ["posture", "probe"] and "--format" not in words)
    if not is_json or not out.strip():
        return
    found = _form(tuple(word for word in words if not word.startswith("-"))[:3])
    # lines of a ledger are as they were written, and those of tests are made up; the tests of
    # what writes records hold them to docs/ledger.schema.json
    if found is None or found[1].file == "ledger.schema.json":
        return
    name, form = found
    values = map(json.loads, out.splitlines()) if form.is_lines else [json.loads(out)]
    for value in values:
        errors = [each.message for each in _validator(name).iter_errors(value)]
        assert not errors, f"phiguard {' '.join(name)} --format json: {errors[0]}"


@functools.cache
def forms(command):
    """The forms of a command and what is below it, by their words."""
    root = tree.parser({command})
    return {each.words: formats.of(each) for each in tree.walk(root) if formats.of(each)}


def _form(words):
    known = forms(words[0]) if words else {}
    for length in (3, 2, 1):
        form = known.get(words[:length])
        if isinstance(form, JsonForm):
            return words[:length], form
    return None


@functools.cache
def _validator(words):
    place = f"schemas/{schema.file_of(words)}"
    found = json.loads((DOCS / place).read_text())
    return Draft202012Validator({"$id": f"{_BASE}{place}", **found}, registry=_registry())


@functools.cache
def _registry():
    pairs = [
        (f"{_BASE}{path.name}", Resource.from_contents(json.loads(path.read_text())))
        for path in DOCS.glob("*.schema.json")
        if "$schema" in json.loads(path.read_text())
    ]
    return Registry().with_resources(pairs)
