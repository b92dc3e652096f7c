"""`phiguard posture watch`: which cells turn while the cluster changes, and what changed.

It follows the objects by watches. An event is followed by an audit at once; other evidence
(proxies, istiod, ledgers) is read again every `--every`.
"""

import argparse
import queue
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz import garbage
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.posture import coverage_lines, judged, report_file, sources, turns
from extauthz.commands.posture.records import accepted_in
from extauthz.commands.posture.sources import Audited
from extauthz.guard.metrics_page import MetricsPage
from extauthz.listeners import SettingsError, parse_listen
from extauthz.posture import metrics
from extauthz.posture.collection import Collection
from extauthz.posture.inputs import inputs_of
from extauthz.posture.times import written
from extauthz.posture.watcher import Change, ClusterWatcher
from extauthz.records.exposition import Source
from extauthz.terminal import json_text, say
from mesh.posture.audit import Report, audit
from mesh.posture.drift import Turn, drift

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_START_SECONDS: Final = 30.0
_IDLE_SECONDS: Final = 15.0  # between two audits when nothing happens: evidence grows old too
_GATHER_SECONDS: Final = 1.0  # changes that come together are judged together
_MOST_CHANGES: Final = 20
_MOST_TURNS: Final = 200


class WatchedChange(TypedDict):
    """A change of an object that can have turned the cells."""

    type: Annotated[str, "of the event"]
    name: Annotated[str, "of the object"]
    manager: Annotated[str, "who wrote it"]
    at: Annotated[str, "when"]
    why: str


class Turned(TypedDict):
    """Cells that turned together."""

    at: Annotated[str, "of the audit"]
    changes: list[WatchedChange]
    turns: list[turns.TurnedCell]
    summary: Annotated[dict[str, int | bool], "as in docs/posture.schema.json"]


def add_parser(actions: "_Subparsers") -> None:
    """Add `watch`."""
    parser = actions.add_parser("watch", help="print which cells turn, while the cluster changes")
    sources.add_source(parser)
    judged.add_choice(parser)
    formats.add(parser, JsonForm(Turned, is_lines=True), text=formats.TABLE)
    parser.add_argument(
        "--every",
        default="1m",
        metavar="DURATION",
        help="how often proxies, istiod and ledgers are read again (default: %(default)s)",
    )
    parser.add_argument(
        "--metrics-listen",
        metavar="HOST:PORT",
        help="address of the page /metrics for Prometheus, without TLS",
    )
    parser.set_defaults(run=run)


@dataclass(slots=True)
class _Others:
    """What is not watched: it is read again after a while."""

    args: argparse.Namespace
    seconds: float
    found: Collection | None = None
    read_at: float = 0.0

    def join(self, objects: Collection) -> Collection:
        """Return the objects with everything else. Raises UsageError."""
        if self.found is None or time.monotonic() > self.read_at + self.seconds:
            self.found = sources.with_others(self.args, Collection("", None))
            self.read_at = time.monotonic()
        return replace(
            objects,
            dumps=self.found.dumps,
            sync=self.found.sync,
            ledgers=self.found.ledgers,
            canaries=self.found.canaries,
            problems=(*objects.problems, *self.found.problems),
        )


class _Page:
    """The newest audit as metrics."""

    def __init__(self) -> None:
        self._report: Report | None = None
        self._accepted = 0

    def take(self, audited: Audited, accepted: int) -> None:
        """Take the newest audit."""
        self._accepted = accepted
        self._report = audited.report

    def sources(self) -> Sequence[Source]:
        """Return whose counts to show: nothing before the first audit."""
        report = self._report
        return [] if report is None else [("", metrics.families(report, self._accepted))]


def run(args: argparse.Namespace) -> int:
    """Watch until the process is ended. Raises UsageError."""
    if not sources.is_live(args.source):
        raise UsageError(f"{args.source}: only a cluster can be watched; give {sources.SCHEME}")
    if args.now:
        raise UsageError(f"--now {args.now}: a cluster is judged as it is now; leave it out")
    sources.freshness_of(args)
    page = _Page()
    if args.metrics_listen:
        MetricsPage(_listener(args.metrics_listen), page.sources).start()
    others = _Others(args, sources.duration("--every", args.every))
    with sources.reached(args) as api:
        watcher = ClusterWatcher(api, sources.root_of(args.source))
        watcher.start(_START_SECONDS)
        try:
            _loop(args, watcher, others, page)
        finally:
            watcher.close()
    return 0


def _loop(args: argparse.Namespace, watcher: ClusterWatcher, others: _Others, page: _Page) -> None:
    before: Audited | None = None
    changes: list[Change] = []
    while True:
        audited = _audited(args, others.join(watcher.collection()))
        accepted = judged.accepted(args, audited.report.at)
        page.take(audited, accepted_in(audited, accepted))
        if before is None:
            for problem in audited.problems:
                say.note(f"not read: {problem}")
            say.note(coverage_lines.board(audited.report, accepted))
        else:
            found = drift(before.report, audited.report)
            if found:
                _print(args, audited, changes, found)
        before = audited
        changes = _gathered(watcher.changes)


def _audited(args: argparse.Namespace, collection: Collection) -> Audited:
    freshness = sources.freshness_of(args)
    with garbage.paused():
        inputs, problems = inputs_of(collection, freshness, args.provider)
        report = audit(inputs, time.time(), freshness)
    if args.namespace:
        kept = [v for v in report.verdicts if v.cell.workload.namespace in args.namespace]
        report = Report(report.at, tuple(kept), report.omitted)
    return Audited(collection.source, report, problems)


def _gathered(changes: "queue.SimpleQueue[Change]") -> list[Change]:
    """Wait for a change, and for those that come with it; none when nothing happens."""
    try:
        found = [changes.get(timeout=_IDLE_SECONDS)]
    except queue.Empty:
        return []
    until = time.monotonic() + _GATHER_SECONDS
    while (left := until - time.monotonic()) > 0:
        try:
            found.append(changes.get(timeout=left))
        except queue.Empty:
            break
    return found


def _print(
    args: argparse.Namespace, audited: Audited, changes: list[Change], found: Sequence[Turn]
) -> None:
    """Print what changed, and the cells that turned."""
    likely = _causes(changes, found)
    if args.format == formats.JSON:
        json_text.write_line(_value(args, audited, likely, found))
        return
    at = written(audited.report.at)[:19]
    causes = [f"{at} {each.line}" for each in likely] or [f"{at} evidence grew old"]
    say.lines([*causes, *(f"{at}   {each.line}" for each in found[:_MOST_TURNS])])
    if len(found) > _MOST_TURNS:
        say.line(f"{at}   {len(found) - _MOST_TURNS} more; --format json has all")
    say.flush()


def _value(
    args: argparse.Namespace, audited: Audited, likely: list[Change], found: Sequence[Turn]
) -> Turned:
    return Turned(
        at=written(audited.report.at),
        changes=[
            WatchedChange(
                type=each.type, name=each.name, manager=each.manager, at=each.at, why=each.why
            )
            for each in likely
        ],
        turns=[turns.value_of(each) for each in found],
        summary=report_file.summary_of(audited.report, judged.accepted(args, audited.report.at)),
    )


def _causes(changes: list[Change], found: Sequence[Turn]) -> list[Change]:
    """The changes that can have turned these cells: of their namespaces, or of the whole mesh."""
    spaces = {each.cell.workload.namespace for each in found}
    near = [each for each in changes if each.namespace in spaces]
    far = [each for each in changes if each.namespace not in spaces]
    return [*near, *far][:_MOST_CHANGES]


def _listener(address: str) -> socket.socket:
    """Bind the address of the page. Raises UsageError."""
    try:
        host, port = parse_listen(address)
        return socket.create_server((host, port))
    except SettingsError as error:
        raise UsageError(str(error).replace("--listen", "--metrics-listen", 1)) from None
    except OSError as error:
        why = (error.strerror or "cannot be bound").lower()
        raise UsageError(f"--metrics-listen {address}: {why}; give a free port") from None
