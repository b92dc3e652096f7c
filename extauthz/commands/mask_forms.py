"""`--as ENTRY=FORM`: the form of the masks of an infoType, of a class, or of everything."""

import argparse
from collections.abc import Iterable, Mapping
from typing import Final

from extauthz.commands.errors import UsageError
from mesh.policy_file.nodes import did_you_mean
from phiscan.identifiers import Identifier, InfoType
from phiscan.redaction.masks import MaskForm

OPTION: Final = "--as"
_ALL: Final = "*"


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--as`."""
    parser.add_argument(
        OPTION,
        dest="forms",
        action="append",
        default=[],
        metavar="ENTRY=FORM",
        help="mask an infoType, a class A to R or * as "
        f"{', '.join(MaskForm)}, for example DATE_OF_BIRTH=year; may be repeated",
    )


def read(chosen: Iterable[str], info_types: Mapping[str, InfoType]) -> dict[str, MaskForm]:
    """Return the form of each infoType that `chosen` names. The most specific entry counts.

    Raises:
        UsageError: an entry or a form is unknown, or the form is for other values.
    """
    entries = dict(_entry(text, info_types) for text in chosen)
    found: dict[str, MaskForm] = {}
    for name, info_type in info_types.items():
        form = entries.get(name) or entries.get(info_type.identifier or "") or entries.get(_ALL)
        if form is not None:
            found[name] = form
    return found


def _entry(text: str, info_types: Mapping[str, InfoType]) -> tuple[str, MaskForm]:
    entry, _, word = text.partition("=")
    known = (*info_types, *Identifier, _ALL)
    if entry not in known:
        raise UsageError(
            f"{OPTION} {text}: unknown infoType or class `{entry}`; "
            f"{did_you_mean(entry, known) or 'write ENTRY=FORM, for example DATE_OF_BIRTH=year'}"
        )
    if word not in tuple(MaskForm):
        raise UsageError(f"{OPTION} {text}: unknown form `{word}`; write {', '.join(MaskForm)}")
    form = MaskForm(word)
    identifier = info_types[entry].identifier if entry in info_types else None
    if entry in tuple(Identifier):
        identifier = Identifier(entry)
    if entry != _ALL and not form.suits(identifier):
        what = "dates" if form.is_of_dates else "numbers"
        raise UsageError(f"{OPTION} {text}: `{form}` is for {what}; choose another form")
    return entry, form
