"""Where a posture comes from: a folder, or a cluster; with the ledgers of the guards."""

import argparse
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from extauthz import garbage
from extauthz.commands.audit import ledgers, times
from extauthz.commands.errors import UsageError
from extauthz.commands.istio import cluster as login
from extauthz.commands.posture import ledger_sightings
from extauthz.policies.kubernetes_api import Api
from extauthz.posture import cluster, folder, istiod
from extauthz.posture.collection import Collection, Dump
from extauthz.posture.folder import FolderError
from extauthz.posture.inputs import inputs_of
from mesh.istio.installation import EXTENSION_PROVIDER, ROOT_NAMESPACE
from mesh.posture.audit import Report, audit
from mesh.posture.observed import time_of
from mesh.posture.verdict import Freshness

SCHEME: Final = login.SCHEME
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# matches `90s`, `15m`, `1h`; not `1`, `1 h`, `-1h`
_DURATION: Final = re.compile(r"([0-9]{1,7})([smhd])")


@dataclass(frozen=True, slots=True)
class Audited:
    """One audit.

    Args:
        source: what was audited, for people.
        problems: what could not be read, one line each.
    """

    source: str
    report: Report
    problems: tuple[str, ...]


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the argument `SOURCE`, and how to reach and to judge it."""
    parser.add_argument(
        "source",
        metavar="DIR|kubernetes://[NAMESPACE]",
        help="a posture folder, or a live cluster, with NAMESPACE as the mesh's root namespace",
    )
    add_cluster(parser)
    add_judging(parser)


def add_judging(parser: argparse.ArgumentParser) -> None:
    """Add what decides how evidence is judged."""
    parser.add_argument(
        "--provider",
        default=EXTENSION_PROVIDER,
        help="the extension provider's name (default: %(default)s)",
    )
    parser.add_argument(
        "--within",
        default="1h",
        metavar="DURATION",
        help="how old evidence may be: 90s, 15m, 1h (default: %(default)s)",
    )
    parser.add_argument(
        "--now",
        default="",
        metavar="TIME",
        help="judge a folder as of this time, such as that of its collection; the report says it",
    )


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add how to reach a cluster, and what else to collect."""
    parser.add_argument(
        "--kubeconfig",
        type=Path,
        metavar="FILE",
        help="how to reach the cluster of kubernetes:// (default: as a pod of it)",
    )
    parser.add_argument(
        "--kubernetes-api",
        default="",
        metavar="URL",
        help="address of `kubectl proxy`, in place of a kubeconfig",
    )
    parser.add_argument(
        "--istiod",
        action="append",
        default=[],
        metavar="URL",
        help="debug address of an istiod, http://HOST:15014; one for each replica",
    )
    parser.add_argument(
        "--proxies",
        type=Path,
        metavar="DIR",
        help="a folder with the proxies' config dumps, NAMESPACE.POD.json",
    )
    parser.add_argument(
        "--ledger",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="a guard's ledger; one for each replica",
    )
    ledgers.add_head(parser)
    parser.add_argument(
        "--canaries",
        type=Path,
        metavar="FILE",
        help="the record of the canaries; an empty file says that none was sent",
    )


def is_live(source: str) -> bool:
    """Whether a source is a cluster."""
    return source.startswith(SCHEME)


def root_of(source: str) -> str:
    """Return the root namespace of `kubernetes://[NAMESPACE]`."""
    return source.removeprefix(SCHEME) or ROOT_NAMESPACE


@contextmanager
def reached(args: argparse.Namespace) -> Iterator[Api]:
    """Yield the API of the cluster. Raises UsageError when there is no way to log in."""
    with login.reached(args.kubeconfig, args.kubernetes_api, os.environ) as api:
        yield api


def collected(args: argparse.Namespace, at: float | None = None) -> Collection:
    """Collect from the source that was named. Raises UsageError.

    Args:
        at: the time as of which ledgers and canaries are read, in Unix seconds; None for now.
    """
    if is_live(args.source):
        with reached(args) as api:
            found = cluster.collect(api, root_of(args.source))
        return with_others(args, found, at)
    if args.kubeconfig or args.kubernetes_api:
        raise UsageError(f"--kubeconfig and --kubernetes-api reach a cluster; give {SCHEME}")
    try:
        return with_others(args, folder.read(Path(args.source)), at)
    except FolderError as error:
        raise UsageError(str(error)) from None


def with_others(args: argparse.Namespace, found: Collection, at: float | None = None) -> Collection:
    """Add what other options name: proxies, istiod, ledgers, canaries. Raises UsageError."""
    read_at = time.time() if at is None else at
    problems = list(found.problems)
    if args.proxies is not None:
        try:
            dumps, why = folder.dumps_in(args.proxies)
        except FolderError as error:
            raise UsageError(f"--proxies {error}") from None
        problems += why
        found = replace(found, dumps=(*found.dumps, *dumps))
    if args.istiod:
        pages, why = istiod.pages(args.istiod)
        problems += why
        found = replace(found, sync=(*found.sync, *pages))
    if args.ledger:
        found = replace(
            found, ledgers=ledger_sightings.read(args.ledger, ledgers.heads(args), read_at)
        )
    if args.canaries is not None:
        found = replace(found, canaries=_canaries(args.canaries, read_at))
    return replace(found, problems=tuple(problems))


def _canaries(path: Path, at: float) -> Dump:
    try:
        return Dump(str(path), path.read_bytes(), at)
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"--canaries {path}: {why}; give the record of the probe") from None


def freshness_of(args: argparse.Namespace) -> Freshness:
    """Return how old evidence may be. Raises UsageError."""
    seconds = duration("--within", args.within)
    return Freshness(configuration=seconds, observed=seconds, proved=seconds)


def duration(flag: str, word: str) -> float:
    """Return seconds. Raises UsageError."""
    found = _DURATION.fullmatch(word)
    if found is None:
        raise UsageError(f"{flag} {word}: not a duration; write 90s, 15m, 1h or 1d")
    return float(int(found[1]) * _SECONDS[found[2]])


def _fixed(args: argparse.Namespace) -> float | None:
    """Return the time of `--now` in Unix seconds; None where it is now. Raises UsageError."""
    if not args.now:
        return None
    if is_live(args.source):
        raise UsageError(f"--now {args.now}: a cluster is judged as it is now; leave it out")
    return time_of(times.moment("--now", args.now))


def moment(args: argparse.Namespace) -> float:
    """Return the time as of which is judged, in Unix seconds. Raises UsageError."""
    fixed = _fixed(args)
    return time.time() if fixed is None else fixed


def audited(args: argparse.Namespace) -> Audited:
    """Collect and judge. Raises UsageError."""
    freshness = freshness_of(args)
    found = collected(args, _fixed(args))
    with garbage.paused():
        inputs, problems = inputs_of(found, freshness, args.provider)
        return Audited(found.source, audit(inputs, moment(args), freshness), problems)
