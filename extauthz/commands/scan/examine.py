"""Read and scan documents, one after the other or in several processes."""

import argparse
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Final, Protocol

from extauthz import recognizers
from extauthz.commands import documents, values
from extauthz.commands.errors import UsageError
from extauthz.commands.scan import inline_ignores
from extauthz.commands.scan.examined import Examined
from extauthz.commands.scan.places import Lines, places
from phiscan.engine import Engine
from phiscan.finding import Gap, ScanReport
from phiscan.recognizer import Recognizer, RecognizerError
from phiscan.scanner import Limits
from phiscan.text import content_coding

_SECONDS, _SECONDS_WITH_MODEL = 60.0, 3600.0
"""Time limits for one document. Models are slow."""
_AHEAD: Final = 4
"""Documents a process that wait for it, so that none is idle."""


class Reading(Protocol):
    """What shows the progress."""

    def begin(self, path: str) -> None:
        """A document begins."""

    def read(self, count: int) -> None:
        """Bytes were read."""

    def end(self) -> None:
        """A document ends."""


@dataclass(frozen=True)
class Examiner:
    """Scans documents by one engine.

    Args:
        args: of the command.
    """

    engine: Engine
    args: argparse.Namespace
    models: Sequence[Recognizer] = ()

    def examine(self, path: str, progress: Reading) -> Examined:
        """Scan one document, read in chunks. Raises UsageError when it cannot be read."""
        args = self.args
        progress.begin(path)
        began = time.perf_counter()
        seconds = _SECONDS_WITH_MODEL if self.models else _SECONDS
        limits = Limits(body=args.max_bytes, decoded=4 * args.max_bytes, seconds=seconds)
        scanner = self.engine.scanner(
            content_type=args.content_type,
            content_encoding=args.content_encoding,
            limits=limits,
            clock=time.monotonic,
            recognizers=self.models,
        )
        kept: list[bytes] = []
        is_kept = path == documents.STDIN or args.show_values
        for chunk in documents.chunks(path, args.max_bytes):
            scanner.feed(chunk)
            progress.read(len(chunk))
            if is_kept:
                kept.append(chunk)
        try:
            report = scanner.finish()
        except RecognizerError as error:
            raise UsageError(f"{path}: {error}") from None
        progress.end()
        seconds = time.perf_counter() - began
        if not report.findings:
            return Examined(path, report, seconds)
        # few documents have findings, so most are never held whole
        data = b"".join(kept) if is_kept else documents.read(path, args.max_bytes).data
        return self._placed(path, report, data, limits.decoded, seconds)

    def _placed(
        self, path: str, report: ScanReport, data: bytes, limit: int, seconds: float
    ) -> Examined:
        shown = values.found(data, report, limit) if self.args.show_values else ()
        plain = content_coding.undo(data, report.encodings, limit)
        text = plain.data if plain.gap is Gap.NONE else b""
        lines = Lines(text)
        found = places(lines, report.findings)
        comments = list(inline_ignores.found(lines, text)) if self.args.inline_ignores else []
        ignored = tuple(
            any(each.covers(finding, place.line) for each in comments)
            for finding, place in zip(report.findings, found, strict=True)
        )
        known = self.engine.info_types.keys()
        faults = tuple((each.at, fault) for each in comments if (fault := each.fault(known)))
        return Examined(path, report, seconds, found, ignored, faults, shown)


def recognizers_of(models: Sequence[str]) -> list[Recognizer]:
    """Load the models that `--model` names. Raises UsageError."""
    try:
        return [recognizers.load(model) for model in models]
    except recognizers.ModelError as error:
        raise UsageError(str(error)) from None


def examine_all(
    examiner: Examiner,
    paths: Iterable[str],
    jobs: int,
    progress: Reading,
    failed: list[str],
) -> Iterator[Examined]:
    """Scan documents and yield them in their order.

    Args:
        jobs: number of processes.
        failed: receives one line for each document that cannot be read.
    """
    found = (
        _in_processes(examiner, paths, jobs, progress)
        if jobs > 1
        else (_outcome(examiner, path, progress) for path in paths)
    )
    for each in found:
        if isinstance(each, str):
            failed.append(each)
        else:
            yield each


def _outcome(examiner: Examiner, path: str, progress: Reading) -> Examined | str:
    try:
        return examiner.examine(path, progress)
    except UsageError as error:
        return str(error)


def _in_processes(
    examiner: Examiner, paths: Iterable[str], jobs: int, progress: Reading
) -> Iterator[Examined | str]:
    # a process that is forked has the engine already
    global _FORKED  # noqa: PLW0603 - it is set once, before the processes begin
    _FORKED = examiner
    waiting: deque[tuple[str, Future[Examined | str]]] = deque()
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, fork, initializer=_leave_interrupts) as pool:
        try:
            for path in paths:
                waiting.append((path, pool.submit(_in_process, path)))
                if len(waiting) > jobs * _AHEAD:
                    yield _ended(*waiting.popleft(), progress)
            while waiting:
                yield _ended(*waiting.popleft(), progress)
        finally:
            # after Ctrl-C or a closed pipe, what waits is not begun
            pool.shutdown(wait=False, cancel_futures=True)


def _leave_interrupts() -> None:
    """Ctrl-C goes to all processes; the parent ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _ended(path: str, future: "Future[Examined | str]", progress: Reading) -> Examined | str:
    progress.begin(path)
    try:
        found = future.result()
    except BrokenProcessPool:
        raise UsageError(
            f"{path}: a process that scans has died, for lack of memory perhaps; "
            "give a lower number of --jobs or of --max-bytes"
        ) from None
    if isinstance(found, Examined):
        progress.read(found.report.size)
    progress.end()
    return found


_FORKED: Examiner


class _Nobody:
    """Shows nothing: the parent does."""

    def begin(self, path: str) -> None:
        """A document begins."""

    def read(self, count: int) -> None:
        """Bytes were read."""

    def end(self) -> None:
        """A document ends."""


def _in_process(path: str) -> Examined | str:
    return _outcome(_FORKED, path, _Nobody())
