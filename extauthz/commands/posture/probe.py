"""`phiguard posture probe`: sends canaries, and says which were refused by the guard.

`--once` ends with 0 when the guard has refused each canary, and with 1 when it has not.
"""

import argparse
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands import canary_key
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.posture.canary_ledger import LedgerLook
from extauthz.commands.posture.sources import duration
from extauthz.listeners import SettingsError, parse_listen
from extauthz.posture import canary_files
from extauthz.posture.canary_client import Way
from extauthz.posture.canary_files import CanaryFileError, OutcomeFile
from extauthz.posture.prober import Prober, Recorded
from extauthz.terminal import say, tones
from mesh.message.identity import is_principal
from mesh.posture.canary.history import line_of
from mesh.posture.canary.outcome import Outcome, Result
from mesh.posture.canary.plan import LEAST_SECONDS, Target

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_TIMEOUT: Final = "10s"
_RECORD_SECONDS: Final = 5.0
"""How long a decision is waited for in a copy of a ledger that is a little behind."""


class SeenCanary(TypedDict):
    """What the guard has proved to have seen of a canary."""

    state: str
    gate: str
    mtls: bool
    verdict: str
    coverage: str


class CanaryOutcome(TypedDict):
    """What became of one canary."""

    kind: Annotated[str, "canary"]
    at: Annotated[float, "when it was sent, in Unix seconds"]
    cell: Annotated[str, "that it tried"]
    address: Annotated[str, "where it was sent to"]
    pod: Annotated[str, "where the address is of one pod; else empty"]
    purpose: str
    result: str
    decision: Annotated[str, "id of the guard's decision; empty without one"]
    status: Annotated[int, "of the answer; 0 without one"]
    seen: SeenCanary | None


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `probe`."""
    parser = subparsers.add_parser(
        "probe", help="send synthetic records that the guard must refuse"
    )
    parser.add_argument(
        "--targets",
        type=Path,
        required=True,
        metavar="FILE",
        help="where to send them, as `phiguard posture targets` writes it; read anew each period",
    )
    canary_key.add_option(parser)
    parser.add_argument(
        "--principal",
        required=True,
        metavar="NAME",
        help="of this probe, td/ns/NAMESPACE/sa/ACCOUNT",
    )
    parser.add_argument(
        "--outcomes",
        type=Path,
        required=True,
        metavar="FILE",
        help="canaries.jsonl for the audit, continued when it is there",
    )
    often = parser.add_mutually_exclusive_group(required=True)
    often.add_argument("--once", action="store_true", help="one canary to each target, and end")
    often.add_argument(
        "--every",
        default="",
        metavar="DURATION",
        help="one canary to each target in each such time, spread: 15m, 1h; 5m at least",
    )
    parser.add_argument(
        "--ledger",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="a guard's ledger, one for each replica: a refusal counts when one of them has it",
    )
    parser.add_argument(
        "--through",
        default="",
        metavar="HOST:PORT",
        help="connect there in place of the target, for a sidecar that captures no connections",
    )
    parser.add_argument(
        "--timeout",
        default=_TIMEOUT,
        metavar="DURATION",
        help="time for an answer (default: %(default)s)",
    )
    # a probe runs in a pod, and its output is a log
    formats.add(parser, JsonForm(CanaryOutcome, is_lines=True), default=formats.JSON)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Send canaries. Return the exit code."""
    try:
        prober = _prober(args)
        targets = canary_files.read_targets(args.targets)
        if args.once:
            return _once(prober, targets, args.format)
        return _forever(prober, args)
    except CanaryFileError as error:
        raise UsageError(str(error)) from None


def _prober(args: argparse.Namespace) -> Prober:
    keys = canary_key.read(args.canary_key)
    if keys is None:
        raise UsageError("--canary-key: give the key that the guards have")
    if not is_principal(args.principal):
        raise UsageError(f"--principal {args.principal}: not one; write td/ns/NAMESPACE/sa/ACCOUNT")
    if args.every and duration("--every", args.every) < LEAST_SECONDS:
        raise UsageError(f"--every {args.every}: at least {LEAST_SECONDS / 60:.0f}m")
    timeout = duration("--timeout", args.timeout)
    if not timeout:
        raise UsageError(f"--timeout {args.timeout}: above 0")
    try:
        through = parse_listen(args.through) if args.through else None
    except SettingsError:
        raise UsageError(f"--through {args.through}: not an address; write HOST:PORT") from None
    way, file = Way(through, timeout), OutcomeFile(args.outcomes)
    return Prober(keys, args.principal, way, file, _recorded(args.ledger))


def _recorded(folders: Sequence[Path]) -> Recorded:
    if not folders:
        return lambda _decision: True  # the guard's proof stands alone
    return LedgerLook(folders, _RECORD_SECONDS).holds


def _once(prober: Prober, targets: tuple[Target, ...], form: str) -> int:
    found = list(_told(prober.once(targets), form))
    rest = len(targets) - len(found)
    if rest:
        say.note(
            f"{rest} of {len(targets)} targets left out: a canary was sent to the cell "
            f"within {LEAST_SECONDS:.0f} s"
        )
    return 0 if found and all(map(_is_good, found)) else 1


def _forever(prober: Prober, args: argparse.Namespace) -> int:
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())

    period = duration("--every", args.every)

    def targets() -> tuple[Target, ...]:
        return canary_files.read_targets(args.targets)

    for _ in _told(prober.forever(targets, period, ending.wait), args.format):
        pass
    return 0


def _told(outcomes: Iterable[Outcome], form: str) -> Iterator[Outcome]:
    """Yield each outcome after its line was written to standard output."""
    for outcome in outcomes:
        if form == formats.JSON:
            output_file.write((f"{line_of(outcome)}\n",), None)
        else:
            say.line(tones.led(_words(outcome)))
            say.flush()
        yield outcome


def _words(outcome: Outcome) -> str:
    what = f"{outcome.result} {outcome.cell}: {outcome.purpose} to {outcome.address}"
    status = f", status {outcome.status}" if outcome.status else ""
    return f"{what}{status}{f', decision {outcome.decision}' if outcome.decision else ''}"


def _is_good(outcome: Outcome) -> bool:
    closed = outcome.result is Result.CLOSED and outcome.cell.endswith("/plaintext")
    return outcome.result.is_success or closed
