"""The alarms of extauthz/monitoring/ in a real Prometheus that scrapes a real guard: each fires.

It needs Debian's package `prometheus`, and root for a small disk.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

from e2e.alarms import (
    LARGE,
    NOISE,
    PHI,
    RULES,
    Blind,
    Closed,
    Prometheus,
    Troubled,
    at_once,
    canary,
    no_longer_writes,
    prometheus,
    small_disk,
    stop_for_a_while,
    writes_again,
)
from extauthz.demo.processes import Processes
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, free_ports
from extauthz.guard.metrics_page import MetricsPage
from extauthz.posture import metrics
from mesh.message.facts import Vantage
from mesh.posture.audit import Report
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.verdict import Grade, State, Verdict

pytestmark = pytest.mark.slow

ALARMS: Final = [
    rule["alert"]
    for group in yaml.safe_load(RULES.read_text())["groups"]
    for rule in group["rules"]
]
AT_ONCE: Final = {
    "PhiguardExceptionEnds",
    "PhiguardCertificateEnds",
    "PhiguardLedgerDiskFillsUp",
    "PhiguardTelemetryDropped",
    "PhiguardWithoutPolicy",
    "PhiguardNotReady",
    "PhiguardPolicyRefused",
    "PhiguardNamespaceClosed",
}
"""What fires without a message: what ends soon, a small disk, a collector that is not there, a
second guard that never got a policy, and a third one with a namespace whose policy is broken."""


@pytest.fixture(scope="module")
def binary() -> str:
    found = shutil.which("prometheus")
    if found is None or os.geteuid() != 0:
        pytest.skip("NOT RUN: no Prometheus (apt-get install prometheus), or not root")
    return found


@pytest.fixture(scope="module")
def story(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, set[str]]]:
    """What had fired after each chapter."""
    folder = tmp_path_factory.mktemp("alarms")
    with (
        small_disk(folder / "disk"),
        free_ports(6) as (port, page, other, other_page, nobody, collector),
        Processes(folder) as processes,
    ):
        guard = Troubled(folder, folder / "disk" / "ledger", port=port, page=f"127.0.0.1:{page}")
        telemetry = {
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://127.0.0.1:{collector}",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }
        processes.start("guard", guard.command(), environment=telemetry)
        lost = ["--policy", "kubernetes://x", "--kubernetes-api", f"http://127.0.0.1:{nobody}"]
        places = [
            "--listen",
            f"127.0.0.1:{other}",
            "--metrics-listen",
            f"127.0.0.1:{other_page}",
        ]
        serve = [sys.executable, "-m", "extauthz.cli", "serve", "--workers", "1", "--spares", "0"]
        processes.start("lost", [*serve, *lost, *places])
        closed, blind = Closed(), Blind(folder)
        for name, more in (("closed", closed), ("blind", blind)):
            place = ["--listen", f"127.0.0.1:{more.port}", "--metrics-listen", more.page]
            processes.start(name, [*serve, *more.options, *place], environment=more.environment)
        for name in ("guard", "blind"):
            processes.wait_until(
                lambda name=name: '"serving"' in (folder / f"{name}.log").read_text(),
                name,
                seconds=60,
            )
        posture = Posture()
        pages = [guard.page, f"127.0.0.1:{other_page}", posture.page, closed.page, blind.page]
        with prometheus(binary, folder, pages) as running:
            yield _told(guard, running, processes, posture, blind)
        closed.api.close()


class Posture:
    """The page of `phiguard posture watch`, with an audit that the story chooses."""

    def __init__(self) -> None:
        self.report = Report(time.time(), (_verdict(State.UP, 8080),), ())
        listener = socket.create_server(("127.0.0.1", 0))
        self.page = f"127.0.0.1:{listener.getsockname()[1]}"
        MetricsPage(listener, lambda: [("", metrics.families(self.report, 0))]).start()

    def worsens(self) -> None:
        """One cell is DOWN, one is UNKNOWN, and nobody has looked for two days."""
        verdicts = (_verdict(State.DOWN, 8080), _verdict(State.UNKNOWN, 9090))
        self.report = Report(time.time() - 2 * 86400, verdicts, ())


def _verdict(state: State, port: int) -> Verdict:
    cell = Cell(WorkloadName("clinic", "Deployment", "ehr"), Vantage.INBOUND, port, PeerClass.MESH)
    why = Evidence(Layer.DECLARED, Stance.UNKNOWN, "mesh", None, "what is said")
    return Verdict(cell, state, Grade.NONE, why, ())


def _told(
    guard: Troubled, seen: Prometheus, processes: Processes, posture: Posture, blind: Blind
) -> dict[str, set[str]]:
    after: dict[str, set[str]] = {}
    with guard.traffic(guard.check, 0.2):
        seen.wait_for(*AT_ONCE)
        time.sleep(12)  # longer than a range, so that clean traffic is all that there is
        after["clean"] = seen.firing()
        posture.worsens()
        guard.check(PHI)
        time.sleep(14)  # longer than an offset, so that there is a day ago
        _messages(guard, seen)
        _canaries(guard, seen, blind)
        _crowds(guard, seen)
        _processes(guard, seen)
        _ledger(guard, seen)
        guard.policy.write_text("not: a policy")
        # a checkpoint is signed once a minute, and its alarm waits for ten seconds here
        seen.wait_for("PhiguardPolicyRefused", "PhiguardCheckpointOld", seconds=90)
    seen.wait_for("PhiguardIdle")
    for name in tuple(processes.children):
        processes.stop(name)
    seen.wait_for("PhiguardGone", seconds=330)  # a series is there for five minutes after its end
    after["all"] = set(seen.fired)
    return after


def _messages(guard: Troubled, seen: Prometheus) -> None:
    opaque = f'{{"blob": "{NOISE}"}}'.encode()
    with guard.traffic(lambda: guard.check(PHI), 0.1):
        guard.check(PHI, source="")
        guard.check(PHI, destination=EHR.principal)
        with (
            guard.traffic(lambda: guard.check(PHI, source=ANALYTICS.principal), 0.3),
            guard.traffic(lambda: guard.check(opaque), 0.2),
            guard.traffic(lambda: guard.check(PHI, headers={"content-encoding": "odd"}), 0.2),
        ):
            seen.wait_for(
                "PhiguardDeniesMore",
                "PhiguardUnencryptedPhi",
                "PhiguardForgedCheck",
                "PhiguardNotEnforced",
                "PhiguardUnscannable",
                "PhiguardOpaque",
                "PhiguardNewInfoType",
            )


def _canaries(guard: Troubled, seen: Prometheus, blind: Blind) -> None:
    altered = canary(guard.canary_key)
    with (
        guard.traffic(lambda: guard.check(**altered), 0.3),
        guard.traffic(blind.canary, 0.3),
    ):
        seen.wait_for("PhiguardCanaryAltered", "PhiguardCanaryBlind")


def _crowds(guard: Troubled, seen: Prometheus) -> None:
    with guard.held(BILLING, 32):  # half of the places, which is all that one caller gets
        seen.wait_for("PhiguardSheds", "PhiguardFails")
        with guard.held(EHR, 32):
            seen.wait_for("PhiguardNearlyFull")
    for _ in range(3):
        at_once(14, lambda: guard.check(LARGE))
    seen.wait_for("PhiguardScannersBusy", "PhiguardSlow", seconds=20)


def _processes(guard: Troubled, seen: Prometheus) -> None:
    stop_for_a_while(guard.worker(), lambda: seen.wait_for("PhiguardWorkerMissing"))
    os.kill(guard.worker(), signal.SIGKILL)
    seen.wait_for("PhiguardWorkerDied")


def _ledger(guard: Troubled, seen: Prometheus) -> None:
    worker = guard.worker()
    no_longer_writes(worker)
    seen.wait_for("PhiguardLedgerFails", "PhiguardLedgerNotOnDisk", "PhiguardRecordsMissing")
    writes_again(worker)


def test_a_guard_in_order_fires_only_what_ends_or_is_missing(story: dict[str, set[str]]) -> None:
    assert story["clean"] - {"PhiguardCheckpointOld"} == AT_ONCE


@pytest.mark.parametrize("alarm", ALARMS)
def test_each_alarm_fires(story: dict[str, set[str]], alarm: str) -> None:
    assert alarm in story["all"]


def test_the_rules_are_valid_as_they_are(binary: str) -> None:
    tool = Path(binary).with_name("promtool")
    done = subprocess.run([tool, "check", "rules", RULES], capture_output=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
