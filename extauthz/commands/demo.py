"""`phiguard demo`: real Envoy sidecars, workloads, decisions and traces on one machine."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from extauthz.commands.errors import UsageError
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.performance import ScenarioOutcome, perform
from extauthz.demo.processes import LabError
from extauthz.demo.programs import POLICY, find_envoy, phiguard
from extauthz.demo.report import Reporter
from extauthz.demo.scenarios import SCENARIOS
from extauthz.demo.topology import BILLING, EHR, WORKLOADS

_FAILED: Final = 1


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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run every scenario.

    Returns:
        0 when every outcome is as expected, else 1.

    Raises:
        UsageError: the demo cannot run here.
    """
    reporter = Reporter(sys.stdout)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _leave)  # so that the children end too
    began = time.monotonic()
    try:
        envoy = find_envoy(arguments.envoy, os.environ)
        with (
            _folder(arguments.output) as folder,
            open_lab(Plan(envoy, folder, phiguard(POLICY))) as lab,
        ):
            reporter.line(
                f"{len(WORKLOADS)} Envoy sidecars and the guard are up "
                f"after {time.monotonic() - began:.1f} s.\n"
            )
            outcomes = [perform(lab, scenario) for scenario in SCENARIOS]
            _report(reporter, outcomes, seconds=time.monotonic() - began)
            if arguments.keep:
                _wait(reporter, lab)
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


def _report(reporter: Reporter, outcomes: list[ScenarioOutcome], *, seconds: float) -> None:
    reporter.line("guard ms: time of the guard's spans, summed over its decisions on the exchange")
    reporter.line("(up to three: sender's request, receiver's request, receiver's response;")
    reporter.line("over MLLP, the sender's sidecar judges the answer too).\n")
    reporter.table(outcomes)
    first = outcomes[0]
    reporter.line(
        f"\nThe trace of the first row, `{first.scenario.name}`, as the collector received it:\n"
    )
    reporter.tree(first.spans)
    good = sum(not outcome.problems for outcome in outcomes)
    reporter.line(f"\n{good} of {len(outcomes)} outcomes are as expected; {seconds:.1f} s in all.")


def _wait(reporter: Reporter, lab: Lab) -> None:
    """Print how to send requests by hand, and wait for Ctrl-C."""
    reporter.line("\nLeft running; Ctrl-C ends it.")
    for workload in WORKLOADS:
        ports = lab.mesh.ports[workload]
        reporter.line(
            f"  {workload.name:<10} application's requests http://127.0.0.1:{ports.outbound}   "
            f"Envoy's admin http://127.0.0.1:{ports.admin}"
        )
    reporter.line(f"  files      {lab.plan.folder}")
    port = lab.mesh.ports[EHR].outbound
    body = '\'{"resourceType":"Patient","name":[{"family":"Doe"}],"birthDate":"1970-01-01"}\''
    reporter.line(
        f"\nTry: curl -i http://127.0.0.1:{port}/claims -H 'host: {BILLING.host}' "
        f"-H 'content-type: application/fhir+json' -d {body}"
    )
    try:
        signal.pause()
    except KeyboardInterrupt:
        reporter.line("\nending")


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
