"""What an audit of the posture leaves behind: a record in a ledger, and metrics in a file.

INVARIANT (one writer): the record goes to a ledger of its own, never to a guard's. Only one process
writes a chain, and a guard writes its own all the time. `phiguard audit` reads many ledgers as one.
"""

import argparse
import socket
from pathlib import Path

from extauthz.commands.errors import UsageError
from extauthz.commands.posture import report_file
from extauthz.commands.posture.sources import Audited
from extauthz.posture import metrics, record
from extauthz.records import ledger_time
from extauthz.records.ledger import key_file
from extauthz.records.ledger.file import FileLedger
from extauthz.records.ledger.keeper import LedgerError
from extauthz.records.ledger.key_file import KeyFileError
from extauthz.records.ledger.notary import Signing
from extauthz.records.release import VERSION
from mesh.posture.acceptance import Accepted


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add where to keep a record, and metrics."""
    parser.add_argument(
        "--record",
        type=Path,
        metavar="DIR",
        help="a ledger of its own, to which the audit adds a record",
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="with --record, a private key that signs it"
    )
    parser.add_argument(
        "--metrics-file",
        type=Path,
        metavar="FILE",
        help="for the textfile collector of Prometheus' node exporter",
    )


def check(args: argparse.Namespace) -> None:
    """Check the options before the work begins. Raises UsageError."""
    if args.key is not None and args.record is None:
        raise UsageError("--key: signs a record; give --record DIR too")
    if args.key is not None:
        _signing(args.key)


def keep(args: argparse.Namespace, audited: Audited, accepted: Accepted) -> None:
    """Keep the record, and the metrics. Raises UsageError."""
    if args.record is not None:
        _append(args.record, args.key, audited, accepted)
    if args.metrics_file is not None:
        try:
            count = accepted_in(audited, accepted)
            metrics.write(args.metrics_file, audited.report, count)
        except OSError as error:
            why = (error.strerror or "cannot be written").lower()
            raise UsageError(
                f"--metrics-file {args.metrics_file}: {why}; name a file in a folder that exists"
            ) from None


def accepted_in(audited: Audited, accepted: Accepted) -> int:
    """Return the number of cells that are DOWN and accepted."""
    return sum(accepted.of(each) is not None for each in audited.report.verdicts)


def _append(folder: Path, key: Path | None, audited: Audited, accepted: Accepted) -> None:
    digest = report_file.digest(audited, accepted)
    made = record.record(audited.report, accepted, digest, audited.problems)
    about = {"version": VERSION, "host": socket.gethostname(), "worker": 0, "settings": None}
    signing = None if key is None else _signing(key)
    try:
        ledger = FileLedger(folder, 0, ledger_time.now, about, signing=signing)
        try:
            ledger.append(made)
        finally:
            ledger.close()
    except LedgerError as error:
        raise UsageError(f"--record {error}") from None


def _signing(key: Path) -> Signing:
    try:
        signer, rotations = key_file.read(key)
    except KeyFileError as error:
        raise UsageError(f"--key {error}") from None
    return Signing(signer, rotations)
