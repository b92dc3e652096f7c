"""`--format`: text for people or JSON for programs, and what the JSON is.

Each command that prints says the type of its JSON here. `make schemas` writes the schemas from
these types, and a test walks the command tree for a command that says none.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

JSON: Final = "json"
TEXT: Final = "text"
TABLE: Final = "table"
_KEY: Final = "output_form"


@dataclass(frozen=True, slots=True)
class JsonForm:
    """What a command prints with `--format json`.

    Args:
        type: a TypedDict, or a list of one.
        file: the schema's name in `docs/`, when it is older than the types; then `type` is unused.
        pointer: into that file, such as `/$defs/scan`; empty for the whole.
        is_list: whether it prints a list of what the file describes.
        is_lines: whether each line is such a value, as the command streams.
    """

    type: object = None
    file: str = ""
    pointer: str = ""
    is_list: bool = False
    is_lines: bool = False


@dataclass(frozen=True, slots=True)
class OtherForm:
    """What a command prints that has a form of its own, and no JSON.

    Args:
        what: the form, for people.
    """

    what: str


Form = JsonForm | OtherForm


def add(
    parser: argparse.ArgumentParser,
    form: JsonForm,
    *,
    text: str = TEXT,
    others: Sequence[str] = (),
    default: str = "",
) -> None:
    """Add `--format`.

    Args:
        form: of the JSON.
        text: name of the form for people.
        others: further forms.
        default: the default, when that is not the form for people.
    """
    parser.add_argument(
        "--format",
        choices=(text, JSON, *others),
        default=default or text,
        help="default: %(default)s",
    )
    declare(parser, form)


def declare(parser: argparse.ArgumentParser, form: Form) -> None:
    """Say what a command prints, where it adds `--format` itself or has none."""
    parser.set_defaults(**{_KEY: form})


def of(parser: argparse.ArgumentParser) -> Form | None:
    """Return what a command prints, or None where it does not say."""
    found: Form | None = parser.get_default(_KEY)
    return found
