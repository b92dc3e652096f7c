"""Keys of a ledger: `audit key`, and the option `--key` of commands that verify."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands.errors import UsageError
from extauthz.commands.groups import subcommands
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.records.ledger import checkpoints, key_file, notes
from extauthz.records.ledger.key_file import KeyFileError
from extauthz.records.ledger.notes import KeyTextError, PublicKey, Signer
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SEED_BYTES: Final = 32
_LARGEST: Final = 4096
_GIVE: Final = "give what `phiguard audit key show` prints, or a file with it"


class Key(TypedDict):
    """A public key of a ledger."""

    name: Annotated[str, "of the signer"]
    id: Annotated[str, "8 hexadecimal digits; it proves nothing"]
    key: Annotated[str, "what --key takes: name, id and key"]


def add_parser(actions: "_Subparsers") -> None:
    """Add `key` with its own subcommands."""
    parser = actions.add_parser("key", help="make, show or replace the key that signs a ledger")
    kinds = subcommands(parser, "kind")
    new = kinds.add_parser("new", help="make a private key, and print its public key")
    new.add_argument("name", metavar="NAME", help="such as clinic.example/ledger")
    new.add_argument("file", type=Path, metavar="FILE")
    formats.add(new, JsonForm(Key))
    new.set_defaults(run=_new)
    show = kinds.add_parser("show", help="print the public key of a private key")
    show.add_argument("file", type=Path, metavar="FILE")
    formats.add(show, JsonForm(Key))
    show.set_defaults(run=_show)
    rotate = kinds.add_parser("rotate", help="make a key to which the old one hands over")
    rotate.add_argument("old", type=Path, metavar="OLD")
    rotate.add_argument("file", type=Path, metavar="NEW")
    formats.add(rotate, JsonForm(Key))
    rotate.set_defaults(run=_rotate)


def add_option(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add `--key`."""
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        required=required,
        metavar="KEY|FILE",
        help="a public key, as `audit key show` prints it; may be repeated",
    )


def given(args: argparse.Namespace, rotations: Iterable[str] = ()) -> tuple[PublicKey, ...]:
    """Return the keys of `--key`, and those to which they handed over. Raises UsageError."""
    return checkpoints.trusted(map(_public, args.key), rotations)


def private(path: Path) -> tuple[Signer, tuple[str, ...]]:
    """Return the key of a file, and the rotations to it. Raises UsageError."""
    try:
        return key_file.read(path)
    except KeyFileError as error:
        raise UsageError(str(error)) from None


def _public(word: str) -> PublicKey:
    try:
        with Path(word).open("rb") as file:
            text = file.read(_LARGEST).decode(errors="replace").strip()
    except (OSError, ValueError) as error:
        # each key has a `+`; a private one that stands here by mistake is not repeated
        if "+" not in word:
            why = getattr(error, "strerror", None) or "no name of a file"
            raise UsageError(f"--key {word}: {why.lower()}; {_GIVE}") from None
        text = word
    try:
        return notes.public_key(text)
    except KeyTextError as error:
        raise UsageError(f"--key: {error}; {_GIVE}") from None


def _new(args: argparse.Namespace) -> int:
    try:
        signer = Signer(args.name, os.urandom(_SEED_BYTES))
    except KeyTextError as error:
        raise UsageError(f"{error}; write, for example, clinic.example/ledger") from None
    return _written(args, signer, ())


def _show(args: argparse.Namespace) -> int:
    return _told(args, private(args.file)[0])


def _rotate(args: argparse.Namespace) -> int:
    old, earlier = private(args.old)
    new = Signer(old.public.name, os.urandom(_SEED_BYTES))
    return _written(args, new, (*earlier, checkpoints.rotation(old, new)))


def _written(args: argparse.Namespace, signer: Signer, rotations: tuple[str, ...]) -> int:
    try:
        key_file.write(args.file, signer, rotations)
    except KeyFileError as error:
        raise UsageError(str(error)) from None
    return _told(args, signer)


def _told(args: argparse.Namespace, signer: Signer) -> int:
    public = signer.public
    if args.format == formats.JSON:
        json_text.write(Key(name=public.name, id=public.id.hex(), key=str(public)))
    else:
        say.line(str(public))
    return 0
