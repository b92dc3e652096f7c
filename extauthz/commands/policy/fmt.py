"""`phiguard policy fmt`: one layout for all policies, as gofmt has it for Go."""

import argparse
import difflib
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands import documents
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.policies.files import PolicyFiles, PolicyUnreadableError
from extauthz.terminal import json_text, say
from mesh.policy_file.comments import UnsupportedError
from mesh.policy_file.keys import POLICY_KIND
from mesh.policy_file.layout import ChangedError, formatted
from mesh.policy_file.yaml_document import MAX_BYTES, UnreadableError

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

# matches a line of a text that was laid out: `kind: SegmentationPolicy`, also with a comment
_KIND: Final = re.compile(rf"^kind: {POLICY_KIND}(?:  #|$)", re.MULTILINE)


class LaidOut(TypedDict):
    """The layout of policies."""

    changed: Annotated[list[str], "files that were written, or with --check would be"]
    written: Annotated[bool, "false with --check and --diff, and for the standard input"]


def add_parser(actions: "_Subparsers") -> None:
    """Add `fmt`."""
    parser = actions.add_parser("fmt", help="lay out a policy: order, quotes, lines; keep comments")
    parser.add_argument(
        "paths", nargs="+", metavar="FILE|DIR|-", help="- reads standard input and writes the other"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if a file would change"
    )
    parser.add_argument(
        "--diff", action="store_true", help="as --check, and print what would change"
    )
    formats.add(parser, JsonForm(LaidOut))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the files that change, and name them. Return 1 with `--check` or `--diff` for any."""
    changed: list[str] = []
    is_dry = args.check or args.diff
    is_json = args.format == formats.JSON
    # nothing is written before all of it can be laid out
    laid_out = [(path, text, _formatted(path, text)) for path, text in _texts(args.paths)]
    for path, before, after in laid_out:
        if after != before:
            changed.append(path)
            if not is_dry and path != documents.STDIN:
                _write(Path(path), after)
        if not is_json:
            _tell(args, path, before, after)
    if is_json:
        json_text.write(LaidOut(changed=changed, written=not is_dry))
    return int(bool(changed) and is_dry)


def _tell(args: argparse.Namespace, path: str, before: str, after: str) -> None:
    if args.diff:
        say.lines(_difference(path, before, after))
    elif path == documents.STDIN and not args.check:
        output_file.write((after,), None)
    elif after != before:
        say.line(_would_change(path, before, after) if args.check else path)


def _would_change(path: str, before: str, after: str) -> str:
    lines = zip_longest(before.splitlines(keepends=True), after.splitlines(keepends=True))
    first = next(number for number, (old, new) in enumerate(lines, start=1) if old != new)
    return f"{path}:{first}: would be laid out anew from here on; --diff shows how"


def _texts(paths: list[str]) -> Iterator[tuple[str, str]]:
    """Each file with its text; of a folder, the files of the policy. Raises UsageError."""
    for path in paths:
        if path == documents.STDIN:
            data = documents.read(path, MAX_BYTES).data
            try:
                yield path, data.decode()
            except UnicodeDecodeError:
                raise UsageError("-: not UTF-8 text; give a policy written in YAML") from None
            continue
        try:
            found = PolicyFiles(Path(path)).read().policies
        except PolicyUnreadableError as error:
            raise UsageError(str(error)) from None
        _check_places(Path(path), map(Path, found))
        yield from found.items()


def _check_places(given: Path, files: Iterable[Path]) -> None:
    """Look whether all files of a folder are in it: a link may lead to a file of another one."""
    for file in files:
        if given.is_dir() and not file.resolve().is_relative_to(given.resolve()):
            raise UsageError(f"{file}: a link out of the folder; give the file that it leads to")


def _formatted(path: str, text: str) -> str:
    try:
        made = formatted(text)
    except UnreadableError as error:
        hint = f" ({error.hint})" if error.hint else ""
        raise UsageError(f"{path}:{error.line}:{error.column}: {error.message}{hint}") from None
    except (UnsupportedError, ChangedError) as error:
        raise UsageError(f"{path}: {error}; nothing was written") from None
    if _KIND.search(made) is None:
        raise UsageError(
            f"{path}: no policy, as it has no `kind: {POLICY_KIND}`; nothing was written"
        )
    return made


def _difference(path: str, before: str, after: str) -> Iterator[str]:
    yield from difflib.unified_diff(
        before.splitlines(), after.splitlines(), path, f"{path} (formatted)", lineterm=""
    )


def _write(path: Path, text: str) -> None:
    """Replace a file at once: a guard may follow it, and a disk may be full."""
    place = path.resolve()
    part = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        try:
            with part.open("x", encoding="utf-8") as file:
                file.write(text)
            shutil.copymode(place, part)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        raise UsageError(f"{path}: {why}; give a file that this user can write") from None
