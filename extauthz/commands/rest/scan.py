"""`phiguard rest scan`: reads sources and keeps a catalogue of what they hold."""

import argparse
import os
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from atrest import spec as specs
from atrest.manners import Manners
from atrest.source import Budget
from atrest.spec import Spec, SpecError
from extauthz.commands import engine as detector_options
from extauthz.commands.errors import FOUND, UNREAD, UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.rest import breaches, catalogues, rehearsal, summary, volumes
from extauthz.commands.rest.breaches import Judging
from extauthz.commands.rest.progress import ScanProgress
from extauthz.detection.engines import EngineError
from extauthz.rest.folder import CatalogueError, Folder
from extauthz.rest.policy_file import PolicyFile
from extauthz.rest.pool import Pool
from extauthz.rest.ray_engine import RayEngine, RayError
from extauthz.rest.run import Counts, Plan, Reading
from extauthz.rest.schedule import Schedule
from extauthz.rest.store import Store
from extauthz.rest.task import Outcome
from extauthz.rest.worker import Beat, Detectors
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_DEFAULT: Final = Budget()
_GREATEST_SEED: Final = (1 << 63) - 1
"""What every store and the catalogue take (a signed number of eight bytes)."""


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest scan`."""
    kinds = "\n".join(f"  {scheme}://  {text}" for scheme, text in specs.SCHEMES.items())
    parser = subparsers.add_parser(
        "scan",
        help="read sources and keep a catalogue",
        description="Find the PHI in sources, and keep what was found in a catalogue. What did "
        "not change since the last scan is not read again.",
        epilog=f"kinds of sources (a path is a file or a folder):\n{kinds}",
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a path, or SCHEME://...")
    catalogues.add_option(parser)
    parser.add_argument(
        "--rows",
        type=int,
        default=_DEFAULT.rows,
        metavar="N",
        help="of each table read about N rows, chosen at random; 0: all (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the samples (default: %(default)s)"
    )
    parser.add_argument(
        "--max-bytes",
        type=int,
        default=_DEFAULT.document_bytes,
        metavar="N",
        help="cut longer documents and cells off (default: %(default)s)",
    )
    parser.add_argument(
        "--include",
        action="append",
        default=[],
        metavar="GLOB",
        help="only files and tables with such a name; may be given several times",
    )
    parser.add_argument("--exclude", action="append", default=[], metavar="GLOB", help="not these")
    parser.add_argument(
        "--workers",
        type=int,
        default=len(os.sched_getaffinity(0)),
        metavar="N",
        help="processes that read and scan (default: the CPUs of this process)",
    )
    parser.add_argument(
        "--connections",
        type=int,
        default=1,
        metavar="N",
        help="to one server at once (default: %(default)s)",
    )
    parser.add_argument(
        "--rows-per-second",
        type=int,
        default=0,
        metavar="N",
        help="of one source at most; 0: without limit (default: %(default)s)",
    )
    parser.add_argument(
        "--bytes-per-second",
        type=int,
        default=0,
        metavar="N",
        help="of one source at most; 0: without limit (default: %(default)s)",
    )
    parser.add_argument(
        "--replica-lag",
        type=int,
        default=round(Manners().lag_seconds),
        metavar="SECONDS",
        help="read no replica that is further behind; 0: without limit (default: %(default)s)",
    )
    parser.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="hold the catalogue against this RestPolicy when the scan has ended",
    )
    breaches.add_alerts(parser)
    parser.add_argument(
        "--engine",
        default="local",
        metavar="ENGINE",
        help="local: processes on this machine; ray: the Ray cluster that this machine is in; "
        "ray://HOST:PORT: the client server of a Ray cluster (default: %(default)s)",
    )
    volumes.add_option(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be read, and read nothing"
    )
    detector_options.add_detectors(parser)
    detector_options.add_choices(parser)
    formats.add(parser, JsonForm(summary.Scanned | rehearsal.Rehearsed))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Scan all sources.

    Returns:
        0 when nothing holds PHI and everything was read. Else the sum of 1, when something holds
        PHI, and 2, when something could not be read, or not whole. With a policy, 1 stands for a
        breach of it.
    """
    _check(args)
    plan = _plan(args)
    policy = _policy(args)
    detectors = Detectors(
        detector_options.detection(args),
        tuple(detector_options.read_set(path) for path in args.detectors),
    )
    try:
        detection = detectors.load()
    except EngineError as error:
        raise UsageError(str(error)) from None
    folder = Folder(args.catalogue)
    try:
        folder.make()
        with folder.alone():
            store = Store(folder.database, create=True)
            try:
                reading = Reading(plan, store, folder.keys(), detection)
                if args.dry_run:
                    return _rehearsed(args, reading, store)
                reading.begin()
                _read(reading, _engine(args, detectors))
                return _told(args, reading.counts, store, policy)
            finally:
                store.close()
    except CatalogueError as error:
        raise UsageError(str(error)) from None


class _Engine(Protocol):
    """Runs units."""

    def run(self, schedule: Schedule, beat: Callable[[Beat], None]) -> Iterator[Outcome]:
        """Perform all tasks, and yield outcomes as they come."""
        ...

    def close(self) -> None:
        """End."""
        ...


def _engine(args: argparse.Namespace, detectors: Detectors) -> _Engine:
    if args.engine == "local":
        return Pool(args.workers, detectors)
    if args.engine != "ray" and not args.engine.startswith("ray://"):
        raise UsageError(f"--engine {args.engine}: one of local, ray, ray://HOST:PORT")
    try:
        return RayEngine(args.engine, detectors)
    except RayError as error:
        raise UsageError(str(error)) from None


def _read(reading: Reading, engine: _Engine) -> None:
    schedule = Schedule(reading.feeds())
    try:
        with ScanProgress(schedule, reading.counts) as progress:
            for outcome in engine.run(schedule, progress.beat):
                reading.keep(outcome)
            reading.end()
    finally:
        engine.close()


def _rehearsed(args: argparse.Namespace, reading: Reading, store: Store) -> int:
    found = rehearsal.rehearsed(reading, store, args.workers)
    if args.format == formats.JSON:
        json_text.write(found)
    else:
        say.lines(rehearsal.lines(found))
    return UNREAD * bool(reading.counts.unlisted)


def _told(args: argparse.Namespace, counts: Counts, store: Store, policy: PolicyFile | None) -> int:
    """Say what the catalogue holds, and what breaks the policy. Return the exit code."""
    seen = summary.seen(store)
    is_json = args.format == formats.JSON
    if not is_json:
        say.lines(summary.lines(counts, seen))
    broken = None
    if policy is not None:
        told = breaches.as_nothing if is_json else breaches.as_text
        broken = breaches.tell(Judging(store, policy), args.alerts, told)
    if is_json:
        json_text.write(summary.plain(counts, seen, broken))
    is_found = seen.phi > 0 if broken is None else bool(broken["breaches"])
    return FOUND * is_found | UNREAD * seen.is_partial


def _check(args: argparse.Namespace) -> None:
    """Raise UsageError for a number that makes no sense."""
    for flag, value, least in (
        ("--rows", args.rows, 0),
        ("--rows-per-second", args.rows_per_second, 0),
        ("--bytes-per-second", args.bytes_per_second, 0),
        ("--replica-lag", args.replica_lag, 0),
        ("--max-bytes", args.max_bytes, 1),
        ("--workers", args.workers, 1),
        ("--connections", args.connections, 1),
    ):
        if value < least:
            raise UsageError(f"{flag} {value}: too small; give {least} or more")
    if not 0 <= args.seed <= _GREATEST_SEED:
        raise UsageError(f"--seed {args.seed}: give a number from 0 to {_GREATEST_SEED}")


def _plan(args: argparse.Namespace) -> Plan:
    budget = Budget(args.rows, args.max_bytes, args.seed)
    manners = Manners(args.rows_per_second, args.bytes_per_second, lag_seconds=args.replica_lag)
    found = [_spec(text) for text in args.sources]
    wants = _filter(args.include, args.exclude)
    below = volumes.evidence(args, found)
    return Plan(found, budget, manners, args.connections, args.workers, wants, below)


def _policy(args: argparse.Namespace) -> PolicyFile | None:
    """Return the policy, read before anything is scanned. Raises UsageError."""
    if args.policy is None:
        if args.alerts is not None:
            raise UsageError("--alerts: needs --policy FILE, which says what is a breach")
        return None
    sets = [detector_options.read_set(path) for path in args.detectors]
    return breaches.load(args.policy, sets, detector_options.unseen(args))


def _spec(text: str) -> Spec:
    try:
        return specs.parse(text)
    except SpecError as error:
        raise UsageError(str(error)) from None


def _filter(include: list[str], exclude: list[str]) -> Callable[[str], bool]:
    def wants(name: str) -> bool:
        is_in = not include or any(fnmatchcase(name, pattern) for pattern in include)
        return is_in and not any(fnmatchcase(name, pattern) for pattern in exclude)

    return wants
