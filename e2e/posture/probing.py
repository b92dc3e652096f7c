"""`phiguard posture probe` beside a laboratory, as the probe's pod runs it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from e2e.policies import OPEN
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import ANALYTICS, LOOPBACK, Workload
from extauthz.posture import canary_files
from mesh.message.facts import Vantage
from mesh.posture.canary.history import outcome_of
from mesh.posture.canary.outcome import Outcome
from mesh.posture.canary.plan import Target
from mesh.posture.cell import Cell, PeerClass, WorkloadName

PROBE: Final = ANALYTICS
"""Its sidecar has no gate of the guard, as a probe's has none."""
MONITOR: Final = OPEN.replace("mode: enforce", "mode: monitor")


def cell(workload: Workload, port: int, peers: PeerClass = PeerClass.MESH) -> Cell:
    """Return the cell of a workload's port for those who come in."""
    name = WorkloadName(workload.namespace, "Deployment", workload.name)
    return Cell(name, Vantage.INBOUND, port, peers)


@contextmanager
def probed(
    envoy: Path, folder: Path, probe: "Probe", *sidecars: Sidecar, options: Sequence[str] = ()
) -> Iterator[Lab]:
    """Run a laboratory that is probed: its guard is in monitor mode, and has the probe's key.

    Args:
        sidecars: beside the probe's own.
        options: more of the guard.
    """
    policy = folder / "policy.yaml"
    policy.write_text(MONITOR)
    guard = phiguard(policy, "--canary-key", str(probe.key), *options)
    with open_lab(Plan(envoy, folder, guard, (*sidecars, Sidecar(PROBE, Gates.NONE)))) as running:
        yield running


class Probe:
    """One probe with its key.

    Args:
        folder: holds its key, its targets and its outcomes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = folder / "canary.key"
        self.key.write_bytes(b"a key of this laboratory, and of no other")

    @property
    def outcomes(self) -> Path:
        """Where it writes what became of its canaries."""
        return self.folder / "canaries.jsonl"

    def target(self, lab: Lab, workload: Workload, peers: PeerClass = PeerClass.MESH) -> Target:
        """Return the target of a workload's port."""
        # a laboratory's sidecar listens on a port of its own, and calls that the pod's
        port = lab.mesh.ports[workload].inbound
        named = str(cell(workload, port, peers))
        return Target(named, workload.host, 80, workload.principal, port)

    def send(
        self, lab: Lab, targets: Sequence[Target], through: int | None = None
    ) -> tuple[int, list[Outcome]]:
        """Send one canary to each target. Return the exit code and what became of them."""
        file, outcomes = self.folder / "targets.yaml", self.outcomes
        outcomes.unlink(missing_ok=True)  # a second canary within five minutes, in a test
        file.write_text(canary_files.targets_text(targets))
        options: dict[str, Any] = {
            "--ledger": lab.plan.folder / "ledger",
            "--targets": file,
            "--canary-key": self.key,
            "--principal": PROBE.principal,
            "--outcomes": outcomes,
            "--through": f"{LOOPBACK}:{through or lab.mesh.ports[PROBE].outbound}",
        }
        given = [str(word) for pair in options.items() for word in pair]
        command = [sys.executable, "-m", "extauthz.cli", "posture", "probe", "--once", *given]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stdout == outcomes.read_text(), done.stderr
        return done.returncode, [outcome_of(line) for line in done.stdout.splitlines()]
