"""`phiguard redact`: writes documents with the identifiers masked, in their own encoding."""

import argparse
import functools
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, TypedDict

from extauthz.commands import documents, engine, mask_forms, mask_key
from extauthz.commands.errors import UNREAD, UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import json_text, say
from phiscan.engine import Engine
from phiscan.finding import Coverage, ScanReport
from phiscan.redaction.edits import RedactionError
from phiscan.redaction.masks import OLDEST_SHOWN, Masks, MissingKeyError
from phiscan.redaction.proof import redact_proven
from phiscan.scanner import Limits

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MAX_BYTES: Final = 64 * 1024 * 1024


class MaskedDocument(TypedDict):
    """A document that was masked and written."""

    source: str
    target: str


class Masked(TypedDict):
    """With -o: what was written to a folder, and what was not."""

    written: list[MaskedDocument]
    problems: Annotated[list[str], "why documents were not written"]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `redact`."""
    parser = subparsers.add_parser("redact", help="write documents with the PHI masked")
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, a folder with -o, or - for standard input"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="write each masked document here, under its own name",
    )
    parser.add_argument(
        "--content-type", default="", metavar="TYPE", help="without it, the type is recognised"
    )
    parser.add_argument("--content-encoding", default="", metavar="CODING", help="such as gzip")
    mask_forms.add_option(parser)
    mask_key.add_option(parser)
    parser.add_argument(
        "--token-key",
        type=Path,
        metavar="FILE",
        help=f"the same as {mask_key.OPTION} FILE {mask_forms.OPTION} '*=token'",
    )
    engine.add_detectors(parser)
    engine.add_choices(parser)
    formats.add(parser, JsonForm(Masked))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the masked documents to standard output or to a folder.

    A document whose masking cannot be proven is not written.

    Returns:
        0 when each document was written; 2 when one of several was not.

    Raises:
        UsageError: the only document cannot be masked, or the options are wrong.
    """
    compiled = engine.load(args)
    masks = _masks(args, compiled)
    if args.output is None:
        if len(args.paths) > 1 or Path(args.paths[0]).is_dir():
            raise UsageError("more than one document: give a folder for them with -o DIR")
        if args.format == formats.JSON:
            raise UsageError(
                "--format json: the masked document itself goes to the standard output; add -o DIR"
            )
        output_file.write((_masked(args.paths[0], args, compiled, masks),), None)
        return 0
    problems: list[str] = []
    written: list[MaskedDocument] = []
    for job in _jobs(args.paths, args.output, problems.append):
        try:
            _write(job.target, _masked(job.source, args, compiled, masks))
            written.append(MaskedDocument(source=job.source, target=str(job.target)))
        except UsageError as error:
            problems.append(str(error))
    for problem in problems:
        say.problem(problem)
    if args.format == formats.JSON:
        json_text.write(Masked(written=written, problems=problems))
    else:
        say.note(f"{len(written)} written, {len(problems)} not")
    return UNREAD * bool(problems)


class _Job(NamedTuple):
    """One document to mask: where it is, and where the masked one goes."""

    source: str
    target: Path


def _jobs(paths: list[str], output: Path, failed: documents.Failed) -> Iterator[_Job]:
    """Yield the documents, each with a name of its own in the output folder.

    A folder's files keep their paths below the folder.
    """
    folder = output.resolve()
    for path in paths:
        if path != documents.STDIN and Path(path).is_dir():
            if folder.is_relative_to(Path(path).resolve()):
                raise UsageError(f"-o {output}: lies within {path}; choose a folder outside")
            for name in documents.names([path], failed):
                yield _Job(name, output / Path(name).relative_to(path))
        else:
            yield _Job(path, output / ("stdin" if path == documents.STDIN else Path(path).name))


def _write(target: Path, data: bytes) -> None:
    """Write a new file. Raises UsageError when it exists, or cannot be written."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(f"{target}: exists already; choose an empty folder for -o") from None
    except OSError as error:
        raise UsageError(
            f"{target}: {(error.strerror or 'cannot be written').lower()}; nothing was written"
        ) from None


def _masked(path: str, args: argparse.Namespace, compiled: Engine, masks: Masks) -> bytes:
    """Return one masked document. Raises UsageError when it cannot be read whole or be masked."""
    document = documents.read(path, _MAX_BYTES)
    scan = functools.partial(_scan, compiled, args)
    report = scan(document.data)
    if report.coverage is not Coverage.COMPLETE:
        raise UsageError(
            f"{path}: cannot be read whole ({report.gap.value}), so nothing was written; "
            "check its --content-type and --content-encoding"
        )
    try:
        return redact_proven(document.data, report, scan, masks)
    except RedactionError as error:
        raise UsageError(f"{path}: {error}; nothing was written") from None


def _masks(args: argparse.Namespace, compiled: Engine) -> Masks:
    if args.token_key is not None and args.mask_key is not None:
        raise UsageError(f"give one key: {mask_key.OPTION}, or --token-key")
    key = mask_key.read(args.mask_key) or mask_key.read(args.token_key, "--token-key")
    chosen = [*(["*=token"] if args.token_key is not None else []), *args.forms]
    try:
        return Masks(
            mask_forms.read(chosen, compiled.info_types),
            key=key,
            first_year=datetime.now(UTC).year - OLDEST_SHOWN,
        )
    except MissingKeyError as error:
        raise UsageError(f"{error}; give it with {mask_key.OPTION} FILE") from None


def _scan(compiled: Engine, args: argparse.Namespace, data: bytes) -> ScanReport:
    scanner = compiled.scanner(
        content_type=args.content_type,
        content_encoding=args.content_encoding,
        limits=Limits(body=_MAX_BYTES, decoded=4 * _MAX_BYTES, seconds=60.0),
        clock=time.monotonic,
    )
    scanner.feed(data)
    return scanner.finish()
