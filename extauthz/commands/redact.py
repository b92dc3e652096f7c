"""`phiguard redact`: writes a document with the identifiers masked, in its own encoding."""

import argparse
import functools
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extauthz.commands import documents, engine
from extauthz.commands.errors import UsageError
from phiscan.engine import Engine
from phiscan.finding import Coverage, ScanReport
from phiscan.redaction.proof import redact_proven
from phiscan.redaction.redact import CROSSES, RedactionError
from phiscan.redaction.tokens import KeyTooShortError, Tokens
from phiscan.scanner import Limits

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MAX_BYTES: Final = 64 * 1024 * 1024


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `redact`."""
    parser = subparsers.add_parser("redact", help="write a document with the PHI masked")
    parser.add_argument("path", metavar="PATH", help="a file, or - for standard input")
    parser.add_argument(
        "--content-type", default="", metavar="TYPE", help="without it, the type is recognised"
    )
    parser.add_argument("--content-encoding", default="", metavar="CODING", help="such as gzip")
    parser.add_argument(
        "--token-key",
        type=Path,
        metavar="FILE",
        help="mask with keyed tokens: equal values get equal tokens",
    )
    engine.add_detectors(parser)
    engine.add_choices(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the masked document to standard output. Return 0.

    Nothing is written when the masking cannot be proven.

    Raises:
        UsageError: the document cannot be read whole, or not be masked.
    """
    mask = CROSSES if args.token_key is None else _tokens(args.token_key)
    document = documents.read(args.path, _MAX_BYTES)
    scan = functools.partial(_scan, engine.load(args), args)
    report = scan(document.data)
    if report.coverage is not Coverage.COMPLETE:
        raise UsageError(
            f"{args.path}: cannot be read whole ({report.gap.value}), so nothing was written; "
            "check its --content-type and --content-encoding"
        )
    try:
        masked = redact_proven(document.data, report, scan, mask)
    except RedactionError as error:
        raise UsageError(f"{args.path}: {error}; nothing was written") from None
    sys.stdout.buffer.write(masked)
    return 0


def _tokens(path: Path) -> Tokens:
    try:
        return Tokens(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"--token-key {path}: {(error.strerror or 'unreadable').lower()}; give a key file"
        ) from None
    except KeyTooShortError as error:
        raise UsageError(
            f"--token-key {path}: {error}; make one with: head -c 32 /dev/urandom > {path}"
        ) from None


def _scan(compiled: Engine, args: argparse.Namespace, data: bytes) -> ScanReport:
    scanner = compiled.scanner(
        content_type=args.content_type,
        content_encoding=args.content_encoding,
        limits=Limits(body=_MAX_BYTES, decoded=4 * _MAX_BYTES, seconds=60.0),
        clock=time.monotonic,
    )
    scanner.feed(data)
    return scanner.finish()
