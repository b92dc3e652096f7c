"""What a policy saves that sums up uneventful decisions: bytes and time, beside a record each.

python -m bench.summaries [--seconds 3] [--edges 64] [--decisions-per-second 300]

Uneventful decisions come on many edges in turn. Both ways take turns in one run. The time is
processor time of one decision, from its judgement to its line or its count. It includes the
summaries, which are written after as many decisions as come in a second.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.measure import interleaved, show
from extauthz.demo import programs
from extauthz.guard.recorder import Recorder
from extauthz.guard.worker import new_id, utc_day
from extauthz.policies.files import PolicyFiles
from extauthz.policies.store import PolicySnapshot, PolicyStore
from extauthz.records import ledger_time
from extauthz.records.judgement import Judgement
from extauthz.records.ledger.file import FileLedger
from mesh.message.facts import Direction, Facts, Vantage
from mesh.policy.decision import Action, Decision, Reason, Uneventful
from phiscan.engine import Engine
from phiscan.finding import ScanReport


@dataclass(frozen=True, slots=True)
class Worker:
    """What one worker writes: its ledger, its recorder, its policy, and its decisions."""

    ledger: FileLedger
    recorder: Recorder
    snapshot: PolicySnapshot
    judgements: Sequence[Judgement]

    def second(self) -> None:
        """Keep the decisions of one second, and write the counts."""
        for each in self.judgements:
            self.recorder.keep(each, self.snapshot)
        self.recorder.sum_up()

    @property
    def bytes_a_decision(self) -> float:
        """Bytes that a decision adds to the ledger."""
        before = self.ledger.written
        self.second()
        return (self.ledger.written - before) / len(self.judgements)


def judgements(number: int, edges: int, digest: str) -> list[Judgement]:
    """Uneventful decisions, on so many edges in turn."""
    report = ScanReport(media="json", size=2000)
    found = []
    for at in range(number):
        edge = at % edges
        destination = f"cluster.local/ns/clinic/sa/service-{edge // 8}"
        facts = Facts(
            direction=Direction.REQUEST,
            vantage=Vantage.INBOUND,
            source=f"cluster.local/ns/clinic/sa/caller-{edge % 8}",
            destination=destination,
            caller=destination,
            mtls=True,
        )
        rules = (f"caller-{edge % 8}-to-service-{edge // 8}",)
        decision = Decision(Action.ALLOW, Reason.NO_PHI, rules=rules, policy=digest)
        found.append(Judgement(new_id(), facts, decision, report, "clinic", new_id()))
    return found


def worker(
    folder: Path, snapshot: PolicySnapshot, how: Uneventful, made: list[Judgement]
) -> Worker:
    if snapshot.policy is None:
        raise AssertionError("the demo has a policy")
    ledger = FileLedger(folder, 0, ledger_time.now, segment_bytes=1 << 34)
    policy = replace(snapshot.policy, uneventful=how)
    found = Worker(ledger, Recorder(ledger), replace(snapshot, policy=policy), made)
    found.second()  # the first decision on each edge has a record in both
    return found


def main() -> int:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=3.0)
    arguments.add_argument("--edges", type=int, default=64)
    arguments.add_argument("--decisions-per-second", type=int, default=300)
    given = arguments.parse_args()
    engine = Engine.load()
    snapshot = PolicyStore(PolicyFiles(programs.POLICY), utc_day, lambda _: engine).current
    digest = "" if snapshot.policy is None else snapshot.policy.digest
    made = judgements(given.decisions_per_second, given.edges, digest)
    with tempfile.TemporaryDirectory() as folder:
        workers = {how: worker(Path(folder) / how, snapshot, how, made) for how in Uneventful}
        sizes = {how: each.bytes_a_decision for how, each in workers.items()}
        seconds: dict[str, Callable[[], object]] = {h: w.second for h, w in workers.items()}
        times = interleaved(seconds, given.seconds, time.thread_time)
    print(f"{len(made)} uneventful decisions a second on {given.edges} edges, for each decision")
    for how, size in sizes.items():
        print(f"  {how:<8}{size:>7.0f} B  {show(times[how] / len(made))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
