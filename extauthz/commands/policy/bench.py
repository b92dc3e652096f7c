"""`phiguard policy bench`: what a policy costs on this machine."""

import argparse
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands import cases, engine
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.policies import revision
from extauthz.policies.files import PolicyFiles, PolicyUnreadableError
from extauthz.policies.revision import Texts
from extauthz.terminal import json_text, say, tables
from mesh.analysis.endpoint_classes import Parties, TooManyError, messages, trials
from mesh.message.facts import Facts
from mesh.policy.decide import decide
from mesh.policy.policy import Policy
from mesh.policy_file.problems import PolicyError, Severity
from phiscan.finding import ScanReport

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SCHEMA: Final = 1
_MOST: Final = 5000
"""Messages that are made of a policy: more tell no more about its percentiles."""
_LOADS: Final = 5
_SAMPLE: Final = b'{"patientName": "Ana Ruiz", "dateOfBirth": "1980-02-03", "diagnosis": "E11.9"}'
_Message = tuple[Facts, ScanReport]


class Percentiles(TypedDict):
    """Microseconds by percentile."""

    count: Annotated[int, "of what was measured"]
    p50: float
    p90: float
    p99: float
    largest: float


class Cost(TypedDict):
    """What a policy costs on this machine."""

    schema: Annotated[int, "version of these keys"]
    engineSeconds: Annotated[float, "until the detectors were ready"]
    rules: int
    bytes: Annotated[int, "that the policy holds in memory"]
    microseconds: Annotated[dict[str, Percentiles], "by what was measured"]


_HEAD: Final = ("microseconds", "count", "p50", "p90", "p99", "largest")


def add_parser(actions: "_Subparsers") -> None:
    """Add `bench`."""
    parser = actions.add_parser("bench", help="measure what a policy costs on this machine")
    parser.add_argument("path", type=Path, metavar="FILE|DIR")
    parser.add_argument(
        "--cases",
        type=Path,
        metavar="CASES.yaml",
        help="also time the messages of a case file, from their bytes to the decision",
    )
    formats.add(parser, JsonForm(Cost), text=formats.TABLE)
    cases.add_choices(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure, and print the figures. Return 0."""
    texts = _texts(args)
    loads, policy, held = _loaded(texts)
    began = time.perf_counter_ns()
    report = _report(args)
    engine_seconds = (time.perf_counter_ns() - began) / 1e9
    facts = _facts(policy, args.path)
    found = {"load": loads}
    for what, each in (("nothing found", ScanReport()), ("PHI found", report)):
        fresh, asked = _parse(texts), [(message, each) for message in facts]
        found[f"decide, {what}"] = _decided(fresh, asked)
        found[f"decide again, {what}"] = _decided(fresh, asked)
    if args.cases is not None:
        found["case, scan and decide"] = _cases(args)
    cost = Cost(
        schema=_SCHEMA,
        engineSeconds=round(engine_seconds, 3),
        rules=len(policy.rules),
        bytes=held,
        microseconds=found,
    )
    if args.format == formats.JSON:
        json_text.write(cost)
    else:
        say.lines(_lines(cost))
    return 0


def _texts(args: argparse.Namespace) -> Texts:
    try:
        return PolicyFiles(args.path, args.detectors).read()
    except PolicyUnreadableError as error:
        raise UsageError(str(error)) from None


def _parse(texts: Texts) -> Policy:
    """The policy, as it holds today (UTC), with nothing remembered yet. Raises UsageError."""
    try:
        return revision.parse(texts, today=datetime.now(UTC).date()).policy
    except PolicyError as error:
        errors = (each for each in error.problems if each.severity is Severity.ERROR)
        raise UsageError("\n".join(map(str, errors))) from None


def _loaded(texts: Texts) -> tuple[Percentiles, Policy, int]:
    """How long it takes to load the policy, the policy, and the bytes that it holds."""
    _parse(texts)  # what is imported and compiled at first is no part of a policy
    times = [_timed(partial(_parse, texts)) for _ in range(_LOADS)]
    tracemalloc.start()
    policy = _parse(texts)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return _percentiles(times), policy, held


def _report(args: argparse.Namespace) -> ScanReport:
    """What the engine finds in a made-up patient."""
    chosen = engine.load_with(args, [engine.read_set(path) for path in args.detectors])
    scanner = chosen.scanner(content_type="application/json", clock=lambda: 0.0)
    scanner.feed(_SAMPLE)
    return scanner.finish()


def _facts(policy: Policy, path: Path) -> list[Facts]:
    """One message of each class that the policy tells apart; of many, the first ones."""

    def all_facts() -> Iterator[Facts]:
        parties = Parties(policy.in_force)
        pairs = (pair for rule in policy.in_force for pair in parties.pairs(rule))
        for source, destination, operations in trials((policy,), pairs):
            for each in operations:
                yield from messages(source, destination, each)

    try:
        return list(islice(all_facts(), _MOST)) or [Facts()]
    except TooManyError as error:
        raise UsageError(f"{path}: {error}") from None


def _decided(policy: Policy, asked: Sequence[_Message]) -> Percentiles:
    return _percentiles([_timed(partial(decide, facts, report, policy)) for facts, report in asked])


def _cases(args: argparse.Namespace) -> Percentiles:
    times: list[float] = []
    pairs = cases.pairs_of_file(args.cases, cases.Engines(args))
    while True:
        began = time.perf_counter_ns()
        if next(pairs, None) is None:
            break
        times.append((time.perf_counter_ns() - began) / 1000)
    return _percentiles(times[1:] or times)  # the first one loads the engine


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - began) / 1000


def _percentiles(times: Sequence[float]) -> Percentiles:
    ordered = sorted(times)

    def at(share: float) -> float:
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 1)

    return Percentiles(
        count=len(ordered), p50=at(0.5), p90=at(0.9), p99=at(0.99), largest=round(ordered[-1], 1)
    )


def _lines(cost: Cost) -> list[str]:
    rows = [
        (
            name,
            f"{each['count']:,}",
            *(f"{us:,.1f}" for us in (each["p50"], each["p90"], each["p99"], each["largest"])),
        )
        for name, each in cost["microseconds"].items()
    ]
    return [
        *tables.lines(rows, _HEAD),
        "",
        f"{cost['rules']:,} rules, {cost['bytes']:,} bytes in memory; "
        f"the detectors were ready after {cost['engineSeconds']:.1f} s",
    ]
