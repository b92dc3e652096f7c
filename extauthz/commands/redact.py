"""`phiguard redact` writes a document with the identifiers of individuals masked, in the encoding that it came in."""

import argparse
import sys
import time
from typing import TYPE_CHECKING, Final

from extauthz.commands import documents
from extauthz.commands.errors import UsageError
from phiscan.finding import Coverage, ScanReport
from phiscan.redact import RedactionError, redact
from phiscan.scanner import Engine, Limits

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MAX_BYTES: Final = 64 * 1024 * 1024


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `redact`."""
    parser = subparsers.add_parser("redact", help="write a document with its PHI masked")
    parser.add_argument("path", metavar="PATH", help="a file, or - for standard input")
    parser.add_argument("--content-type", default="", metavar="TYPE", help="else it is recognised")
    parser.add_argument("--content-encoding", default="", metavar="CODING", help="such as gzip")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the masked document to standard output. Returns 0; nothing is written when masking cannot be proven."""
    document = documents.read(args.path, _MAX_BYTES)
    engine = Engine.load()
    report = _scan(engine, document.data, args)
    if report.coverage is not Coverage.COMPLETE:
        raise UsageError(
            f"{args.path}: cannot be read whole ({report.gap.value}), so nothing was written; "
            "check its --content-type and --content-encoding"
        )
    try:
        masked = redact(document.data, report)
    except RedactionError as error:
        raise UsageError(f"{args.path}: {error}; nothing was written") from None
    if _scan(engine, masked, args).identifiers:
        raise UsageError(f"{args.path}: a second scan still finds identifiers, so nothing was written; report this")
    sys.stdout.buffer.write(masked)
    return 0


def _scan(engine: Engine, data: bytes, args: argparse.Namespace) -> ScanReport:
    scanner = engine.scanner(
        content_type=args.content_type,
        content_encoding=args.content_encoding,
        limits=Limits(body=_MAX_BYTES, decoded=4 * _MAX_BYTES, seconds=60.0),
        clock=time.monotonic,
    )
    scanner.feed(data)
    return scanner.finish()
