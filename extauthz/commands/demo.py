"""`phiguard demo`: real Envoy sidecars, workloads, decisions and traces on one machine."""

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Final, NoReturn, TypedDict

from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.demo import report
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.performance import ScenarioOutcome, perform
from extauthz.demo.processes import LabError
from extauthz.demo.programs import POLICY, find_envoy, phiguard
from extauthz.demo.scenarios import SCENARIOS
from extauthz.demo.topology import BILLING, EHR, WORKLOADS
from extauthz.terminal import json_text, say

_FAILED: Final = 1


class PlayedScenario(TypedDict):
    """What became of one message."""

    name: str
    source: Annotated[str, "the workload that sends"]
    destination: Annotated[str, "the workload that answers"]
    way: Annotated[str, "how it is sent"]
    payload: str
    status: Annotated[int, "of HTTP, that the sender got"]
    decision: Annotated[str | None, "null when the guard was not asked"]
    reason: str | None
    verdict: str | None
    identifiers: Annotated[list[str], "classes A to R that were found"]
    guardMs: Annotated[float, "time of the guard's spans"]
    problems: Annotated[list[str], "differences from what is expected"]


class Played(TypedDict):
    """What the demo showed."""

    asExpected: Annotated[int, "outcomes without a problem"]
    outcomes: list[PlayedScenario]
    seconds: Annotated[float, "in all"]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `demo` to the command line."""
    parser = subparsers.add_parser(
        "demo", help="run real Envoy sidecars, workloads and the guard on this machine"
    )
    parser.add_argument(
        "--envoy", default="", metavar="PATH", help="the Envoy binary (default: $PHIGUARD_ENVOY)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="keep configuration, logs and the ledger here"
    )
    parser.add_argument("--keep", action="store_true", help="keep it running until Ctrl-C")
    formats.add(parser, JsonForm(Played))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run every scenario.

    Returns:
        0 when every outcome is as expected, else 1.

    Raises:
        UsageError: the demo cannot run here.
    """
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _leave)  # so that the children end too
    began = time.monotonic()
    try:
        envoy = find_envoy(arguments.envoy, os.environ)
        with (
            _folder(arguments.output) as folder,
            open_lab(Plan(envoy, folder, phiguard(POLICY))) as lab,
        ):
            if arguments.format != formats.JSON:
                _say_up(time.monotonic() - began)
            outcomes = [perform(lab, scenario) for scenario in SCENARIOS]
            seconds = time.monotonic() - began
            if arguments.format == formats.JSON:
                json_text.write(_plain(outcomes, seconds))
            else:
                _report(outcomes, seconds=seconds)
            if arguments.keep:
                _wait(lab)
    except LabError as error:
        raise UsageError(f"demo: {error}") from None
    except OSError as error:
        if arguments.output is None or not error.filename:
            raise UsageError(f"demo: {error}") from None
        why = (error.strerror or "cannot be written").lower()
        raise UsageError(
            f"demo: {error.filename}: {why}; give --output a folder that this user can write"
        ) from None
    return _FAILED if any(outcome.problems for outcome in outcomes) else 0


def _say_up(seconds: float) -> None:
    say.line(f"{len(WORKLOADS)} Envoy sidecars and the guard are up after {seconds:.1f} s.")
    say.line()
    say.flush()


def _report(outcomes: list[ScenarioOutcome], *, seconds: float) -> None:
    first = outcomes[0]
    good = sum(not outcome.problems for outcome in outcomes)
    say.lines(
        [
            "guard ms: time of the guard's spans, summed over its decisions on the exchange",
            "(up to three: sender's request, receiver's request, receiver's response;",
            "over MLLP, the sender's sidecar judges the answer too).",
            "",
            *report.table(outcomes),
            *report.problems(outcomes),
            "",
            f"The trace of the first row, `{first.scenario.name}`, as the collector received it:",
            "",
            *report.trace(first.spans),
            "",
            f"{good} of {len(outcomes)} outcomes are as expected; {seconds:.1f} s in all.",
        ]
    )
    say.flush()


def _plain(outcomes: list[ScenarioOutcome], seconds: float) -> Played:
    return Played(
        asExpected=sum(not outcome.problems for outcome in outcomes),
        outcomes=list(map(_plain_outcome, outcomes)),
        seconds=round(seconds, 3),
    )


def _plain_outcome(outcome: ScenarioOutcome) -> PlayedScenario:
    scenario, seen = outcome.scenario, outcome.observed
    return PlayedScenario(
        name=scenario.name,
        source=scenario.caller.name,
        destination=scenario.callee.name,
        way=scenario.way.name,
        payload=scenario.payload,
        status=outcome.status,
        decision=None if seen is None else seen.action.value,
        reason=None if seen is None else seen.reason.value,
        verdict=None if seen is None else seen.verdict.value,
        identifiers=[] if seen is None else list(seen.identifiers),
        guardMs=round(outcome.guard_milliseconds, 3),
        problems=list(outcome.problems),
    )


def _wait(lab: Lab) -> None:
    """Print how to send requests by hand, and wait for Ctrl-C."""
    say.line()
    say.line("Left running; Ctrl-C ends it.")
    for workload in WORKLOADS:
        ports = lab.mesh.ports[workload]
        say.line(
            f"  {workload.name:<10} application's requests http://127.0.0.1:{ports.outbound}   "
            f"Envoy's admin http://127.0.0.1:{ports.admin}"
        )
    say.line(f"  files      {lab.plan.folder}")
    port = lab.mesh.ports[EHR].outbound
    body = '\'{"resourceType":"Patient","name":[{"family":"Doe"}],"birthDate":"1970-01-01"}\''
    say.line()
    say.line(
        f"Try: curl -i http://127.0.0.1:{port}/claims -H 'host: {BILLING.host}' "
        f"-H 'content-type: application/fhir+json' -d {body}"
    )
    say.flush()
    try:
        signal.pause()
    except KeyboardInterrupt:
        say.note("ending")


@contextmanager
def _folder(chosen: Path | None) -> Iterator[Path]:
    """Yield the chosen folder, made when missing, or a temporary one."""
    if chosen is None:
        with tempfile.TemporaryDirectory(prefix="phiguard-demo-") as name:
            yield Path(name)
    else:
        chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield chosen.resolve()


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
